import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { duration } from '../../base/index.js';
import {
  type Dataset,
  openDataset,
  type Sample,
  sqlPaths,
  synrayVersion,
  withDatabase,
} from '../../data/index.js';
import { libtorchVersion } from '../../tensor/index.js';
import type { EntityCount, ReportData, TitledResult } from '../report/index.js';
import type { QuickstartOutcome } from './quickstart.js';

/** How many held-out pairs the page shows: the first ones, as they come. */
const GALLERY = 12;

/** Gathers what the page of a quickstart shows. */
export async function reportData(outcome: QuickstartOutcome, data: string): Promise<ReportData> {
  const { recipe, options, generated, trained, zeroShot, seconds } = outcome;
  const dataset = await openDataset(data);
  const scores: TitledResult[] = Object.entries(zeroShot).map(([name, result]) => ({
    title: name === 'synthetic' ? 'synthetic, held out' : name,
    result,
  }));
  const train = dataset.manifest.splits.train;
  const grounded =
    recipe.pretrain.grounding.weight > 0 ? ', told where in the picture each finding of a report is,' : '';
  return {
    title: 'synray quickstart',
    summary:
      `${count(generated.pairs)} pairs of report and chest X-ray were made from nothing but the entity bank and the ` +
      `simulator (${count(generated.setAside)} more were set aside by the checks), ${count(train?.samples ?? 0)} of them to ` +
      `train on. A model was trained on these alone${grounded} for ${count(trained.steps)} steps, ` +
      `${trained.imagesPerSecond.toFixed(0)} pictures a second. No real picture was used before the scores below.`,
    figures: [
      { value: count(generated.pairs), label: 'pairs made' },
      { value: duration(seconds), label: 'for everything' },
      { value: trained.loss.toFixed(2), label: 'training loss at the end' },
      ...scores.map(({ title, result }) => ({
        value: result.meanAuc.toFixed(3),
        label: `mean AUC, ${title}`,
      })),
    ],
    entities: await countEntities(dataset),
    findings: train?.labels ?? {},
    gallery: await firstSamples(dataset),
    losses: await readLosses(join(options.out, 'pretrain', 'log.jsonl')),
    scores,
    settings: stringify(recipe),
    versions: { synray: synrayVersion, libtorch: libtorchVersion(), Node: process.versions.node },
    command: commandOf(outcome),
  };
}

/** In how many training reports the tagger read each entity. */
async function countEntities(dataset: Dataset): Promise<EntityCount[]> {
  const shards = dataset.manifest.splits.train?.shards ?? [];
  if (shards.length === 0) return [];
  const files = sqlPaths(shards.map(shard => join(dataset.folder, shard.file)));
  return withDatabase(async connection => {
    const reader = await connection.runAndReadAll(
      `SELECT mention.concept AS concept, mention.type AS type, count(DISTINCT id) AS count
       FROM (SELECT id, unnest(mentions) AS mention FROM read_parquet(${files}))
       GROUP BY ALL ORDER BY count DESC, concept`,
    );
    return reader.getRowObjectsJson().map(row => ({
      concept: String(row.concept),
      type: String(row.type),
      count: Number(row.count),
    }));
  });
}

async function firstSamples(dataset: Dataset): Promise<Sample[]> {
  const samples: Sample[] = [];
  for await (const sample of dataset.samples(dataset.splits.includes('test') ? 'test' : undefined)) {
    samples.push(sample);
    if (samples.length === GALLERY) break;
  }
  return samples;
}

async function readLosses(path: string): Promise<{ step: number; loss: number }[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').filter(line => line !== '');
  return lines.map(line => {
    const { step, loss } = JSON.parse(line) as { step: number; loss: number };
    return { step, loss };
  });
}

function commandOf({ options }: QuickstartOutcome): string {
  const words = ['npx synray quickstart', '--out', options.out];
  for (const name of ['recipe', 'pairs', 'steps', 'seed'] as const) {
    const value = options[name];
    if (value !== undefined) words.push(`--${name}`, String(value));
  }
  for (const folder of options.real ?? []) words.push('--real', folder);
  return words.join(' ');
}

function count(value: number): string {
  return value.toLocaleString('en');
}
