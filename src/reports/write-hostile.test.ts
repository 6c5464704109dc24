import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256OfFile } from '../base/index.js';
import { ChatClient } from '../chat/index.js';
import { HostileEndpoint, type HostileSettings } from '../chat/testing/hostile-endpoint.js';
import { defaultBank } from '../entities/index.js';
import {
  LlmSettings,
  LlmWriter,
  Prompts,
  planToFile,
  readPlan,
  setAsidePath,
  type WriteFileOptions,
  writeReportsToFile,
} from './index.js';
import { NO_FAULTS, promptedModel } from './testing/prompted-model.js';

const PAIRS = 100;
let folder: string;
let plan: string;
let ids: string[];
let made = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-hostile-'));
  plan = join(folder, 'plan.parquet');
  await planToFile({ bank: defaultBank(), settings: { pairs: PAIRS, k: 6, m: 2, cap: 'least' }, out: plan });
  ids = [];
  for await (const { id } of readPlan(plan)) ids.push(id);
});
afterAll(() => rm(folder, { recursive: true }));

/** Three requests of ten fail on their way; of the texts that come a quarter is wrong. */
const HOSTILE = {
  throttle: 0.04,
  'throttle-bare': 0.03,
  unavailable: 0.03,
  broken: 0.05,
  hang: 0.01,
  cut: 0.05,
  garbage: 0.04,
  html: 0.02,
  empty: 0.01,
  refusal: 0.03,
  truncated: 0.03,
} as const;

interface Run {
  readonly endpoint?: Partial<HostileSettings>;
  readonly settings?: Partial<LlmSettings>;
  readonly options?: Partial<WriteFileOptions>;
  readonly store?: string;
  readonly out?: string;
}

/** Writes the plan's reports with an endpoint of its own. */
async function run({ endpoint: hostile, settings: changed, options, store, out }: Run) {
  const endpoint = await HostileEndpoint.start({ reply: promptedModel(), ...hostile });
  const settings = LlmSettings.parse({ baseUrl: endpoint.url, model: 'm', ...changed });
  const { baseUrl, model, timeoutSeconds, sends, concurrency, maxTokens } = settings;
  const chat = await ChatClient.open(
    { baseUrl, model, timeoutSeconds, attempts: sends, concurrency, maxTokens, store },
    { waits: { first: 0.005, longest: 0.05 } },
  );
  const writer = new LlmWriter(chat, await Prompts.load(), settings, defaultBank());
  const path = out ?? join(folder, `${made++}.jsonl`);
  try {
    const summary = await writeReportsToFile({ plan, out: path, writer, ...options });
    return { summary, endpoint, path, chat };
  } finally {
    await writer.close();
    await endpoint.stop();
  }
}

async function rowsOf(
  path: string,
): Promise<{ id: string; tries: unknown[]; reason: string; text: string }[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line));
}

describe('a language model behind an endpoint that fails', () => {
  it('brings every sample to an end, none twice, in the order of the plan, in bounded calls', async () => {
    const { summary, endpoint, path, chat } = await run({
      endpoint: { rates: HOSTILE, seed: 1 },
      settings: { timeoutSeconds: 2 },
    });
    const written = (await rowsOf(path)).map(({ id }) => id);
    const aside = await rowsOf(setAsidePath(path));
    expect(summary).toMatchObject({ written: written.length, setAside: aside.length });
    expect([...written, ...aside.map(({ id }) => id)].sort()).toEqual([...ids].sort());
    expect(written).toEqual(ids.filter(id => written.includes(id)));
    expect(summary.calls).toBeLessThanOrEqual(PAIRS * 6);
    expect(endpoint.log.length).toBeLessThanOrEqual(summary.sent);
    expect(summary.sent).toBeLessThanOrEqual(summary.calls * 6);
    expect(endpoint.askedAgain()).toEqual([]);
    expect(endpoint.mostAtOnce).toBeLessThanOrEqual(32);
    expect(chat.usage.retried).toBeGreaterThan(15);
    // All kinds of faults of texts were met, and most samples came right in spite of them.
    expect(Object.keys(summary.faults)).toEqual(
      expect.arrayContaining(['unfaithful', 'refusal', 'truncated']),
    );
    expect(summary.written).toBeGreaterThan(PAIRS * 0.85);
    expect(summary.acceptedFirstTry).toBeLessThan(summary.written);
    expect(summary.tokens).toBe(summary.promptTokens + summary.completionTokens);
    for (const { tries, reason } of aside) {
      expect(tries.length).toBeLessThanOrEqual(6);
      expect(reason).not.toBe('');
    }
  });

  it('sets everything aside when no text is ever right, with reasons and last texts', async () => {
    const faults = { ...NO_FAULTS, drop: 2 };
    const { summary, path } = await run({
      endpoint: { reply: promptedModel(faults) },
      options: { limit: 10, attempts: 3 },
    });
    expect(summary).toMatchObject({ written: 0, setAside: 10, calls: 20, acceptedShare: 0 });
    for (const { reason, text, tries } of await rowsOf(setAsidePath(path))) {
      expect(reason).toContain('missing: ');
      expect(text).not.toBe('');
      expect(tries).toHaveLength(2);
    }
  });

  it('gives the same bytes for any concurrency, as JSON too, and from the store alone', async () => {
    const store = join(folder, 'store');
    const one = await run({ store, settings: { concurrency: 1 }, options: { limit: 40 } });
    const many = await run({ settings: { concurrency: 64 }, options: { limit: 40 } });
    expect(await sha256OfFile(many.path)).toBe(await sha256OfFile(one.path));
    expect(await sha256OfFile(setAsidePath(many.path))).toBe(await sha256OfFile(setAsidePath(one.path)));
    const stored = await run({ store, options: { limit: 40 } });
    expect(stored.endpoint.log).toEqual([]);
    expect(stored.summary).toMatchObject({ sent: 0, tokens: 0, fromStore: one.summary.calls });
    expect(stored.summary.storedTokens).toBe(one.summary.tokens);
    expect(await sha256OfFile(stored.path)).toBe(await sha256OfFile(one.path));
  });

  it.each(['schema', 'object'] as const)('reads JSON replies of a server that knows %s', async json => {
    const { summary } = await run({
      endpoint: { reply: promptedModel(NO_FAULTS), json },
      settings: { jsonSchema: true },
      options: { limit: 20 },
    });
    expect(summary.written).toBe(20);
  });

  it('stops when the budget is spent, writes nothing, and goes on with a larger one', async () => {
    const [store, out] = [join(folder, 'budget'), join(folder, 'budget.jsonl')];
    const limit = { limit: 60 };
    const stopped = run({ store, out, settings: { maxTokens: 60_000 }, options: limit });
    await expect(stopped).rejects.toThrow(
      /token budget is spent: \d+ of 60 samples are done \(.*--max-tokens/,
    );
    await expect(readFile(out)).rejects.toThrow('ENOENT');
    const rest = await run({ store, out, options: limit });
    const whole = await run({ options: limit });
    expect(rest.summary.fromStore).toBeGreaterThan(5);
    expect(rest.summary.calls).toBe(whole.summary.calls);
    expect(rest.summary.sent).toBeLessThan(whole.summary.sent);
    expect(await sha256OfFile(out)).toBe(await sha256OfFile(whole.path));
  });

  it('ends at once, and with the reason, when the server says no', async () => {
    const before = performance.now();
    await expect(run({ endpoint: { models: ['other'] } })).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('other'),
    });
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it('stops when asked to, writes nothing, and goes on from its replies', async () => {
    const [store, out] = [join(folder, 'stopped'), join(folder, 'stopped.jsonl')];
    const controller = new AbortController();
    let answers = 0;
    const model = promptedModel();
    const reply: HostileSettings['reply'] = (messages, wire) => {
      if (++answers === 30) controller.abort();
      return model(messages, wire);
    };
    const settings = { concurrency: 4 };
    const stopped = run({
      store,
      out,
      settings,
      endpoint: { reply },
      options: { signal: controller.signal },
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    await expect(readFile(out)).rejects.toThrow('ENOENT');
    const { summary } = await run({ store, out });
    // What was under way when the end was asked for came to its end, and was kept.
    expect(summary.fromStore).toBe(answers);
  });
});
