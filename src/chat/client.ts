import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, parseAs, say, UsageError } from '../base/index.js';
import { type ChatReply, type ChatRequest, type ChatUsage, noUsage } from './contract.js';
import { ChatError } from './error.js';
import { TokenBudget } from './flow/budget.js';
import { Gate } from './flow/gate.js';
import { Pace } from './flow/pace.js';
import { DEFAULT_WAITS, type Waits, waitAfter } from './flow/waits.js';
import { isAboutModel, refusalError } from './refusal.js';
import { bodyOfRequest, type Dialect, hashOfRequest } from './request.js';
import { ChatServer } from './server.js';
import { ChatSettings, type WholeChatSettings } from './settings.js';
import { SharedTask } from './shared-task.js';
import { ReplyStore } from './store/reply-store.js';
import { estimateCost } from './tokens.js';
import { type Failure, judge, LONGEST_ASKED_WAIT } from './verdict.js';

/** What does not belong into a recipe. */
export interface ChatOptions {
  /** Where the key is read from; the process's environment when not given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Waits between the sends of one request: the first and the longest, in seconds (0.5 and 30). */
  readonly waits?: Waits;
}

/**
 * The client of one OpenAI-compatible chat endpoint (vLLM, Ollama, llama.cpp server, LMDeploy, OpenAI).
 *
 * - A reply is kept in the store, under the hash of its request, before the caller sees it. What the store holds is
 *   not sent again. Equal requests that are asked at the same time are sent once.
 * - The number of requests at once adapts to what the server bears; waits that it asks for hold everything back.
 * - What may pass (429, 5xx, cut connections, time-outs, unreadable answers) is sent again after growing waits, up
 *   to the number of attempts; what would not (other 4xx) fails at once, with what mends it.
 * - A token budget is never passed by more than what the estimates were wrong by.
 */
export class ChatClient {
  readonly usage: ChatUsage = noUsage();
  readonly #server: ChatServer;
  readonly #pace: Pace;
  readonly #gate: Gate;
  readonly #underWay = new Map<string, SharedTask<ChatReply>>();
  readonly #running = new Set<SharedTask<ChatReply>>();
  #dialect: Dialect = { json: 'schema', limit: 'max_tokens' };
  #storeFault: ChatError | undefined;
  #closed: Promise<void> | undefined;

  private constructor(
    readonly settings: WholeChatSettings,
    readonly waits: Waits,
    environment: Readonly<Record<string, string | undefined>>,
    readonly store: ReplyStore | undefined,
  ) {
    this.#server = new ChatServer(settings, environment);
    this.#pace = new Pace(settings.concurrency, failures => waitAfter(waits, failures));
    this.#gate = new Gate(this.#pace, new TokenBudget(settings.maxTokens));
  }

  /**
   * Opens a client and its store. Nothing is sent yet.
   * @throws UsageError for settings that make no sense, a key that is named but not there, or a store in use;
   *   InputError for a store that cannot be read or written.
   */
  static async open(settings: ChatSettings, options: ChatOptions = {}): Promise<ChatClient> {
    const whole = parseAs(ChatSettings, settings, 'chat settings', UsageError);
    const environment = options.environment ?? process.env;
    ChatServer.check(whole, environment);
    const store = whole.store === undefined ? undefined : await ReplyStore.open(whole.store);
    return new ChatClient(whole, options.waits ?? DEFAULT_WAITS, environment, store);
  }

  /** How many requests may be out at once at present. */
  get room(): number {
    return this.#pace.limit;
  }

  /** Seconds for which nothing is sent, because the server asked for it or has not answered for long; 0 if none. */
  get heldSeconds(): number {
    return this.#pace.heldFor / 1000;
  }

  /** How many replies the store holds. */
  get storedReplies(): number {
    return this.store?.count ?? 0;
  }

  /** Whether the store holds the reply to this request, so that asking costs nothing. */
  holds(request: ChatRequest): boolean {
    return this.store?.has(hashOfRequest(this.settings.model, request)) ?? false;
  }

  /**
   * The model's reply: from the store, or sent for.
   * @param options.signal - Gives the ask up at once; it then rejects with the signal's reason.
   * @throws ChatError; its `kind` says why.
   */
  async ask(request: ChatRequest, options: { readonly signal?: AbortSignal } = {}): Promise<ChatReply> {
    if (this.#closed !== undefined) throw closedError();
    options.signal?.throwIfAborted();
    const hash = hashOfRequest(this.settings.model, request);
    let task = this.#underWay.get(hash);
    if (task !== undefined) this.usage.shared++;
    else task = this.#begin(hash, request);
    return task.join(options.signal);
  }

  /** Gives up what is under way, waits until what came is stored, closes connections and store. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    const running = [...this.#running];
    for (const task of running) task.cancel(closedError());
    await Promise.all(running.map(task => task.ended));
    this.#gate.close();
    this.#server.close();
    await this.store?.close();
  }

  #begin(hash: string, request: ChatRequest): SharedTask<ChatReply> {
    const forget = (): void => {
      if (this.#underWay.get(hash) === task) this.#underWay.delete(hash);
    };
    const task = new SharedTask(signal => this.#fetch(hash, request, signal), forget);
    this.#underWay.set(hash, task);
    this.#running.add(task);
    void task.ended.then(() => {
      forget();
      this.#running.delete(task);
    });
    return task;
  }

  async #fetch(hash: string, request: ChatRequest, signal: AbortSignal): Promise<ChatReply> {
    const stored = await this.#stored(hash);
    if (stored !== undefined) return stored;
    const estimate = estimateCost(request);
    for (let failures = 0, sends = 0; ; ) {
      if (sends++ > 0) this.usage.retried++;
      const verdict = await this.#send(hash, request, estimate, sends > 1, signal);
      if (verdict.next === 'reply') return verdict.reply;
      if (verdict.next === 'stop') throw await this.#refused(verdict, signal);
      if (verdict.next === 'dialect') {
        this.#learn(verdict.dialect, verdict.words);
        continue;
      }
      const { failure } = verdict;
      if (++failures >= this.settings.attempts || (failure.wait ?? 0) > LONGEST_ASKED_WAIT) {
        throw this.#gaveUp(failure, failures);
      }
      const wait = Math.max(failure.wait ?? 0, failure.atOnce ? 0 : waitAfter(this.waits, failures - 1));
      await sleep(wait * 1000, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }

  /**
   * One send, with leave from the gate, and what it teaches about the server. A reply is on the disk before the next
   * request takes its turn, so that a crash loses no more replies than requests may be out at once.
   */
  async #send(hash: string, request: ChatRequest, estimate: number, repeated: boolean, signal: AbortSignal) {
    const pass = await this.#gate.enter(estimate, repeated, signal);
    let spent = 0;
    try {
      if (this.#storeFault !== undefined) throw this.#storeFault;
      // The dialect is that of the sending: others may learn a new one meanwhile.
      const spoken = this.#dialect;
      this.usage.sent++;
      const answer = await this.#server.send(bodyOfRequest(this.settings.model, request, spoken), signal);
      if (answer.kind === 'cancelled') {
        spent = estimate;
        this.usage.lostTokens += estimate;
        throw signal.reason;
      }
      const verdict = judge(answer, { request, spoken, now: Date.now() });
      if (verdict.next === 'reply') {
        spent = this.#count(verdict.reply);
        this.#pace.succeeded(this.#gate.full);
        await this.#keep(hash, verdict.reply);
      } else if (verdict.next === 'again') {
        spent = verdict.failure.lost;
        this.usage.lostTokens += spent;
        this.#note(verdict.failure, pass.sentAt);
      }
      return verdict;
    } finally {
      pass.leave(spent);
    }
  }

  /** Counts an answer; gives its tokens. */
  #count({ promptTokens, completionTokens, estimated }: ChatReply): number {
    this.usage.answered++;
    this.usage.promptTokens += promptTokens;
    this.usage.completionTokens += completionTokens;
    if (estimated) this.usage.estimated++;
    return promptTokens + completionTokens;
  }

  async #stored(hash: string): Promise<ChatReply | undefined> {
    try {
      const stored = await this.store?.get(hash);
      if (stored === undefined) return undefined;
      this.usage.fromStore++;
      return { ...stored, stored: true };
    } catch (error) {
      throw this.#storeFailed(error);
    }
  }

  /** Stores a reply; also when its caller has gone meanwhile, for it is paid for. */
  async #keep(hash: string, { stored: _, ...reply }: ChatReply): Promise<void> {
    try {
      await this.store?.append(hash, reply);
    } catch (error) {
      throw this.#storeFailed(error);
    }
  }

  /** From now on nothing is sent: replies that cannot be kept would be paid for in vain. */
  #storeFailed(error: unknown): ChatError {
    this.#storeFault ??= new ChatError('store', {
      file: this.settings.store,
      fault: `the store of replies fails: ${messageOf(error)}`,
      mend: 'check the free space and the rights of the folder, then run again',
      cause: error,
    });
    return this.#storeFault;
  }

  /** Counts a failure and lets the pace know of it. */
  #note(failure: Failure, sentAt: number): void {
    if (failure.status === 429 || failure.status === 503) this.usage.throttled++;
    else if (failure.kind === 'time-out') this.usage.timedOut++;
    else if (failure.kind === 'garbled') this.usage.garbled++;
    else this.usage.failed++;
    if (failure.overload) this.#pace.overloaded(sentAt);
    // An answer that cannot be read is no sign of an outage.
    if (failure.kind !== 'garbled' && failure.atOnce !== true) this.#pace.failed(sentAt);
    if (failure.wait !== undefined && failure.wait <= LONGEST_ASKED_WAIT) this.#pace.hold(failure.wait);
  }

  #learn(dialect: Dialect, words: string): void {
    if (dialect.json === 'object' && this.#dialect.json === 'schema') {
      say(`${this.#server.name} knows no JSON schemas (${words}): asking for plain JSON objects from now on`);
    }
    this.#dialect = {
      json: dialect.json === 'object' ? 'object' : this.#dialect.json,
      limit: dialect.limit === 'max_completion_tokens' ? dialect.limit : this.#dialect.limit,
    };
  }

  async #refused(
    { kind, status, server }: Extract<ReturnType<typeof judge>, { next: 'stop' }>,
    signal: AbortSignal,
  ): Promise<ChatError> {
    const { name: address, keyVariable, keySent } = this.#server;
    if (kind === 'unreachable') {
      const mend = 'check the address (http or https?) and the certificate of the server';
      return new ChatError(kind, { file: address, fault: `no safe connection (${server.words})`, mend });
    }
    const models = isAboutModel(status, server) ? await this.#server.models(signal) : undefined;
    return refusalError({
      address,
      model: this.settings.model,
      status,
      server,
      keyVariable,
      keySent,
      models,
    });
  }

  #gaveUp(failure: Failure, failures: number): ChatError {
    const { kind, status, wait = 0 } = failure;
    const times = failures === 1 ? 'once' : `${failures} times`;
    const asked = wait > LONGEST_ASKED_WAIT ? `; the server asks to wait ${Math.ceil(wait / 60)} min` : '';
    const mend = {
      unreachable: 'is the server running at that address, and is it http or https?',
      'time-out': `allow more than ${this.settings.timeoutSeconds} s, or fewer requests at once`,
      garbled: 'is that a chat endpoint, and does nothing in between change its answers?',
      'gave-up': 'run again later: replies that came are not asked for again',
    }[kind];
    return new ChatError(kind, {
      file: this.#server.name,
      fault: `sent ${times} without a reply, the last time: ${failure.fault}${asked}`,
      mend,
      status,
    });
  }
}

function closedError(): ChatError {
  return new ChatError('closed', { fault: 'the chat client was closed', mend: 'open it again' });
}
