import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random, sha256 } from '../../base/index.js';
import type { ChatMessage } from '../contract.js';
import { canonicalJson } from '../request.js';

/** Ways in which real endpoints fail. */
export const HOSTILITIES = [
  /** 429 that names a wait in `Retry-After`. */
  'throttle',
  /** 429 without a hint. */
  'throttle-bare',
  /** 503 that names a wait. */
  'unavailable',
  /** 500. */
  'broken',
  /** No answer until the caller goes away. */
  'hang',
  /** The connection ends in the middle of the body. */
  'cut',
  /** 200 with a body that is no JSON. */
  'garbage',
  /** 200 with a page of a proxy. */
  'html',
  /** 200 with no choices. */
  'empty',
  /** A reply that refuses in words. */
  'refusal',
  /** Half the reply, with `finish_reason: length`. */
  'truncated',
  /** The right reply, late. */
  'slow',
] as const;
export type Hostility = (typeof HOSTILITIES)[number];

/** The body of a chat request as it came over the wire. */
export interface WireRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly [parameter: string]: unknown;
}

/** What a model says to messages. */
export type ChatReplier = (messages: readonly ChatMessage[], request: WireRequest) => string;

export interface HostileSettings {
  readonly reply: ChatReplier;
  /** How likely each failure is, in [0, 1]; the rest is answered well. */
  readonly rates?: Partial<Readonly<Record<Hostility, number>>>;
  readonly seed?: number;
  /** Milliseconds before every answer. */
  readonly latency?: number;
  /** Milliseconds of a `slow` answer. */
  readonly slowness?: number;
  /** Seconds named in `Retry-After`. */
  readonly retryAfter?: number | string;
  /** Names of the models that are served; any name is when not given. */
  readonly models?: readonly string[];
  /** The key that requests must bear, if any. */
  readonly key?: string;
  /** `object`: knows JSON replies but no schemas; `none`: refuses `response_format` altogether. */
  readonly json?: 'schema' | 'object' | 'none';
  /** False leaves the token counts out of replies. */
  readonly usage?: boolean;
}

/** One request that the endpoint received. */
export interface LogEntry {
  /** Hash of the request's body: equal requests have equal hashes. */
  readonly hash: string;
  readonly outcome: 'answered' | Hostility | 'refused' | 'under way' | 'caller left';
  /** Milliseconds of `performance.now()` when the request came, and when the answer was handed over whole. */
  readonly came: number;
  readonly left: number | undefined;
}

/**
 * A chat endpoint on loopback that answers as a function says and fails as real ones do. How a request fares is
 * drawn from the seed, its hash and how often it came, so that a run can be repeated.
 */
export class HostileEndpoint {
  readonly log: LogEntry[] = [];
  /** Most requests that were in hand at once. */
  mostAtOnce = 0;
  readonly #server: Server;
  readonly #times = new Map<string, number>();
  #atOnce = 0;

  private constructor(public settings: HostileSettings) {
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
    this.#server.keepAliveTimeout = 60_000;
  }

  static async start(settings: HostileSettings, port = 0): Promise<HostileEndpoint> {
    const endpoint = new HostileEndpoint(settings);
    await new Promise<void>((resolve, reject) => {
      endpoint.#server.once('error', reject);
      endpoint.#server.listen(port, '127.0.0.1', resolve);
    });
    return endpoint;
  }

  /** What clients take as base URL. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** Hashes of the requests whose answer, good or useless, was a chat completion handed over whole. */
  answered(): string[] {
    return this.log.filter(entry => PAID.has(entry.outcome)).map(entry => entry.hash);
  }

  /** Requests that came again although a former sending had been answered. Should be empty. */
  askedAgain(): string[] {
    const done = new Set<string>();
    const again: string[] = [];
    for (const entry of [...this.log].sort((a, b) => a.came - b.came)) {
      if (done.has(entry.hash)) again.push(entry.hash);
      if (PAID.has(entry.outcome)) done.add(entry.hash);
    }
    return again;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
    // Responses learn only later that their connections are gone.
    for (const [place, entry] of this.log.entries()) {
      if (entry.outcome === 'under way') this.log[place] = { ...entry, outcome: 'caller left' };
    }
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const came = performance.now();
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce);
    try {
      await this.#answer(request, response, came);
    } finally {
      this.#atOnce--;
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, came: number): Promise<void> {
    const { key, models, latency = 0, json = 'schema' } = this.settings;
    const path = new URL(request.url ?? '/', 'http://host').pathname;
    const body = await readBody(request);
    if (key !== undefined && request.headers.authorization !== `Bearer ${key}`) {
      const given = request.headers.authorization ?? 'none';
      sendError(response, 401, `Incorrect API key provided: ${given}`, 'invalid_api_key');
      return;
    }
    if (path === '/log') {
      sendJson(response, 200, { log: this.log, askedAgain: this.askedAgain(), mostAtOnce: this.mostAtOnce });
      return;
    }
    if (path === '/v1/models') {
      sendJson(response, 200, { object: 'list', data: (models ?? ['test']).map(id => ({ id })) });
      return;
    }
    if (path !== '/v1/chat/completions') {
      sendError(response, 404, 'Not Found');
      return;
    }
    const wire = JSON.parse(body) as WireRequest;
    if (models !== undefined && !models.includes(wire.model)) {
      sendError(response, 404, `The model ${wire.model} does not exist.`, 'model_not_found');
      return;
    }
    const form = (wire.response_format as { type?: string } | undefined)?.type;
    if (form !== undefined && (json === 'none' || (json === 'object' && form === 'json_schema'))) {
      sendError(response, 400, `response_format ${form} is not supported`);
      return;
    }

    const hash = sha256(canonicalJson(wire)).slice(0, 32);
    const times = this.#times.get(hash) ?? 0;
    this.#times.set(hash, times + 1);
    const fate = this.#fate(hash, times);
    const place = this.log.push({ hash, outcome: 'under way', came, left: undefined }) - 1;
    const note = (outcome: LogEntry['outcome']): void => {
      this.log[place] = { hash, outcome, came, left: performance.now() };
    };
    let gone = false;
    response.once('close', () => {
      gone = true;
      if (this.log[place]!.outcome === 'under way') note('caller left');
    });
    if (latency > 0) await sleep(latency);
    if (fate === 'slow') await sleep(this.settings.slowness ?? 200);
    if (fate === 'hang' || gone) return;
    response.once('finish', () => note(fate));
    this.#perform(fate, wire, response, note);
  }

  #perform(
    fate: Hostility | 'answered',
    wire: WireRequest,
    response: ServerResponse,
    note: (outcome: LogEntry['outcome']) => void,
  ): void {
    const { retryAfter = 0 } = this.settings;
    const wait = { 'retry-after': String(retryAfter) };
    switch (fate) {
      case 'throttle':
        sendError(response, 429, 'Too many requests', 'rate_limit_exceeded', wait);
        break;
      case 'throttle-bare':
        sendError(response, 429, 'Too many requests', 'rate_limit_exceeded');
        break;
      case 'unavailable':
        sendError(response, 503, 'The model is loading', 'unavailable', wait);
        break;
      case 'broken':
        sendError(response, 500, 'CUDA error: an illegal memory access was encountered');
        break;
      case 'garbage':
        sendText(response, 'application/json', '{"choices":[{"message":{"content":"No foc');
        break;
      case 'html':
        sendText(response, 'text/html', '<html><body><h1>Bad gateway</h1></body></html>');
        break;
      case 'empty':
        sendJson(response, 200, { id: 'x', object: 'chat.completion', choices: [] });
        break;
      case 'cut': {
        const whole = JSON.stringify(
          this.#completion(this.settings.reply(wire.messages, wire), 'stop', wire),
        );
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length });
        note('cut');
        response.write(whole.slice(0, whole.length >> 1), () => response.destroy());
        return;
      }
      case 'refusal':
        sendJson(response, 200, this.#completion("I'm sorry, I can't help with that.", 'stop', wire));
        break;
      case 'truncated': {
        const text = this.settings.reply(wire.messages, wire);
        sendJson(response, 200, this.#completion(text.slice(0, text.length >> 1), 'length', wire));
        break;
      }
      default:
        sendJson(response, 200, this.#completion(this.settings.reply(wire.messages, wire), 'stop', wire));
        break;
    }
  }

  #completion(content: string, finish: string, wire: WireRequest): object {
    const tokens = (text: string) => Math.ceil(text.length / 4);
    const prompt = tokens(JSON.stringify(wire.messages));
    const usage = { prompt_tokens: prompt, completion_tokens: tokens(content) };
    return {
      id: 'chatcmpl-test',
      object: 'chat.completion',
      model: wire.model,
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finish }],
      ...(this.settings.usage === false ? {} : { usage }),
    };
  }

  #fate(hash: string, times: number): Hostility | 'answered' {
    const { rates = {}, seed = 0 } = this.settings;
    let draw = Random.of(seed, hash, times).next();
    for (const name of HOSTILITIES) {
      draw -= rates[name] ?? 0;
      if (draw < 0) return name;
    }
    return 'answered';
  }
}

/** Outcomes for which the caller holds a chat completion. */
const PAID: ReadonlySet<string> = new Set(['answered', 'refusal', 'truncated', 'slow']);

async function readBody(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

function sendText(response: ServerResponse, type: string, text: string): void {
  response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function sendJson(response: ServerResponse, status: number, value: object, headers: object = {}): void {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}

function sendError(
  response: ServerResponse,
  status: number,
  message: string,
  code?: string,
  headers?: object,
) {
  sendJson(response, status, { error: { message, code: code ?? null, type: 'error' } }, headers);
}
