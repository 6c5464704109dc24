import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { replaceFile } from '../base/index.js';
import type { Mention, Position } from '../data/index.js';
import { type Bank, defaultBank } from './bank/index.js';
import { type ReportColumns, readCorpus } from './corpora/index.js';
import { LexiconTagger } from './lexicon/tagger.js';
import { tagCorpus } from './read-reports.js';
import { prepareOut, SetAside, setAsidePath } from './set-aside.js';
import type { Tagger } from './tagger.js';

/** What reading the reports of a corpus file for its entities has in common. */
export interface ReadCorpusOptions {
  /** Reads the reports; by default the lexicon of `bank` with unknown noun phrases. */
  readonly tagger?: Tagger | undefined;
  /** By default the shipped one. */
  readonly bank?: Bank | undefined;
  /** Only what the bank knows: no noun phrases besides. */
  readonly knownOnly?: boolean | undefined;
  /** See {@link readCorpus}. */
  readonly format?: string | undefined;
  readonly columns?: ReportColumns | undefined;
  /** Reports that cannot be read are listed in `<out>.set-aside.jsonl`, and the work goes on. */
  readonly skipBad?: boolean | undefined;
  readonly onProgress?: ((reports: number, position: Position) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The tagger that the options ask for. */
export function taggerOf({ tagger, bank = defaultBank(), knownOnly = false }: ReadCorpusOptions): Tagger {
  return tagger ?? new LexiconTagger(bank, { unknown: !knownOnly });
}

export type TagOptions = ReadCorpusOptions;

/** What `synray entities tag` prints. */
export interface TagResult {
  readonly out: string;
  readonly reports: number;
  readonly mentions: number;
  /** Reports that could not be read, with `skipBad`. */
  readonly setAside: number;
  readonly seconds: number;
}

/**
 * Tags the reports of a corpus (see {@link readCorpus}) into JSON Lines: `{id, entities}` a line, in the order of the
 * input. An entity is a {@link Mention}: `start` and `end` are places in the text of its section, or in the whole text
 * where the report came as one. `out` appears when all is done.
 * @throws InputError naming the file and the line of the first report that cannot be read, unless `skipBad`.
 */
export async function tagFile(source: string, out: string, options: TagOptions = {}): Promise<TagResult> {
  const started = performance.now();
  const { signal, onProgress, skipBad = false } = options;
  const tagger = taggerOf(options);
  await prepareOut(out);
  const setAside = new SetAside(setAsidePath(out), skipBad);
  let reports = 0;
  let mentions = 0;
  async function* lines(): AsyncGenerator<string> {
    const corpus = readCorpus(source, {
      ...options,
      onBad: setAside.take,
      onPosition: position => onProgress?.(reports, position),
    });
    for await (const tagged of tagCorpus(corpus, tagger, signal)) {
      yield `${JSON.stringify({ id: tagged.report.id, entities: tagged.mentions.map(inOrder) })}\n`;
      reports++;
      mentions += tagged.mentions.length;
    }
  }
  await setAside.around(() =>
    replaceFile(out, temporary =>
      pipeline(Readable.from(lines(), { highWaterMark: 1 }), createWriteStream(temporary)),
    ),
  );
  return { out, reports, mentions, setAside: setAside.count, seconds: (performance.now() - started) / 1000 };
}

/** The same keys in the same order on every line. */
function inOrder({ text, type, concept, polarity, start, end, section, ...attributes }: Mention): Mention {
  return { text, type, concept, polarity, start, end, section, ...attributes };
}
