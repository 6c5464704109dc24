import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChatClient } from './client.js';
import type { ChatReply, ChatRequest } from './contract.js';
import { ChatError } from './error.js';
import type { ChatSettings } from './settings.js';
import { HostileEndpoint, type HostileSettings } from './testing/hostile-endpoint.js';

const WAITS = { first: 0.002, longest: 0.02 };
/** A third of all sends fails, in every way there is. */
const RATES = {
  throttle: 0.06,
  'throttle-bare': 0.04,
  unavailable: 0.03,
  broken: 0.05,
  hang: 0.02,
  cut: 0.04,
  garbage: 0.04,
  html: 0.02,
  empty: 0.02,
  refusal: 0.02,
  truncated: 0.02,
  slow: 0.02,
};
const question = (text: string, rest: Partial<ChatRequest> = {}): ChatRequest => ({
  messages: [{ role: 'user', content: text }],
  ...rest,
});

describe('a run of many asks', () => {
  const ends: (() => Promise<unknown>)[] = [];
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'synray-chat-'));
  });
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
    await rm(folder, { recursive: true });
  });
  async function endpointOf(settings: Partial<HostileSettings> = {}): Promise<HostileEndpoint> {
    const reply: HostileSettings['reply'] = messages => `you said ${String(messages.at(-1)?.content)}`;
    const endpoint = await HostileEndpoint.start({ reply, ...settings });
    ends.push(() => endpoint.stop());
    return endpoint;
  }
  async function clientOf(baseUrl: string, settings: Partial<ChatSettings> = {}): Promise<ChatClient> {
    const client = await ChatClient.open(
      { baseUrl, model: 'test', ...settings },
      { waits: WAITS, environment: {} },
    );
    ends.push(() => client.close());
    return client;
  }
  const askAll = (client: ChatClient, count: number) =>
    Promise.allSettled(Array.from({ length: count }, (_, index) => client.ask(question(`q${index}`))));
  const replies = (results: readonly PromiseSettledResult<ChatReply>[]) =>
    results.filter(result => result.status === 'fulfilled').map(result => result.value);

  it('ends each with a reply or a reason at a hostile endpoint, within the attempts, nothing answered asked again', async () => {
    const endpoint = await endpointOf({ rates: RATES, slowness: 50 });
    const settings = { store: folder, timeoutSeconds: 0.6, attempts: 5, concurrency: 16 };
    const client = await clientOf(endpoint.url, settings);
    const first = await askAll(client, 400);
    const got = replies(first);
    for (const result of first) {
      if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(ChatError);
    }
    expect(got.length).toBeGreaterThan(380);
    expect(client.usage.answered).toBe(got.length);
    expect(client.usage.sent).toBe(endpoint.log.length);
    expect(client.usage.sent).toBeLessThanOrEqual(400 * 5);
    const times = new Map<string, number>();
    for (const { hash } of endpoint.log) times.set(hash, (times.get(hash) ?? 0) + 1);
    expect(Math.max(...times.values())).toBeLessThanOrEqual(5);
    // The server still holds what the client gave up by time-out.
    expect(endpoint.mostAtOnce).toBeLessThanOrEqual(16 + client.usage.timedOut);
    await client.close();

    // A second run asks for what is missing, and only for that.
    endpoint.settings = { reply: endpoint.settings.reply };
    const sent = endpoint.log.length;
    const later = await clientOf(endpoint.url, settings);
    const second = replies(await askAll(later, 400));
    expect(second.length).toBe(400);
    expect(endpoint.log.length - sent).toBe(400 - got.length);
    expect(endpoint.askedAgain()).toEqual([]);
  });

  it('goes out no more at once than allowed, from 4 up to the bound', async () => {
    const endpoint = await endpointOf({ latency: 10 });
    const client = await clientOf(endpoint.url, { concurrency: 12 });
    await askAll(client, 4);
    expect(endpoint.mostAtOnce).toBeLessThanOrEqual(4);
    await askAll(client, 200);
    expect(endpoint.mostAtOnce).toBeGreaterThan(4);
    expect(endpoint.mostAtOnce).toBeLessThanOrEqual(12);
    expect(client.room).toBe(12);
  });

  it('halves when the server is too busy, and holds everything back for as long as it asks', async () => {
    const endpoint = await endpointOf({ latency: 5 });
    const client = await clientOf(endpoint.url, { concurrency: 16 });
    await askAll(client, 200);
    expect(client.room).toBe(16);
    endpoint.settings = { ...endpoint.settings, rates: { throttle: 1 }, retryAfter: 1 };
    const before = endpoint.log.length;
    const asked = Promise.all(
      Array.from({ length: 64 }, (_, index) => client.ask(question(`later ${index}`))),
    );
    while (client.heldSeconds === 0) await sleep(5);
    await sleep(50);
    expect(client.room).toBe(8);
    expect(endpoint.log.length - before).toBeLessThanOrEqual(16);
    endpoint.settings = { ...endpoint.settings, rates: {} };
    const firstWave = endpoint.log.length;
    await asked;
    const waited = endpoint.log[firstWave]!.came - endpoint.log[before]!.left!;
    expect(waited).toBeGreaterThan(950);
  });

  it('survives an outage longer than the attempts of one request would last', async () => {
    const endpoint = await endpointOf({ rates: { broken: 1 } });
    const client = await clientOf(endpoint.url, { attempts: 6 });
    const asked = askAll(client, 200);
    await sleep(150);
    endpoint.settings = { ...endpoint.settings, rates: {} };
    expect(replies(await asked).length).toBeGreaterThan(180);
  });

  it('stops sending once replies cannot be stored', async () => {
    const endpoint = await endpointOf({ latency: 5 });
    const store = join(folder, 'store');
    const client = await clientOf(endpoint.url, { store, concurrency: 4 });
    await rm(store, { recursive: true });
    for (const result of await askAll(client, 50)) {
      expect(result).toMatchObject({
        reason: { kind: 'store', message: expect.stringContaining('check the free space') },
      });
    }
    expect(endpoint.log.length).toBeLessThanOrEqual(8);
  });

  describe('with a token budget', () => {
    it('stops before it would pass it, and goes on with a larger one where it stopped', async () => {
      const endpoint = await endpointOf({ reply: () => 'x'.repeat(400) });
      const maxTokens = 4000;
      const ask = (client: ChatClient) =>
        Promise.allSettled(
          Array.from({ length: 60 }, (_, index) => client.ask(question(`q${index}`, { maxTokens: 150 }))),
        );
      const client = await clientOf(endpoint.url, { maxTokens, store: folder });
      const first = await ask(client);
      const got = replies(first).length;
      for (const result of first) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ kind: 'budget' });
      }
      const spent = client.usage.promptTokens + client.usage.completionTokens;
      expect(spent).toBeLessThanOrEqual(maxTokens);
      expect(spent).toBeGreaterThan(maxTokens - 200);
      await client.close();

      const later = await clientOf(endpoint.url, { maxTokens: 20_000, store: folder });
      expect(replies(await ask(later)).length).toBe(60);
      expect(later.usage).toMatchObject({ fromStore: got, sent: 60 - got });
    });

    it('gives replies of the store without one', async () => {
      const endpoint = await endpointOf();
      const client = await clientOf(endpoint.url, { store: folder });
      await client.ask(question('a'));
      await client.close();
      const poor = await clientOf(endpoint.url, { store: folder, maxTokens: 1 });
      expect((await poor.ask(question('a'))).stored).toBe(true);
      await expect(poor.ask(question('b'))).rejects.toMatchObject({ kind: 'budget' });
      expect(poor.usage.sent).toBe(0);
    });

    it('counts replies that may have been made but never came', async () => {
      const endpoint = await endpointOf({ rates: { cut: 1 } });
      const client = await clientOf(endpoint.url, { maxTokens: 2500, attempts: 50 });
      await expect(client.ask(question('a'))).rejects.toMatchObject({ kind: 'budget' });
      expect(client.usage.sent).toBe(2);
    });
  });

  describe('given up', () => {
    it.each([
      ['while it is sent', { rates: { hang: 1 } }],
      ['while it waits to be sent again', { rates: { throttle: 1 }, retryAfter: 60 }],
    ])('ends at once %s, with the reason of its signal', async (_, settings) => {
      const endpoint = await endpointOf(settings);
      const client = await clientOf(endpoint.url);
      const controller = new AbortController();
      const asked = client.ask(question('a'), { signal: controller.signal });
      await sleep(60);
      controller.abort(new Error('the user stopped'));
      const began = performance.now();
      await expect(asked).rejects.toThrow('the user stopped');
      await expect(client.ask(question('a'), { signal: controller.signal })).rejects.toThrow(
        'the user stopped',
      );
      expect(performance.now() - began).toBeLessThan(2000);
    });

    it('goes on for the others who asked the same, and begins anew when all have gone', async () => {
      const endpoint = await endpointOf({ latency: 60 });
      const client = await clientOf(endpoint.url);
      const [first, second, third] = [new AbortController(), new AbortController(), new AbortController()];
      const ask = ({ signal }: AbortController) => client.ask(question('a'), { signal });
      const [one, two] = [ask(first), ask(second)];
      first.abort(new Error('gone'));
      await expect(one).rejects.toThrow('gone');
      expect((await two).text).toBe('you said a');
      expect(endpoint.log.length).toBe(1);

      const three = ask(third);
      await sleep(10);
      third.abort(new Error('gone'));
      await expect(three).rejects.toThrow('gone');
      expect((await client.ask(question('a'))).text).toBe('you said a');
      expect(endpoint.log.length).toBe(3);
    });

    it('leaves nothing on a signal that serves a whole run', async () => {
      const endpoint = await endpointOf();
      const client = await clientOf(endpoint.url);
      const warnings: string[] = [];
      const onWarning = (warning: Error) => warnings.push(warning.message);
      process.on('warning', onWarning);
      const { signal } = new AbortController();
      let listeners = 0;
      const { addEventListener, removeEventListener } = signal;
      signal.addEventListener = (...words: Parameters<typeof addEventListener>) => {
        listeners++;
        addEventListener.apply(signal, words);
      };
      signal.removeEventListener = (...words: Parameters<typeof removeEventListener>) => {
        listeners--;
        removeEventListener.apply(signal, words);
      };
      await Promise.all(
        Array.from({ length: 300 }, (_, index) => client.ask(question(`q${index}`), { signal })),
      );
      await sleep(1);
      process.off('warning', onWarning);
      expect(listeners).toBe(0);
      expect(warnings).toEqual([]);
    });

    it('by closing: all asks end, later ones are refused, and the store is free', async () => {
      const endpoint = await endpointOf({ rates: { hang: 1 } });
      const client = await clientOf(endpoint.url, { store: folder });
      const asked = askAll(client, 50);
      await sleep(30);
      await client.close();
      for (const result of await asked) expect(result).toMatchObject({ reason: { kind: 'closed' } });
      await expect(client.ask(question('a'))).rejects.toMatchObject({ kind: 'closed' });
      const next = await clientOf(endpoint.url, { store: folder });
      expect(next.storedReplies).toBe(0);
    });
  });
});
