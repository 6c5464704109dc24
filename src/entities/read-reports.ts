import { type Mention, PART_BREAK, unwrapLines } from '../data/index.js';
import type { CorpusReport } from './corpora/index.js';
import type { Tagger } from './tagger.js';

/** How many reports go to the tagger at once. */
const BATCH = 256;

/** A report of a corpus with what a tagger read in it. */
export interface TaggedReport {
  readonly report: CorpusReport;
  /**
   * `start` and `end` are places in the report as it came: in the section's text, or in the whole text where it
   * came as one; `text` is that stretch, line breaks included.
   */
  readonly mentions: Mention[];
}

/**
 * Tags reports as a stream, in their order, some hundred at a time. Lines that were broken because they were full are
 * joined before (see `unwrapLines`), so that "no⏎ effusion" is denied.
 */
export async function* tagCorpus(
  reports: AsyncIterable<CorpusReport> | Iterable<CorpusReport>,
  tagger: Tagger,
  signal?: AbortSignal,
): AsyncGenerator<TaggedReport> {
  let batch: CorpusReport[] = [];
  for await (const report of reports) {
    signal?.throwIfAborted();
    batch.push(report);
    if (batch.length < BATCH) continue;
    yield* await tagBatch(batch, tagger);
    batch = [];
  }
  yield* await tagBatch(batch, tagger);
}

async function tagBatch(batch: readonly CorpusReport[], tagger: Tagger): Promise<TaggedReport[]> {
  const read = await tagger.tag(
    batch.map(({ findings, impression }) => ({
      findings: unwrapLines(findings),
      impression: unwrapLines(impression),
    })),
  );
  return batch.map((report, index) => ({
    report,
    mentions: read[index]!.map(mention => inGivenText(mention, report)),
  }));
}

/** A mention of a section, by its places in the report as it came. */
function inGivenText(mention: Mention, report: CorpusReport): Mention {
  const { section, start, end } = mention;
  const { whole } = report;
  if (whole === undefined) return { ...mention, text: report[section].slice(start, end) };
  let before = 0;
  for (const part of whole.parts) {
    if (part.section !== section) continue;
    const length = part.end - part.start;
    if (start < before + length) {
      const from = part.start + start - before;
      // A break between parts ends a sentence; a tagger that reads across it is cut off at the part's end.
      const to = Math.min(part.start + end - before, part.end);
      return { ...mention, start: from, end: to, text: whole.text.slice(from, to) };
    }
    before += length + PART_BREAK.length;
  }
  throw new RangeError(`a mention at ${start} of ${section} of ${report.id} is in none of its parts`);
}
