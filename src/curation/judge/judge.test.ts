import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../base/index.js';
import { ChatError, type ChatMessage } from '../../chat/index.js';
import { HostileEndpoint, type HostileSettings } from '../../chat/testing/hostile-endpoint.js';
import { openDataset } from '../../data/index.js';
import { curateDataset } from '../dataset/curate-dataset.js';
import { chest, datasetOf, negative, sampleOf } from '../testing/chest.js';
import { answerOf, copyQuestions, readQuestions } from './index.js';

let home: string;
let endpoint: HostileEndpoint | undefined;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'synray-judge-'));
});
afterEach(() => endpoint?.stop());
afterAll(() => rm(home, { recursive: true }));

/** Mean grey value of the picture that a message carries. */
async function levelOf(messages: readonly ChatMessage[]): Promise<number> {
  const content = messages[1]!.content;
  const part = Array.isArray(content) ? content.find(each => each.type === 'image_url') : undefined;
  const url: string = part.image_url.url;
  expect(url).toMatch(/^data:image\/png;base64,/);
  const { channels } = await sharp(Buffer.from(url.slice(22), 'base64')).stats();
  return channels[0]!.mean;
}

const questionOf = (messages: readonly ChatMessage[]): string => JSON.stringify(messages[1]!.content);

/** What a good judge says of a good picture. */
function kind(messages: readonly ChatMessage[]): string {
  return /cannot be read|over-processed/.test(questionOf(messages)) ? 'No.' : '**YES**';
}

async function start(settings: HostileSettings): Promise<{ baseUrl: string; model: string }> {
  endpoint = await HostileEndpoint.start(settings);
  return { baseUrl: endpoint.url, model: 'sees' };
}

async function sourceOf(name: string, count: number): Promise<string> {
  const samples = Array.from({ length: count }, (_, number) => sampleOf(`s${number}`, chest(number)));
  return datasetOf(join(home, name), await Promise.all(samples));
}

describe('answers', () => {
  it.each(['yes', 'YES', ' Yes.\n', '"yes"', '**Yes**', 'No!', 'no.', '`NO`'])('%j is one', text => {
    expect(answerOf(text)).toBe(/yes/i.test(text) ? 'yes' : 'no');
  });

  it.each(['', 'yes, but', 'No idea', 'yes no', 'The answer is yes.', 'Yesterday', 'oui', "I'm sorry"])(
    '%j is none',
    text => {
      expect(answerOf(text)).toBeUndefined();
    },
  );
});

describe('the questions', () => {
  it('that ship are six, and can be copied, edited and read back', async () => {
    const shipped = await readQuestions();
    expect(shipped.questions.map(({ name, reject }) => `${name} ${reject}`)).toEqual([
      'chest no',
      'human no',
      'frontal no',
      'quality yes',
      'processing yes',
      'fidelity no',
    ]);
    const path = join(home, 'questions.yaml');
    await copyQuestions(path);
    expect(await readQuestions(path)).toEqual(shipped);
    await expect(copyQuestions(path)).rejects.toThrow(UsageError);
    await writeFile(path, (await readFile(path, 'utf8')).replace('undecided: keep', 'undecided: reject'));
    expect((await readQuestions(path)).undecided).toBe('reject');
  });

  it.each([
    ['system: a\nquestions: []', /questions/],
    ['system: a\nquestions: [{ name: a, ask: b, reject: maybe, reason: c }]', /questions\.0\.reject/],
    ['system: a\nquestions: [{ name: A B, ask: b, reject: no, reason: c }]', /questions\.0\.name/],
    ['system: a\ntone: b\nquestions: [{ name: a, ask: b, reject: no, reason: c }]', /unknown key "tone"/],
    [
      'system: a\nquestions: [{ name: a, ask: b, reject: no, reason: c }, { name: a, ask: b, reject: no, reason: c }]',
      /two questions/,
    ],
    ['system: [', /yaml/],
  ])('are refused when they read %j', async (text, message) => {
    const path = join(home, 'wrong.yaml');
    await writeFile(path, text);
    await expect(readQuestions(path)).rejects.toThrow(UsageError);
    await expect(readQuestions(path)).rejects.toThrow(message);
  });
});

describe('the judge', () => {
  it('refuses by the answer that its question names, asks no more then, and not about what others refused', async () => {
    const asked: string[] = [];
    const judge = await start({
      reply: messages => {
        asked.push(questionOf(messages).slice(0, 60));
        return /frontal view/.test(questionOf(messages)) && asked.length % 2 === 0 ? 'no' : kind(messages);
      },
    });
    const source = await datasetOf(join(home, 'refuse'), [
      await sampleOf('a', chest(1)),
      await sampleOf('dark', negative(chest(2))),
    ]);
    const file = join(home, 'one.yaml');
    await writeFile(
      file,
      'system: Look.\nquestions:\n- { name: chest, ask: "a chest?", reject: no, reason: none }\n- { name: view, ask: "a frontal view?", reject: no, reason: not frontal }\n- { name: more, ask: "more?", reject: no, reason: more }\n',
    );
    const settings = { judge: { ...judge, questions: file, concurrency: 1 } };
    const run = curateDataset(source, join(home, 'refused'), { settings });
    await expect(run).rejects.toThrow(/all 2 samples were refused; the first: judge-view: not frontal/);
    expect(asked).toHaveLength(2);
  });

  it('sends the picture as a PNG of at most the size asked for', async () => {
    let level = Promise.resolve(0);
    const judge = await start({
      reply: messages => {
        level = levelOf(messages);
        return kind(messages);
      },
    });
    const out = join(home, 'sent');
    const settings = { judge: { ...judge, size: 64 } };
    const result = await curateDataset(await sourceOf('send', 1), out, { settings });
    expect(result).toMatchObject({ kept: 1, undecided: 0 });
    const mean = chest(0).pixels.reduce((sum, value) => sum + value, 0) / chest(0).pixels.length;
    expect(Math.abs((await level) - mean)).toBeLessThan(3);
    for await (const { verdicts } of (await openDataset(out)).samples()) {
      const judged = verdicts.filter(({ check }) => check.startsWith('judge-'));
      expect(judged.map(({ score }) => score)).toEqual([1, 1, 1, 0, 0, 1]);
    }
  });

  it('asks again after anything but yes or no, then counts it as undecided', async () => {
    const turns: number[] = [];
    const judge = await start({
      reply: messages => {
        if (!/human being/.test(questionOf(messages))) return kind(messages);
        turns.push(messages.length);
        return 'It is hard to say; yes or no?';
      },
    });
    const out = join(home, 'undecided');
    const source = await sourceOf('decide', 2);
    const settings = { judge: { ...judge, asks: 3, concurrency: 1 } };
    const result = await curateDataset(source, out, { settings });
    expect(result).toMatchObject({ kept: 2, undecided: 2 });
    // The odd answers are in the conversation of the next ask.
    expect(turns.sort()).toEqual([2, 2, 4, 4, 6, 6]);
    for await (const { verdicts } of (await openDataset(out)).samples()) {
      expect(verdicts.find(({ check }) => check === 'judge-human')).toMatchObject({
        passed: true,
        score: null,
        reason: expect.stringMatching(/^undecided: .*hard to say/),
      });
    }
  });

  it('stands every way in which an endpoint fails, to the same result', async () => {
    const rates = {
      throttle: 0.1,
      broken: 0.1,
      cut: 0.05,
      garbage: 0.05,
      empty: 0.05,
      html: 0.05,
      slow: 0.05,
    };
    const judge = await start({ reply: kind, rates, seed: 3, slowness: 20 });
    const source = await sourceOf('stand', 3);
    const [out, calm] = [join(home, 'stood'), join(home, 'calm')];
    const settings = { judge: { ...judge, sends: 30, timeoutSeconds: 20 } };
    expect(await curateDataset(source, out, { settings })).toMatchObject({ kept: 3, undecided: 0 });
    expect(endpoint!.askedAgain()).toEqual([]);
    await endpoint!.stop();
    const quiet = await start({ reply: kind });
    await curateDataset(source, calm, { settings: { judge: { ...quiet, sends: 30, timeoutSeconds: 20 } } });
    const shard = 'data/train-00000-of-00001.parquet';
    expect(await readFile(join(out, shard))).toEqual(await readFile(join(calm, shard)));
  });

  it('stops at the budget with replies kept, and goes on from them without asking again', async () => {
    const judge = await start({ reply: kind });
    const source = await sourceOf('budget', 6);
    const out = join(home, 'spent');
    const settings = { judge: { ...judge, concurrency: 1 } };
    const poor = curateDataset(source, out, {
      settings: { judge: { ...settings.judge, maxTokens: 40_000 } },
    });
    await expect(poor).rejects.toThrow(ChatError);
    const before = endpoint!.log.length;
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(36);
    const result = await curateDataset(source, out, { settings });
    expect(result).toMatchObject({ kept: 6 });
    expect(endpoint!.log).toHaveLength(36);
    expect(endpoint!.askedAgain()).toEqual([]);
  });

  it('stops when no server answers, and judges nothing as undecided then', async () => {
    const judge = await start({ reply: kind });
    await endpoint!.stop();
    const settings = { judge: { ...judge, sends: 1 } };
    const run = curateDataset(await sourceOf('away', 1), join(home, 'gone'), { settings });
    await expect(run).rejects.toThrow(/no connection/);
  });
});
