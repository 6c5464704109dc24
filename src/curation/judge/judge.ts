import sharp from 'sharp';
import { messageOf, sha256 } from '../../base/index.js';
import { type ChatClient, ChatError, type ChatMessage } from '../../chat/index.js';
import type { Verdict } from '../../data/index.js';
import type { Check, CheckInput } from '../check.js';
import type { Question, QuestionFile } from './questions.js';
import type { JudgeSettings } from './settings.js';

/** What the judge needs of a chat client. */
export type Chat = Pick<ChatClient, 'ask'>;

/** Longest part of an odd answer that is shown to the model again, and in reasons, in characters. */
const SHOWN = 200;

/** Said after an answer that is neither. */
const AGAIN = 'That was neither. Answer with exactly one word: YES or NO.';

/** The answer in a reply: the word alone, perhaps in capitals, quotes, bold or with a stop. Nothing else counts. */
export function answerOf(reply: string): 'yes' | 'no' | undefined {
  const match = /^[\s"'“”*`]*(yes|no)[\s"'“”*`.!]*$/i.exec(reply);
  return match === null ? undefined : match[1]!.toLowerCase() === 'yes' ? 'yes' : 'no';
}

/**
 * A check for each question, in the order of the file. They are costly: a picture that was refused is not sent, and
 * not asked about further.
 */
export function judgeChecks(chat: Chat, file: QuestionFile, settings: JudgeSettings): Check[] {
  return file.questions.map(question => ({
    name: `judge-${question.name}`,
    fingerprint: sha256(
      JSON.stringify([
        settings.model,
        settings.size,
        settings.asks,
        settings.replyTokens,
        file.system,
        question,
      ]) + file.undecided,
    ),
    costly: true,
    check: (inputs, signal) =>
      Promise.all(inputs.map(input => judgeOne(chat, file, question, settings, input, signal))),
  }));
}

/** The same picture is asked about by several questions. */
const urls = new WeakMap<Uint8Array, Promise<string>>();

async function judgeOne(
  chat: Chat,
  { system, undecided }: QuestionFile,
  question: Question,
  { asks, size, replyTokens }: JudgeSettings,
  input: CheckInput,
  signal: AbortSignal | undefined,
): Promise<Verdict> {
  const check = `judge-${question.name}`;
  const url = urls.get(input.pixels) ?? pictureUrl(input, size);
  urls.set(input.pixels, url);
  const messages: ChatMessage[] = [
    { role: 'system', content: system },
    {
      role: 'user',
      content: [
        { type: 'text', text: question.ask },
        { type: 'image_url', image_url: { url: await url } },
      ],
    },
  ];
  let last = '';
  for (let attempt = 0; attempt < asks; attempt++) {
    let text: string;
    try {
      const request = { messages: [...messages], temperature: 0, maxTokens: replyTokens, attempt };
      text = (await chat.ask(request, signal === undefined ? {} : { signal })).text;
    } catch (error) {
      if (!isAboutPicture(error)) throw error;
      last = messageOf(error);
      break;
    }
    const answer = answerOf(text);
    if (answer !== undefined) {
      const passed = answer !== question.reject;
      const reason = passed ? '' : `${question.reason} (answer: ${answer})`;
      return { check, passed, score: answer === 'yes' ? 1 : 0, threshold: 0.5, reason };
    }
    last = `the last answer was “${text.slice(0, SHOWN).replace(/\s+/g, ' ').trim()}”`;
    messages.push(
      { role: 'assistant', content: text.slice(0, SHOWN) || '(nothing)' },
      { role: 'user', content: AGAIN },
    );
  }
  return {
    check,
    passed: undecided === 'keep',
    score: null,
    threshold: 0.5,
    reason: `undecided: neither yes nor no; ${last}`,
  };
}

/** Faults of one picture leave the question undecided; a server that is away or out of budget stops the run. */
function isAboutPicture(error: unknown): error is ChatError {
  if (!(error instanceof ChatError)) return false;
  if (error.kind === 'garbled') return true;
  return error.kind === 'refused' && [413, 415, 422].includes(error.status ?? 0);
}

async function pictureUrl({ pixels, width, height }: CheckInput, size: number): Promise<string> {
  const png = await sharp(pixels, { raw: { width, height, channels: 1 } })
    .resize(size, size, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('b-w')
    .png({ compressionLevel: 9 })
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}
