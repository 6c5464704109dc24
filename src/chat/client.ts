import { setTimeout as sleep } from 'node:timers/promises';
import { parseAs, UsageError } from '../base/index.js';
import type { ChatReply, ChatRequest, ChatUsage } from './contract.js';
import { ChatError } from './error.js';
import { readFault, readReply } from './reply.js';
import { bodyOfRequest, type Dialect, hashOfRequest } from './request.js';
import { addressOf, ChatSettings, DEFAULT_KEY_VARIABLE, type WholeChatSettings } from './settings.js';
import { Transport } from './transport.js';

export interface ChatOptions {
  /** Where the key is read from; the process's environment when not given. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Waits between sends of one request: the first and the longest, in seconds (0.5 and 30). */
  readonly wait?: { readonly first: number; readonly longest: number };
}

/** The client of one OpenAI-compatible chat endpoint. First working version. */
export class ChatClient {
  readonly usage: ChatUsage = {
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
  readonly #replies = new Map<string, ChatReply>();
  readonly #transport: Transport;
  readonly #dialect: Dialect = { json: 'schema', limit: 'max_tokens' };
  readonly #closing = new AbortController();

  private constructor(
    readonly settings: WholeChatSettings,
    readonly options: ChatOptions,
  ) {
    this.#transport = new Transport(settings.concurrency);
  }

  static async open(settings: ChatSettings, options: ChatOptions = {}): Promise<ChatClient> {
    return new ChatClient(parseAs(ChatSettings, settings, 'chat settings', UsageError), options);
  }

  get room(): number {
    return this.settings.concurrency;
  }

  async ask(request: ChatRequest, options: { readonly signal?: AbortSignal } = {}): Promise<ChatReply> {
    const hash = hashOfRequest(this.settings.model, request);
    const known = this.#replies.get(hash);
    if (known !== undefined) {
      this.usage.fromStore++;
      return { ...known, stored: true };
    }
    const signal = AbortSignal.any([this.#closing.signal, ...(options.signal ? [options.signal] : [])]);
    const key = (this.options.environment ?? process.env)[
      this.settings.apiKeyVariable ?? DEFAULT_KEY_VARIABLE
    ];
    for (let attempt = 0; attempt < this.settings.attempts; attempt++) {
      if (attempt > 0) {
        this.usage.retried++;
        await sleep((this.options.wait?.first ?? 0.5) * 1000 * 2 ** attempt, undefined, { signal });
      }
      this.usage.sent++;
      const answer = await this.#transport.send(
        addressOf(this.settings.baseUrl, 'chat/completions'),
        key === undefined ? {} : { authorization: `Bearer ${key}` },
        bodyOfRequest(this.settings.model, request, this.#dialect),
        this.settings.timeoutSeconds * 1000,
        signal,
      );
      signal.throwIfAborted();
      if (answer.kind !== 'answer') continue;
      if (answer.status === 200) {
        const reply = readReply(answer.body, request);
        if (reply === undefined) continue;
        this.usage.answered++;
        this.usage.promptTokens += reply.promptTokens;
        this.usage.completionTokens += reply.completionTokens;
        this.#replies.set(hash, reply);
        return reply;
      }
      if (answer.status < 500 && answer.status !== 429) {
        throw new ChatError('refused', {
          fault: readFault(answer.body).words,
          mend: 'mend the request',
          status: answer.status,
        });
      }
    }
    throw new ChatError('gave-up', { fault: 'no reply', mend: 'try again later' });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#transport.close();
  }
}
