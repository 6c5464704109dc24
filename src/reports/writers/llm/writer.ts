import { setMaxListeners } from 'node:events';
import { duration, SynrayError, sha256 } from '../../../base/index.js';
import { ChatClient, ChatError, type ChatReply, type ChatRequest } from '../../../chat/index.js';
import type { Bank } from '../../../entities/index.js';
import type { PartReply, PartRequest, ReportWriter, WriterUsage } from '../../writer.js';
import { Prompts } from './prompts.js';
import { SectionRequests } from './requests.js';
import { sectionOf } from './section.js';
import type { LlmSettings } from './settings.js';

/** What the writer needs of a chat client. */
export type Chat = Pick<ChatClient, 'ask' | 'usage' | 'close' | 'heldSeconds'>;

/** So many asks in a row without an answer: the server, not the samples, is at fault. */
const MOST_UNANSWERED = 24;

/** After an interruption, asks under way have so long to end: their tokens are paid for. In milliseconds. */
const GRACE = 5000;

/**
 * Has a language model write FINDINGS and then IMPRESSION, over any OpenAI-compatible chat endpoint. Faults of the
 * last text are told to the model in its conversation. Replies are stored as they arrive (`settings.store`), so that a
 * second run with the same settings asks only for what is missing.
 */
export class LlmWriter implements ReportWriter {
  readonly name: string;
  readonly fingerprint: string;
  readonly parts = ['findings', 'impression'] as const;
  readonly attempts: number;
  readonly concurrency: number;
  readonly freeText = true;
  readonly #chat: Chat;
  readonly #requests: SectionRequests;
  readonly #json: boolean;
  #storedTokens = 0;
  #answered = false;
  #unanswered = 0;
  readonly #late = new WeakMap<AbortSignal, AbortSignal>();

  constructor(chat: Chat, prompts: Prompts, settings: LlmSettings, bank: Bank) {
    const { model, temperature, topP, replyTokens, jsonSchema, attempts, concurrency } = settings;
    this.name = `llm/${model}`;
    this.fingerprint = sha256(
      JSON.stringify([model, temperature, topP, replyTokens, jsonSchema, attempts, prompts.fingerprint]),
    );
    this.attempts = attempts;
    this.concurrency = concurrency;
    this.#json = jsonSchema;
    this.#chat = chat;
    this.#requests = new SectionRequests(prompts, settings, bank);
  }

  /** @throws UsageError, InputError where settings or prompts are at fault; ChatError where the store is. */
  static async open(settings: LlmSettings, bank: Bank): Promise<LlmWriter> {
    const prompts = await Prompts.load(settings.prompts);
    const { baseUrl, model, apiKeyVariable, timeoutSeconds, sends, concurrency, maxTokens, store } = settings;
    const chat = await ChatClient.open({
      baseUrl,
      model,
      apiKeyVariable,
      timeoutSeconds,
      attempts: sends,
      concurrency,
      maxTokens,
      store,
    });
    return new LlmWriter(chat, prompts, settings, bank);
  }

  get usage(): WriterUsage {
    const { sent, fromStore, promptTokens, completionTokens } = this.#chat.usage;
    return { sent, fromStore, promptTokens, completionTokens, storedTokens: this.#storedTokens };
  }

  get status(): string {
    const held = this.#chat.heldSeconds;
    return held < 1 ? '' : `nothing is sent for ${duration(held)}: the server is busy or does not answer`;
  }

  async close(): Promise<void> {
    await this.#chat.close();
  }

  async writePart(asked: PartRequest): Promise<PartReply> {
    const { plan, part, seed, findings, signal } = asked;
    if (part === 'report') throw new Error('FINDINGS and IMPRESSION are asked for one after the other');
    const request = this.#requests.request({ ...asked, section: part });
    const reply = await this.#ask(request, signal);
    if ('fault' in reply) return reply;
    const section = sectionOf(reply, part, this.#json);
    if ('fault' in section) return section;
    const writer = `${this.name}/${this.#requests.styleOf(plan, seed).name}`;
    const { text } = section;
    return {
      report:
        part === 'findings'
          ? { id: plan.id, writer, findings: text, impression: '' }
          : { id: plan.id, writer, findings, impression: text },
    };
  }

  async #ask(
    request: ChatRequest,
    signal: AbortSignal | undefined,
  ): Promise<ChatReply | Extract<PartReply, { fault: string }>> {
    try {
      const late = signal === undefined ? undefined : this.#lateSignal(signal);
      const reply = await this.#chat.ask(request, late === undefined ? {} : { signal: late });
      this.#answered = true;
      this.#unanswered = 0;
      if (reply.stored) this.#storedTokens += reply.promptTokens + reply.completionTokens;
      return reply;
    } catch (error) {
      if (!(error instanceof ChatError) || !this.#isOfThisRequest(error)) throw error;
      this.#unanswered++;
      if (this.#unanswered >= MOST_UNANSWERED) throw noAnswers(this.#unanswered, error);
      return { fault: 'no answer', reason: error.message, text: '' };
    }
  }

  /** Whether another request may fare better; else the whole run has to stop. */
  #isOfThisRequest({ kind, status = 0 }: ChatError): boolean {
    if (kind === 'time-out' || kind === 'garbled' || kind === 'gave-up') return true;
    // A server that answers others may refuse one prompt: its filter, or a prompt that is too long for the model.
    return kind === 'refused' && this.#answered && [400, 413, 422].includes(status);
  }

  /** Aborts some time after `signal` does. */
  #lateSignal(signal: AbortSignal): AbortSignal {
    let late = this.#late.get(signal);
    if (late === undefined) {
      const controller = new AbortController();
      // Every ask under way listens for the end; that is many listeners and no leak.
      setMaxListeners(0, controller.signal);
      const abort = () => {
        setTimeout(() => controller.abort(signal.reason), GRACE).unref();
      };
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      late = controller.signal;
      this.#late.set(signal, late);
    }
    return late;
  }
}

function noAnswers(count: number, cause: ChatError): SynrayError {
  return new SynrayError({
    fault: `no answer to ${count} requests in a row; the last: ${cause.fault}`,
    mend: 'see to the server, then run the same command again: what was answered is kept',
    cause,
  });
}
