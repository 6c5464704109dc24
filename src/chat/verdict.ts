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

/** What is known of a request that was sent. */
export interface Sent {
  readonly request: ChatRequest;
  /** The dialect that it was sent in. */
  readonly spoken: Dialect;
  /** Time of the day of the answer in milliseconds, for dates in headers. */
  readonly now: number;
}

/** Judges what came back from one send. */
export function judge(answer: Exclude<Answer, { kind: 'cancelled' }>, sent: Sent): Verdict {
  const whole = estimateCost(sent.request);
  switch (answer.kind) {
    case 'unreachable': {
      const server = { words: answer.fault, code: '' };
      if (answer.lasting) return { next: 'stop', kind: 'unreachable', server };
      return again('unreachable', `no connection (${answer.fault})`, { overload: false, lost: 0 });
    }
    case 'cut': {
      const lost = answer.stale ? 0 : whole;
      const failure = { overload: false, lost, atOnce: answer.stale };
      return again('gave-up', `the connection was cut (${answer.fault})`, failure);
    }
    case 'time-out':
      return again('time-out', 'no whole reply in time', { overload: true, lost: whole });
    case 'too-long':
      return again('garbled', 'the answer is longer than 16 MiB', { overload: false, lost: whole });
    case 'answer':
      return answer.status >= 200 && answer.status < 300
        ? judgeSuccess(answer, sent)
        : judgeFault(answer.status, answer, sent);
  }
}

function judgeSuccess(answer: WholeAnswer, sent: Sent): Verdict {
  const { headers, body, status } = answer;
  const reply = readReply(body, sent.request);
  if (reply !== undefined) return { next: 'reply', reply };
  if (isFault(body)) {
    // Some gateways put a fault of the server behind them into an answer of status 200.
    const code = Number(readFault(body).code);
    return judgeFault(Number.isInteger(code) && code >= 400 && code < 600 ? code : 500, answer, sent);
  }
  const type = String(headers['content-type'] ?? 'no type').split(';')[0];
  const most = sent.request.maxTokens ?? DEFAULT_REPLY_TOKENS;
  const lost = estimatePromptTokens(sent.request) + Math.min(estimateTokens(body), most);
  return again('garbled', `the answer (${type}) is not a chat completion`, { overload: false, lost, status });
}

/** @param status - The one to go by: not always that of the answer. */
function judgeFault(status: number, { headers, body }: WholeAnswer, { request, spoken, now }: Sent): Verdict {
  const server = readFault(body);
  if (status >= 300 && status < 400) {
    const redirect = { words: redirection(headers.location), code: 'redirect' };
    return { next: 'stop', kind: 'refused', status, server: redirect };
  }
  const busy = status === 429 || status === 503;
  const wait = askedWait(headers, body, now);
  // Words about quotas come with plain rate limits too; those name a wait.
  const spent = /insufficient_quota/.test(server.code) || (wait === undefined && SPENT.test(server.words));
  if (busy && spent) return { next: 'stop', kind: 'refused', status, server };
  if (status >= 500 || PASSING.has(status)) {
    const said = `status ${status}${server.words === '' ? '' : `: ${server.words}`}`;
    const lost = status === 504 ? estimateCost(request) : 0;
    return again('gave-up', said, { overload: busy || TOO_SLOW.has(status), lost, status, wait });
  }
  if (status === 400 || status === 422) {
    const words = `${server.words} ${server.code} ${body.slice(0, 4000)}`;
    if (spoken.limit === 'max_tokens' && OTHER_LIMIT.test(words)) {
      return { next: 'dialect', dialect: { ...spoken, limit: 'max_completion_tokens' }, words: server.words };
    }
    if (request.jsonSchema !== undefined && spoken.json === 'schema' && NO_SCHEMAS.test(words)) {
      return { next: 'dialect', dialect: { ...spoken, json: 'object' }, words: server.words };
    }
  }
  return { next: 'stop', kind: 'refused', status, server };
}

function again(kind: Failure['kind'], fault: string, rest: Omit<Failure, 'kind' | 'fault'>): Verdict {
  return { next: 'again', failure: { kind, fault, ...rest } };
}

type WholeAnswer = Extract<Answer, { kind: 'answer' }>;

/** Client errors that may pass: time-out, conflict, too early, too many requests. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 425, 429]);
/** Gateway time-out, and what some gateways send when a model has too much to do. */
const TOO_SLOW: ReadonlySet<number> = new Set([504, 529]);
const SPENT = /billing|out of credit|insufficient (credit|balance)/i;
const OTHER_LIMIT = /max_tokens\W{1,3}is not supported|use\W{1,3}max_completion_tokens/i;
const NO_SCHEMAS = /response_format|json_schema|json schema|structured output|guided/i;

/** Where a redirect leads, without what may be secret in it. */
function redirection(location: string | undefined): string {
  if (location === undefined || !URL.canParse(location)) return 'another address';
  const { origin, pathname } = new URL(location);
  return `${origin}${pathname}`;
}
