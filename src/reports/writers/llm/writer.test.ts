import { describe, expect, it } from 'vitest';
import { ChatError, type ChatReply, type ChatRequest, type ChatUsage } from '../../../chat/index.js';
import { defaultBank } from '../../../entities/index.js';
import type { PartRequest } from '../../writer.js';
import { Prompts } from './prompts.js';
import { LlmSettings } from './settings.js';
import { type Chat, LlmWriter } from './writer.js';

const settings = LlmSettings.parse({ baseUrl: 'http://localhost/v1', model: 'm' });
const asked: PartRequest = {
  plan: { id: 'a', entities: [{ concept: 'pneumothorax', type: 'ABNORMALITY' }] },
  part: 'findings',
  seed: 0,
  attempt: 0,
  former: [],
  findings: '',
};
const USAGE: ChatUsage = {
  sent: 0,
  answered: 0,
  fromStore: 0,
  shared: 0,
  retried: 0,
  throttled: 0,
  timedOut: 0,
  failed: 0,
  garbled: 0,
  promptTokens: 0,
  completionTokens: 0,
  lostTokens: 0,
  estimated: 0,
};

function replyOf(text: string, stored = false): ChatReply {
  return { text, finishReason: 'stop', promptTokens: 100, completionTokens: 10, estimated: false, stored };
}

async function writerOf(ask: (request: ChatRequest) => ChatReply): Promise<LlmWriter> {
  const chat: Chat = {
    ask: async request => ask(request),
    usage: USAGE,
    heldSeconds: 0,
    close: async () => {},
  };
  return new LlmWriter(chat, await Prompts.load(), settings, defaultBank());
}

function fail(kind: ChatError['kind'], status?: number): never {
  throw new ChatError(kind, { fault: `it is ${kind}`, mend: 'wait', status });
}

describe('LlmWriter', () => {
  it('gives the section with the names of model and style', async () => {
    const writer = await writerOf(() => replyOf('FINDINGS: Pneumothorax.'));
    expect(await writer.writePart(asked)).toEqual({
      report: {
        id: 'a',
        writer: expect.stringMatching(/^llm\/m\/\w+$/),
        findings: 'Pneumothorax.',
        impression: '',
      },
    });
  });

  it('counts the tokens of stored replies apart', async () => {
    const writer = await writerOf(() => replyOf('Pneumothorax.', true));
    await writer.writePart(asked);
    expect(writer.usage.storedTokens).toBe(110);
  });

  it.each(['time-out', 'garbled', 'gave-up'] as const)('takes %s for a try without an answer', async kind => {
    const writer = await writerOf(() => fail(kind));
    expect(await writer.writePart(asked)).toMatchObject({ fault: 'no answer', text: '' });
  });

  it.each(['budget', 'unreachable', 'refused', 'store', 'closed'] as const)(
    'ends the run at %s',
    async kind => {
      const writer = await writerOf(() => fail(kind));
      await expect(writer.writePart(asked)).rejects.toMatchObject({ kind });
    },
  );

  it('takes a prompt that a working server refuses for a fault of that sample', async () => {
    let calls = 0;
    const writer = await writerOf(() => (calls++ === 0 ? replyOf('Fine.') : fail('refused', 400)));
    await writer.writePart(asked);
    expect(await writer.writePart(asked)).toMatchObject({ fault: 'no answer' });
    const forbidden = await writerOf(() => fail('refused', 401));
    await expect(forbidden.writePart(asked)).rejects.toThrow(ChatError);
  });

  it('ends the run when nothing is answered any more', async () => {
    const writer = await writerOf(() => fail('time-out'));
    const all = Array.from({ length: 23 }, () => writer.writePart(asked));
    await Promise.all(all);
    await expect(writer.writePart(asked)).rejects.toThrow(/no answer to 24 requests in a row/);
  });

  it('is another writer for another model, temperature or prompt, and the same at another address', async () => {
    const prompts = await Prompts.load();
    const chat: Chat = { ask: async () => replyOf(''), usage: USAGE, heldSeconds: 0, close: async () => {} };
    const fingerprint = (change: Partial<LlmSettings>) =>
      new LlmWriter(chat, prompts, { ...settings, ...change }, defaultBank()).fingerprint;
    const own = fingerprint({});
    expect(fingerprint({ baseUrl: 'http://elsewhere/v1', concurrency: 2, store: 'x', maxTokens: 9 })).toBe(
      own,
    );
    for (const change of [{ model: 'n' }, { temperature: 0 }, { topP: 1 }, { jsonSchema: true }]) {
      expect(fingerprint(change)).not.toBe(own);
    }
  });
});
