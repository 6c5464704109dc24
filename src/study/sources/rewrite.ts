import { say } from '../../base/index.js';
import { type Dataset, openDataset, type Sample } from '../../data/index.js';
import { defaultBank, LexiconTagger } from '../../entities/index.js';
import { openWriter, type ReportWriter, writeReports } from '../../reports/index.js';
import type { SourceRecipe } from '../recipe/index.js';
import { copyDataset } from './copy-dataset.js';
import { LabelPlanner } from './plan-of-labels.js';
import type { SourceKind } from './source-kind.js';

/** Reports written at a time. */
const BATCH = 256;

/**
 * The pictures of another data set with reports written anew from their labels. Each report is read back and says its
 * labels and nothing else; one that cannot be written so is left out, and counted.
 */
export const rewritten: SourceKind<NonNullable<SourceRecipe['rewrite']>> = {
  label: 'writing reports for pictures',
  async build({ of, writer: choice, seed }, { out, folderOf, signal }) {
    const from = await openDataset(folderOf(of));
    const bank = defaultBank();
    const writer = await openWriter(choice, { bank, store: `${out}.replies` });
    try {
      const labels = Object.values(from.manifest.splits).flatMap(split => Object.keys(split.labels));
      const planner = new LabelPlanner(bank, [...new Set(labels)].sort(), seed);
      const tagger = new LexiconTagger(bank, { unknown: writer.freeText });
      return await copyDataset({
        from,
        out,
        name: `${from.manifest.name}, reports by ${writer.name}`,
        description: `The pictures of "${from.manifest.name}" with reports that ${writer.name} wrote from their labels.`,
        settings: { writer: writer.fingerprint, tagger: tagger.name, seed },
        samples: () => written(from, { planner, writer, tagger, seed, signal }),
        signal,
      });
    } finally {
      await writer.close();
    }
  },
};

interface Writing {
  readonly planner: LabelPlanner;
  readonly writer: ReportWriter;
  readonly tagger: LexiconTagger;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
}

async function* written(from: Dataset, writing: Writing): AsyncGenerator<{ split: string; sample: Sample }> {
  let leftOut = 0;
  for (const split of from.splits) {
    let batch: Sample[] = [];
    const flush = async () => {
      const plans = batch.map(sample => writing.planner.plan(sample));
      const { accepted, setAside } = await writeReports({ plans, ...writing });
      leftOut += setAside.length;
      const reports = new Map(accepted.map(report => [report.id, report]));
      const samples = batch.flatMap(sample => {
        const report = reports.get(sample.id);
        if (report === undefined) return [];
        const { findings, impression, mentions } = report;
        return [{ ...sample, findings, impression, mentions }];
      });
      batch = [];
      return samples;
    };
    for await (const sample of from.samples(split)) {
      batch.push(sample);
      if (batch.length === BATCH) for (const done of await flush()) yield { split, sample: done };
    }
    for (const done of await flush()) yield { split, sample: done };
  }
  if (leftOut > 0) say(`${leftOut} pictures are left out: no report could be written that says their labels`);
}
