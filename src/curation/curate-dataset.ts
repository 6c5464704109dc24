import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { InputError, SynrayError, sha256, UsageError, writeFileAtomic } from '../base/index.js';
import {
  DatasetWriter,
  decodeGrey,
  mapOrdered,
  openDataset,
  type Sample,
  synrayVersion,
  type Verdict,
} from '../data/index.js';
import type { Check } from './check.js';
import { checks as known } from './checks/index.js';
import { curate, refusals } from './curate.js';
import { DUPLICATE_DISTANCE, DuplicateIndex, perceptualHash } from './duplicates.js';

export interface CurateOptions {
  /** Names of the checks to make, `duplicates` included; all by default. */
  readonly checks?: readonly string[] | undefined;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface CurateResult {
  readonly kept: number;
  readonly rejected: number;
  /** How many samples each check refused; a sample may be refused by several. */
  readonly reasons: Record<string, number>;
  readonly out: string;
}

/** A line of `rejected.jsonl`. */
export interface Rejection {
  readonly id: string;
  readonly split: string;
  readonly reasons: readonly string[];
}

const REJECTED = 'rejected.jsonl';

/** The check that compares the pictures that passed all others: the first of a kind is kept. */
const DUPLICATES = 'duplicates';

/**
 * Copies a data set's good samples, with what each check said of them, into a new one. The others are listed
 * in its `rejected.jsonl` with their reasons. A picture that cannot be decoded costs that sample only.
 *
 * `out` appears when all is done.
 *
 * @throws UsageError when `out` is occupied or a check is unknown; InputError when nothing is left.
 */
export async function curateDataset(
  folder: string,
  out: string,
  options: CurateOptions = {},
): Promise<CurateResult> {
  const { signal, onProgress } = options;
  const names = options.checks ?? [...known.names(), DUPLICATES];
  const checks = names.filter(name => name !== DUPLICATES).map(name => known.get(name));
  const seen = names.includes(DUPLICATES) ? new DuplicateIndex() : undefined;
  const dataset = await openDataset(folder);
  if (resolve(out) === resolve(folder) || (await stat(join(out, 'synray.json')).catch(() => undefined))) {
    throw new UsageError({
      file: out,
      fault: 'the output is a data set already',
      mend: 'choose another --out, or delete that folder first',
    });
  }
  const settings = {
    source: dataset.manifest.name,
    fingerprint: dataset.manifest.fingerprint,
    checks: [...names],
  };
  const writer = await DatasetWriter.create(out, sha256(JSON.stringify(settings)));
  const rejected: Rejection[] = [];
  const reasons: Record<string, number> = {};
  let done = 0;
  try {
    for (const split of dataset.splits) {
      const judged = mapOrdered(dataset.samples(split), 2 * availableParallelism(), sample =>
        judge(sample, checks),
      );
      for await (const { sample, verdicts, hash } of judged) {
        signal?.throwIfAborted();
        const isGood = verdicts.every(verdict => verdict.passed);
        if (isGood && seen !== undefined && hash !== undefined) verdicts.push(compare(seen, sample.id, hash));
        const refused = verdicts.filter(verdict => !verdict.passed);
        for (const { check } of refused) reasons[check] = (reasons[check] ?? 0) + 1;
        if (refused.length > 0) rejected.push({ id: sample.id, split, reasons: refusals(refused) });
        else await writer.add(split, { ...sample, verdicts: merged(sample.verdicts, verdicts) });
        done++;
        onProgress?.(done, dataset.count());
      }
    }
    if (rejected.length === done) {
      throw new InputError({
        file: folder,
        fault: `all ${done} samples were refused; the first: ${rejected[0]?.reasons[0] ?? 'there are none'}`,
        mend: 'look at the pictures, or choose fewer checks with --checks',
      });
    }
    const { description } = dataset.manifest.provenance;
    await writer.finish(
      {
        name: basename(resolve(out)),
        provenance: {
          producer: 'synray curate',
          version: synrayVersion,
          description: `${description} Curated: ${rejected.length} of ${done} samples left out.`,
        },
        settings,
      },
      async finished => {
        const lines = rejected.map(line => `${JSON.stringify(line)}\n`);
        await writeFileAtomic(join(finished, REJECTED), lines.join(''));
      },
    );
  } catch (error) {
    await writer.discard();
    throw error;
  }
  return { kept: done - rejected.length, rejected: rejected.length, reasons, out };
}

interface Judged {
  readonly sample: Sample;
  readonly verdicts: Verdict[];
  /** Undefined when the picture cannot be decoded. */
  readonly hash: Uint8Array | undefined;
}

async function judge(sample: Sample, checks: readonly Check[]): Promise<Judged> {
  const { id, findings, impression, mentions, image } = sample;
  try {
    const picture = await decodeGrey(image.bytes, { source: id });
    const [verdicts] = await curate([{ id, findings, impression, mentions, ...picture }], checks);
    return {
      sample,
      verdicts: verdicts!,
      hash: perceptualHash(picture.pixels, picture.width, picture.height),
    };
  } catch (error) {
    if (!(error instanceof SynrayError)) throw error;
    const verdict = { check: 'decode', passed: false, score: null, threshold: null, reason: error.fault };
    return { sample, verdicts: [verdict], hash: undefined };
  }
}

function compare(seen: DuplicateIndex, id: string, hash: Uint8Array): Verdict {
  const twin = seen.find(hash);
  if (twin === undefined) seen.add(id, hash);
  return {
    check: DUPLICATES,
    passed: twin === undefined,
    score: twin?.distance ?? null,
    threshold: DUPLICATE_DISTANCE,
    reason: twin === undefined ? '' : `the same picture as ${twin.id}: ${twin.distance} of 256 bits differ`,
  };
}

/** Earlier verdicts, but for those of checks that were made again. */
function merged(earlier: readonly Verdict[], now: readonly Verdict[]): Verdict[] {
  const again = new Set(now.map(verdict => verdict.check));
  return [...earlier.filter(verdict => !again.has(verdict.check)), ...now];
}
