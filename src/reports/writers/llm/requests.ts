import { Random } from '../../../base/index.js';
import type { ChatMessage, ChatRequest } from '../../../chat/index.js';
import type { PlannedReport } from '../../../data/index.js';
import type { Bank } from '../../../entities/index.js';
import type { FailedTry } from '../../writer.js';
import { adviceOf } from './advice.js';
import { EntityList } from './entity-list.js';
import type { PromptStyle, Prompts } from './prompts.js';
import type { Section } from './section.js';
import type { LlmSettings } from './settings.js';

/** What one request depends on. */
export interface SectionRequest {
  readonly plan: PlannedReport;
  readonly section: Section;
  readonly seed: number;
  /** Tries of this section before. */
  readonly attempt: number;
  readonly former: readonly FailedTry[];
  /** The accepted FINDINGS, for IMPRESSION. */
  readonly findings: string;
}

/** Makes the requests for sections. The same sample and attempt give the same request, and so the same stored reply. */
export class SectionRequests {
  readonly #prompts: Prompts;
  readonly #settings: LlmSettings;
  readonly #list: EntityList;

  constructor(prompts: Prompts, settings: LlmSettings, bank: Bank) {
    this.#prompts = prompts;
    this.#settings = settings;
    this.#list = new EntityList(bank);
  }

  /** The style of a sample: one for all its sections and tries. */
  styleOf(plan: PlannedReport, seed: number): PromptStyle {
    return Random.of(seed, plan.id, 'report', 'style').pick(this.#prompts.styles);
  }

  request(asked: SectionRequest): ChatRequest {
    const { plan, section, seed, attempt } = asked;
    const { temperature, topP, replyTokens, jsonSchema } = this.#settings;
    return {
      messages: this.#messages(asked),
      temperature,
      topP,
      maxTokens: replyTokens,
      // Below 2^31: some servers keep seeds in a signed 32-bit number.
      seed: Random.of(seed, plan.id, 'report', section, attempt).bits() >>> 1,
      jsonSchema: jsonSchema ? schemaOf(section) : undefined,
      attempt,
    };
  }

  /**
   * The question; and, where the last try gave a text that was not accepted, that text and what is wrong with it.
   * Earlier tries are left out, so that the cost of a try does not grow with their number. A refusal or a cut-off
   * text is not shown to the model: it would go on in the same way. It is asked anew, with another seed.
   */
  #messages({ plan, section, seed, former, findings }: SectionRequest): ChatMessage[] {
    const messages: ChatMessage[] = [
      { role: 'system', content: this.#prompts.fill('system', {}) },
      { role: 'user', content: this.#question(plan, section, seed, findings) },
    ];
    const last = former.findLast(({ kind }) => kind === 'unfaithful' || kind === 'garbled');
    if (last === undefined) return messages;
    const faults =
      last.verification === undefined
        ? `- ${last.reason}`
        : adviceOf(last.verification, entity => this.#list.statusOf(entity));
    const again = { section: section.toUpperCase(), faults, form: this.#form(section) };
    messages.push({ role: 'assistant', content: last.text });
    messages.push({ role: 'user', content: this.#prompts.fill('again', again) });
    return messages;
  }

  #question(plan: PlannedReport, section: Section, seed: number, findings: string): string {
    // The list is the same at each try, so that servers find the beginning of the prompt in their cache.
    const random = Random.of(seed, plan.id, 'report', section, 'list');
    const values = {
      style: this.styleOf(plan, seed).text,
      form: this.#form(section),
    };
    if (section === 'findings') {
      const entities = this.#list.lines(plan.entities, random);
      return this.#prompts.fill('findings', { ...values, entities });
    }
    const entities = this.#list.lines(
      plan.entities.filter(entity => this.#list.statusOf(entity) !== 'MENTION'),
      random,
    );
    return this.#prompts.fill('impression', { ...values, entities, findings });
  }

  #form(section: Section): string {
    const name = section.toUpperCase();
    return this.#settings.jsonSchema
      ? this.#prompts.fill('form-json', { section: name, key: section })
      : this.#prompts.fill('form-text', { section: name });
  }
}

function schemaOf(section: Section): NonNullable<ChatRequest['jsonSchema']> {
  return {
    name: section,
    schema: {
      type: 'object',
      properties: { [section]: { type: 'string' } },
      required: [section],
      additionalProperties: false,
    },
  };
}
