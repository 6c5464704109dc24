import { type ChatReply, type ChatRequest, DEFAULT_REPLY_TOKENS } from './contract.js';
import type { ChatFault } from './error.js';
import { askedWait } from './flow/waits.js';
import { isFault, readFault, readReply, type ServerFault } from './reply.js';
import type { Dialect } from './request.js';
import { estimateCost, estimatePromptTokens, estimateTokens } from './tokens.js';
import type { Answer } from './transport.js';

/** Longest wait asked for by a server that is kept, in seconds. Beyond it the ask fails. */
export const LONGEST_ASKED_WAIT = 900;

/** What a failed send says about the server. */
export interface Failure {
  readonly kind: Extract<ChatFault, 'unreachable' | 'time-out' | 'garbled' | 'gave-up'>;
  readonly fault: string;
  readonly status?: number;
  /** The server has too much to do: fewer requests at once. */
  readonly overload: boolean;
  /** Tokens that the server may have counted for a reply that did not arrive; an upper estimate. */
  readonly lost: number;
  /** Seconds to wait, where the server asks for that. */
  readonly wait?: number | undefined;
  /** The connection had been closed by the server while it was idle: worth a new one at once. */
  readonly atOnce?: boolean;
}

/** What comes after a send. */
export type Verdict =
  | { readonly next: 'reply'; readonly reply: ChatReply }
  | { readonly next: 'again'; readonly failure: Failure }
  /** The server wants to be spoken to otherwise. */
  | { readonly next: 'dialect'; readonly dialect: Dialect; readonly words: string }
  /** Asking again does not help. */
  | {
      readonly next: 'stop';
      readonly kind: ChatFault;
      readonly status?: number;
      readonly server: ServerFault;
    };

/**
 * Judges what came back from one send.
 * @param spoken - The dialect that the request was sent in.
 * @param now - Time of the day in milliseconds, for dates in headers.
 */
export function judge(
  answer: Exclude<Answer, { kind: 'cancelled' }>,
  request: ChatRequest,
  spoken: Dialect,
  now: number,
): Verdict {
  switch (answer.kind) {
    case 'unreachable':
      if (answer.lasting)
        return { next: 'stop', kind: 'unreachable', server: { words: answer.fault, code: '' } };
      return again('unreachable', `no connection (${answer.fault})`, { overload: false, lost: 0 });
    case 'cut':
      return again('gave-up', `the connection was cut (${answer.fault})`, {
        overload: false,
        lost: answer.stale ? 0 : estimateCost(request),
        atOnce: answer.stale,
      });
    case 'time-out':
      return again('time-out', 'no whole reply in time', { overload: true, lost: estimateCost(request) });
    case 'too-long':
      return again('garbled', 'the answer is longer than 16 MiB', {
        overload: false,
        lost: estimateCost(request),
      });
    case 'answer':
      return judgeAnswer(answer, request, spoken, now);
  }
}

function judgeAnswer(
  { status, headers, body }: Extract<Answer, { kind: 'answer' }>,
  request: ChatRequest,
  spoken: Dialect,
  now: number,
): Verdict {
  if (status >= 200 && status < 300) {
    const reply = readReply(body, request);
    if (reply !== undefined) return { next: 'reply', reply };
    if (!isFault(body)) {
      const type = String(headers['content-type'] ?? 'no type').split(';')[0];
      const fault = `the answer (${type}) is not a chat completion`;
      const most = request.maxTokens ?? DEFAULT_REPLY_TOKENS;
      const lost = estimatePromptTokens(request) + Math.min(estimateTokens(body), most);
      return again('garbled', fault, { overload: false, lost, status });
    }
    // Some gateways put a fault of the server behind them into an answer of status 200.
    const code = Number(readFault(body).code);
    return judgeFault(
      Number.isInteger(code) && code >= 400 && code < 600 ? code : 500,
      headers,
      body,
      spoken,
      now,
      request,
    );
  }
  return judgeFault(status, headers, body, spoken, now, request);
}

function judgeFault(
  status: number,
  headers: Extract<Answer, { kind: 'answer' }>['headers'],
  body: string,
  spoken: Dialect,
  now: number,
  request: ChatRequest,
): Verdict {
  const server = readFault(body);
  const said = `status ${status}${server.words === '' ? '' : `: ${server.words}`}`;
  if (status >= 300 && status < 400) {
    return {
      next: 'stop',
      kind: 'refused',
      status,
      server: { words: redirection(headers.location), code: 'redirect' },
    };
  }
  const busy = status === 429 || status === 503;
  if (busy && /insufficient_quota|billing|credit/i.test(`${server.code} ${server.words}`)) {
    return { next: 'stop', kind: 'refused', status, server };
  }
  if (status >= 500 || busy || status === 408 || status === 409 || status === 425) {
    const wait = askedWait(headers, body, now);
    const failure = {
      overload: busy || status === 504,
      lost: status === 504 ? estimateCost(request) : 0,
      status,
      wait,
    };
    return again('gave-up', said, failure);
  }
  if (status === 400 || status === 422) {
    const words = `${server.words} ${server.code} ${body.slice(0, 4000)}`;
    if (spoken.limit === 'max_tokens' && /max_completion_tokens/.test(words)) {
      return { next: 'dialect', dialect: { ...spoken, limit: 'max_completion_tokens' }, words: server.words };
    }
    const aboutForm = /response_format|json_schema|json schema|structured output|guided/i.test(words);
    if (request.jsonSchema !== undefined && spoken.json === 'schema' && aboutForm) {
      return { next: 'dialect', dialect: { ...spoken, json: 'object' }, words: server.words };
    }
  }
  return { next: 'stop', kind: 'refused', status, server };
}

function again(kind: Failure['kind'], fault: string, rest: Omit<Failure, 'kind' | 'fault'>): Verdict {
  return { next: 'again', failure: { kind, fault, ...rest } };
}

/** Where a redirect leads, without what may be secret in it. */
function redirection(location: string | undefined): string {
  if (location === undefined || !URL.canParse(location)) return 'another address';
  const { origin, pathname } = new URL(location);
  return `${origin}${pathname}`;
}
