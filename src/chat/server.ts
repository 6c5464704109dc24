import { z } from 'zod';
import { say, UsageError } from '../base/index.js';
import { addressOf, DEFAULT_KEY_VARIABLE, type WholeChatSettings } from './settings.js';
import { type Answer, Transport } from './transport.js';

/** Longest wait for the list of models, in milliseconds. */
const LIST_TIMEOUT = 10_000;
/** Keys shorter than this are placeholders such as `none` or `EMPTY`: not taken out of texts. */
const SHORTEST_SECRET = 8;

const ModelList = z.object({ data: z.array(z.object({ id: z.string() })) });

type Environment = Readonly<Record<string, string | undefined>>;

/** One server and the key to it. The key goes into the header of requests and nowhere else. */
export class ChatServer {
  /** The address of chat requests without its query, for messages. */
  readonly name: string;
  readonly keyVariable: string;
  readonly keySent: boolean;
  readonly #key: string | undefined;
  readonly #transport: Transport;
  #models: Promise<readonly string[] | undefined> | undefined;

  constructor(
    readonly settings: WholeChatSettings,
    environment: Environment,
  ) {
    const { origin, pathname } = addressOf(settings.baseUrl, 'chat/completions');
    this.name = `${origin}${pathname}`;
    this.keyVariable = settings.apiKeyVariable ?? DEFAULT_KEY_VARIABLE;
    this.#key = keyOf(settings, environment);
    this.keySent = this.#key !== undefined;
    this.#transport = new Transport(settings.concurrency);
    const { protocol, hostname, host } = new URL(settings.baseUrl);
    if (this.keySent && protocol === 'http:' && !isLoopback(hostname)) {
      say(
        `warning: the key of ${this.keyVariable} goes to ${host} unencrypted (use https:// if the server has it)`,
      );
    }
  }

  /** @throws UsageError when the key is named but absent, or cannot be one. */
  static check(settings: WholeChatSettings, environment: Environment): void {
    keyOf(settings, environment);
  }

  /** Posts a chat request. The key is taken out of whatever comes back. */
  async send(body: string, signal: AbortSignal): Promise<Answer> {
    const address = addressOf(this.settings.baseUrl, 'chat/completions');
    const milliseconds = this.settings.timeoutSeconds * 1000;
    return this.#withoutKey(await this.#transport.send(address, this.#headers(), body, milliseconds, signal));
  }

  /** Names of the models that the server lists, asked for once; undefined if it does not say. */
  models(signal: AbortSignal): Promise<readonly string[] | undefined> {
    this.#models ??= this.#listModels(signal);
    return this.#models;
  }

  close(): void {
    this.#transport.close();
  }

  async #listModels(signal: AbortSignal): Promise<readonly string[] | undefined> {
    const address = addressOf(this.settings.baseUrl, 'models');
    const sent = await this.#transport.send(address, this.#headers(), undefined, LIST_TIMEOUT, signal);
    const answer = this.#withoutKey(sent);
    if (answer.kind !== 'answer' || answer.status !== 200) return undefined;
    try {
      return ModelList.parse(JSON.parse(answer.body)).data.map(({ id }) => printable(id));
    } catch {
      return undefined;
    }
  }

  #headers(): Record<string, string> {
    return this.#key === undefined ? {} : { authorization: `Bearer ${this.#key}` };
  }

  #withoutKey(answer: Answer): Answer {
    const key = this.#key;
    if (answer.kind !== 'answer' || key === undefined || key.length < SHORTEST_SECRET) return answer;
    return answer.body.includes(key) ? { ...answer, body: answer.body.replaceAll(key, '***') } : answer;
  }
}

function keyOf({ apiKeyVariable }: WholeChatSettings, environment: Environment): string | undefined {
  const variable = apiKeyVariable ?? DEFAULT_KEY_VARIABLE;
  const key = environment[variable]?.trim();
  if (key === undefined || key === '') {
    if (apiKeyVariable === undefined) return undefined;
    throw new UsageError({
      fault: `the environment variable ${variable}, which should hold the key, is not set`,
      mend: 'set it, or leave the name of the variable out for servers without keys',
    });
  }
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new UsageError({
      fault: `the key in the environment variable ${variable} holds blanks or other characters that no key has`,
      mend: 'set it to the key alone',
    });
  }
  return key;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\./.test(hostname)
  );
}

function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 100);
}
