import { z } from 'zod';
import { UsageError } from '../base/index.js';
import { ChatClient } from '../chat/index.js';
import { openDataset } from '../data/index.js';
import type { Check } from './check.js';
import { checkGroups, checks as known } from './checks/index.js';
import { JudgeSettings, judgeChecks, readQuestions } from './judge/index.js';
import { agreementCheck, textOf } from './similarity/agreement-check.js';
import {
  centredEmbedder,
  type Embedder,
  meanOf,
  openEmbedder,
  openReferenceSet,
  PAPER_SIMILARITY,
  type ReferenceOptions,
  similarityCheck,
} from './similarity/index.js';

/** Checks that need more than the sample. Recipes hold it as it is. */
export const CurationSettings = z.strictObject({
  /** A model folder or training run: its vectors compare pictures with pictures and with reports. */
  model: z.string().min(1).optional(),
  /** Folders or data sets of bad pictures: what is like any of them is refused. */
  bad: z.array(z.string().min(1)).default([]),
  /** Greatest likeness to a bad picture that passes; the paper's rule by default. */
  badThreshold: z.number().min(-1).max(1).default(PAPER_SIMILARITY),
  /** Folders or data sets of good pictures: what is like none of them is refused. */
  like: z.array(z.string().min(1)).default([]),
  /** Least likeness to the nearest good picture that passes. */
  likeThreshold: z.number().min(-1).max(1).default(PAPER_SIMILARITY),
  /** Folders or data sets of ordinary pictures: likeness is measured from the mean of their vectors. */
  centre: z.array(z.string().min(1)).default([]),
  /** A data set whose reports a picture's own report must fit better than. */
  reports: z.string().min(1).optional(),
  /** Greatest share of other reports that may fit a picture better than its own. */
  agreementThreshold: z.number().min(0).max(1).default(0.5),
  judge: JudgeSettings.optional(),
});
export type CurationSettings = z.output<typeof CurationSettings>;
export type CurationSettingsInput = z.input<typeof CurationSettings>;

/** Reports that a picture's own is compared with, at most and at least. */
const MOST_REPORTS = 256;
const LEAST_REPORTS = 20;

export interface OpenChecks {
  readonly checks: readonly Check[];
  /** Ends connections. */
  close(): Promise<void>;
}

export interface OpenCheckOptions {
  /** Folder for what was paid for or took long: the judge's replies, vectors of reference pictures. */
  readonly store?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The named checks, then those that the settings ask for; the judge last, as it costs most.
 * @param names - Names of checks or of groups of them (`pixels`, `reports`).
 * @throws UsageError for unknown names and settings that do not go together; InputError for models and sets that
 *   cannot be read.
 */
export async function openChecks(
  names: readonly string[],
  settings: CurationSettings,
  { store, signal }: OpenCheckOptions = {},
): Promise<OpenChecks> {
  const { model, bad, like, centre, reports, judge } = settings;
  const checks: Check[] = expandChecks(names).map(name => known.get(name));
  if (model === undefined && (bad.length + like.length + centre.length > 0 || reports !== undefined)) {
    throw new UsageError({
      fault: 'likeness and agreement are judged by a model, and none is named',
      mend: 'name a training run with --model',
    });
  }
  // What a person wrote is read before the long work.
  const questions = judge === undefined ? undefined : await readQuestions(judge.questions);
  if (model !== undefined) {
    const embedder = await openEmbedder(model);
    const options = { cache: store === undefined ? undefined : `${store}/vectors`, signal };
    const viewed = centre.length === 0 ? embedder : await centredOn(centre, embedder, options);
    if (bad.length > 0) {
      const rule = { kind: 'bad', threshold: settings.badThreshold } as const;
      checks.push(similarityCheck(viewed, await openReferenceSet(bad, viewed, options), rule));
    }
    if (like.length > 0) {
      const rule = { kind: 'like', threshold: settings.likeThreshold } as const;
      checks.push(similarityCheck(viewed, await openReferenceSet(like, viewed, options), rule));
    }
    if (reports !== undefined) {
      const rule = { threshold: settings.agreementThreshold, others: await reportsOf(reports) };
      checks.push(await agreementCheck(embedder, rule));
    }
  }
  if (judge === undefined || questions === undefined) return { checks, close: async () => {} };
  const { questions: _, asks: __, size: ___, replyTokens: ____, sends, ...server } = judge;
  const chat = await ChatClient.open({
    ...server,
    attempts: sends,
    store: server.store ?? (store === undefined ? undefined : `${store}/replies`),
  });
  return { checks: [...checks, ...judgeChecks(chat, questions, judge)], close: () => chat.close() };
}

async function centredOn(
  folders: readonly string[],
  embedder: Embedder,
  options: ReferenceOptions,
): Promise<Embedder> {
  const ordinary = await openReferenceSet(folders, embedder, options);
  return centredEmbedder(embedder, meanOf(ordinary), ordinary.fingerprint);
}

/** Groups of checks taken apart; each name once. */
export function expandChecks(names: readonly string[]): string[] {
  return [...new Set(names.flatMap(name => checkGroups[name] ?? [name]))];
}

/** Different reports of a data set, the first of each; the same for the same set. */
async function reportsOf(folder: string): Promise<string[]> {
  const dataset = await openDataset(folder);
  const texts = new Set<string>();
  for await (const sample of dataset.samples()) {
    const text = textOf(sample);
    if (text !== '') texts.add(text);
    if (texts.size >= MOST_REPORTS) break;
  }
  if (texts.size >= LEAST_REPORTS) return [...texts];
  throw new UsageError({
    file: folder,
    fault: `it has ${texts.size} different reports, and ${LEAST_REPORTS} are needed to compare with`,
    mend: 'name another data set with --reports, or leave the comparison of pictures and reports out',
  });
}
