import { parseAs, UsageError } from '../../../base/index.js';
import { estimatePromptTokens, estimateTokens, priceOf } from '../../../chat/index.js';
import type { PlannedReport } from '../../../data/index.js';
import { type Bank, defaultBank } from '../../../entities/index.js';
import { countPlan, readPlan } from '../../plan/index.js';
import type { FailedTry } from '../../writer.js';
import { GrammarWriter } from '../grammar/index.js';
import { Prompts } from './prompts.js';
import { SectionRequests } from './requests.js';
import type { Section } from './section.js';
import { LlmSettings, type LlmSettingsInput } from './settings.js';

/** Samples of the plan whose prompts are made, in stretches over the whole of it. */
const STRETCHES = 8;
const STRETCH = 25;

export interface DryRunOptions {
  readonly plan: string;
  readonly settings: LlmSettingsInput;
  readonly bank?: Bank | undefined;
  readonly limit?: number | undefined;
  readonly seed?: number | undefined;
  /** Calls that a sample may cost; default as in the settings. */
  readonly attempts?: number | undefined;
  /** Share of the tries of a section that are accepted: the summary of a short run tells it. */
  readonly acceptedShare?: number | undefined;
  /** Price of a million tokens read. */
  readonly priceIn?: number | undefined;
  /** Price of a million tokens written. */
  readonly priceOut?: number | undefined;
  /** Calls that the server answers a second, all together: the summary of a short run tells it. */
  readonly callsPerSecond?: number | undefined;
}

/** What a run is going to cost. Nothing was sent or written to tell it. */
export interface DryRun {
  readonly dryRun: true;
  readonly samples: number;
  /** Samples whose prompts were made for the estimate. */
  readonly sampled: number;
  /** Calls expected where each try is accepted with `acceptedShare`. */
  readonly calls: number;
  /** Calls if every text is right at once, and if none ever is. */
  readonly callsLeast: number;
  readonly callsMost: number;
  readonly acceptedShare: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly tokens: number;
  /** In the currency of the prices; null where none was given. */
  readonly price: number | null;
  /** Null where no rate was given. */
  readonly seconds: number | null;
}

/** Mean tokens of one call of a section. */
interface SectionCost {
  prompt: number;
  /** What a repeated call reads besides: the last text and what was wrong with it. */
  again: number;
  completion: number;
}

/**
 * Estimates calls, tokens, price and time of a run from real prompts of a part of the plan. Reports of the grammar stand
 * in for the replies. Tokens are counted as the chat client counts them for its budget: rather too many than too few.
 */
export async function estimateRun(options: DryRunOptions): Promise<DryRun> {
  const { plan, bank = defaultBank(), seed = 0, acceptedShare = 0.8, callsPerSecond } = options;
  const settings = parseAs(LlmSettings, options.settings, 'writer llm', UsageError);
  const { attempts } = parseAs(
    LlmSettings,
    { ...settings, attempts: options.attempts ?? settings.attempts },
    'writer llm',
    UsageError,
  );
  if (callsPerSecond !== undefined && !(callsPerSecond > 0)) {
    throw new UsageError({ fault: `calls per second is ${callsPerSecond}`, mend: 'give a rate above 0' });
  }
  const prompts = await Prompts.load(settings.prompts);
  const requests = new SectionRequests(prompts, settings, bank);
  const samples = Math.min(await countPlan(plan), options.limit ?? Number.MAX_SAFE_INTEGER);
  const grammar = new GrammarWriter(bank);
  const costs = { findings: zeroCost(), impression: zeroCost() };
  let sampled = 0;
  for await (const report of someOf(plan, samples)) {
    sampled++;
    const [written] = await grammar.write([report], seed, 0);
    for (const section of ['findings', 'impression'] as const) {
      const text = written![section];
      addCost(costs[section], requests, { plan: report, section, seed, text, findings: written!.findings });
    }
  }
  const perSection = expectedCalls(acceptedShare, attempts);
  let promptTokens = 0;
  let completionTokens = 0;
  for (const section of ['findings', 'impression'] as const) {
    const { prompt, again, completion } = costs[section];
    const calls = perSection[section];
    promptTokens +=
      (calls * prompt + Math.max(0, calls - perSection.reached[section]) * again) / Math.max(sampled, 1);
    completionTokens += (calls * completion) / Math.max(sampled, 1);
  }
  promptTokens = Math.round(promptTokens * samples);
  completionTokens = Math.round(completionTokens * samples);
  const calls = Math.round((perSection.findings + perSection.impression) * samples);
  const { priceIn, priceOut } = options;
  return {
    dryRun: true,
    samples,
    sampled,
    calls,
    callsLeast: samples * 2,
    callsMost: samples * attempts,
    acceptedShare,
    promptTokens,
    completionTokens,
    tokens: promptTokens + completionTokens,
    price:
      priceIn === undefined && priceOut === undefined
        ? null
        : priceOf(
            { prompt: promptTokens, completion: completionTokens },
            { input: priceIn ?? 0, output: priceOut ?? 0 },
          ),
    seconds: callsPerSecond === undefined ? null : calls / callsPerSecond,
  };
}

function zeroCost(): SectionCost {
  return { prompt: 0, again: 0, completion: 0 };
}

function addCost(
  cost: SectionCost,
  requests: SectionRequests,
  asked: { plan: PlannedReport; section: Section; seed: number; text: string; findings: string },
): void {
  const { text, section } = asked;
  const request = { ...asked, attempt: 0, former: [] };
  const prompt = estimatePromptTokens(requests.request(request));
  const failed: FailedTry = { part: section, kind: 'garbled', reason: TYPICAL_FAULT, text };
  const again = estimatePromptTokens(requests.request({ ...request, attempt: 1, former: [failed] }));
  cost.prompt += prompt;
  cost.again += again - prompt;
  cost.completion += estimateTokens(text);
}

/** As long as what a model is told about one or two faults of its text. */
const TYPICAL_FAULT =
  'FINDINGS does not say "pleural effusion" as PRESENT, side left, severity mild. Say it. FINDINGS says ' +
  '"otherwise clear lungs", which reads as a statement of "clear lungs". It is not in the list: leave it out.';

/** Mean calls a sample for each section, and the share of samples that reach it. */
function expectedCalls(
  share: number,
  attempts: number,
): Record<Section, number> & { reached: Record<Section, number> } {
  let findings = 0;
  let impression = 0;
  let reached = 0;
  // `open`: the share of samples whose FINDINGS are not accepted after so many calls.
  let open = 1;
  for (let call = 1; call < attempts; call++) {
    findings += open;
    const accepted = open * share;
    reached += accepted;
    for (let left = attempts - call, waiting = accepted; left > 0; left--, waiting *= 1 - share) {
      impression += waiting;
    }
    open -= accepted;
  }
  return { findings, impression, reached: { findings: 1, impression: reached } };
}

/** A few stretches of a plan, spread over its first `samples`. */
async function* someOf(plan: string, samples: number): AsyncGenerator<PlannedReport> {
  if (samples <= STRETCHES * STRETCH) {
    yield* readPlan(plan, 0, samples);
    return;
  }
  for (let stretch = 0; stretch < STRETCHES; stretch++) {
    const from = Math.floor((stretch * samples) / STRETCHES);
    yield* readPlan(plan, from, from + STRETCH);
  }
}
