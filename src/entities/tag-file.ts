import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { replaceFile } from '../base/index.js';
import { type CorpusReport, readCorpus } from './corpus.js';
import { LexiconTagger } from './lexicon/tagger.js';
import type { Tagger } from './tagger.js';

export interface TagOptions {
  readonly tagger?: Tagger;
  readonly onProgress?: (reports: number) => void;
  readonly signal?: AbortSignal;
}

/** What `synray entities tag` prints. */
export interface TagResult {
  readonly out: string;
  readonly reports: number;
  readonly mentions: number;
}

const BATCH = 256;

/**
 * Tags the reports of a corpus (see {@link readCorpus}) into JSON Lines: `{id, entities: [Mention …]}` a line,
 * in the order of the input. `out` appears when all is done.
 */
export async function tagFile(source: string, out: string, options: TagOptions = {}): Promise<TagResult> {
  const { tagger = new LexiconTagger(), onProgress, signal } = options;
  let reports = 0;
  let mentions = 0;
  async function* lines(): AsyncGenerator<string> {
    for await (const batch of batches(readCorpus(source))) {
      signal?.throwIfAborted();
      const tagged = await tagger.tag(batch);
      for (const [index, entities] of tagged.entries()) {
        mentions += entities.length;
        yield `${JSON.stringify({ id: batch[index]!.id, entities })}\n`;
      }
      reports += batch.length;
      onProgress?.(reports);
    }
  }
  await replaceFile(out, temporary => pipeline(Readable.from(lines()), createWriteStream(temporary)));
  return { out, reports, mentions };
}

async function* batches(reports: AsyncIterable<CorpusReport>): AsyncGenerator<CorpusReport[]> {
  let batch: CorpusReport[] = [];
  for await (const report of reports) {
    batch.push(report);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
