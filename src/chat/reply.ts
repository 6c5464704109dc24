import { z } from 'zod';
import type { ChatReply, ChatRequest } from './contract.js';
import { estimatePromptTokens, estimateTokens } from './tokens.js';

/** The part of a chat completion that is read. Servers add much of their own. */
const Completion = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({
          content: z
            .union([z.string(), z.array(z.object({ text: z.string().optional() }))])
            .nullish()
            .transform(content =>
              Array.isArray(content) ? content.map(part => part.text ?? '').join('') : (content ?? ''),
            ),
          refusal: z.string().nullish(),
        }),
        finish_reason: z.string().nullish(),
      }),
    )
    .min(1),
});
const Usage = z.object({ prompt_tokens: z.int().min(0), completion_tokens: z.int().min(0) });
const Failure = z.object({
  error: z.union([
    z.string(),
    z.object({
      message: z.string().optional(),
      code: z.union([z.string(), z.number()]).nullish(),
      type: z.string().nullish(),
    }),
  ]),
});

/** What the body of a good answer says; undefined when it is not a chat completion. */
export function readReply(body: string, request: ChatRequest): ChatReply | undefined {
  const value = parseJson(body);
  const completion = Completion.safeParse(value);
  if (!completion.success) return undefined;
  const { message, finish_reason } = completion.data.choices[0]!;
  const refused = message.content === '' && typeof message.refusal === 'string';
  const text = refused ? (message.refusal ?? '') : message.content;
  const counted = Usage.safeParse((value as { usage?: unknown }).usage);
  return {
    text,
    finishReason: refused ? 'refusal' : (finish_reason ?? 'stop'),
    promptTokens: counted.success ? counted.data.prompt_tokens : estimatePromptTokens(request),
    completionTokens: counted.success ? counted.data.completion_tokens : estimateTokens(text),
    estimated: !counted.success,
    stored: false,
  };
}

/** What a server says of its fault: the words, and its code if it has one. */
export interface ServerFault {
  readonly words: string;
  readonly code: string;
}

/** Reads the usual forms of error bodies; the beginning of the text where it has none of them. */
export function readFault(body: string): ServerFault {
  const failure = Failure.safeParse(parseJson(body));
  if (!failure.success) {
    const plain = /<[a-z!]/i.test(body) ? body.replace(/<(style|script)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ') : body;
    return { words: shorten(plain), code: '' };
  }
  const { error } = failure.data;
  if (typeof error === 'string') return { words: shorten(error), code: '' };
  return { words: shorten(error.message ?? ''), code: String(error.code ?? error.type ?? '') };
}

/** Whether the body is an error report, also one sent with status 200 as some gateways do. */
export function isFault(body: string): boolean {
  return Failure.safeParse(parseJson(body)).success;
}

function shorten(text: string): string {
  // Control characters of a server must not reach the terminal.
  const line = text
    .slice(0, 4000)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
