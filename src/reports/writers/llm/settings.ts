import { z } from 'zod';
import { ChatSettings } from '../../../chat/index.js';

/** Settings of the writer `llm`: where the model is, how it is asked, and what it may cost. */
export const LlmSettings = ChatSettings.omit({ attempts: true }).extend({
  /** Most sends of one request when the server fails or is busy. */
  sends: z.int().min(1).max(100).default(6),
  temperature: z.number().min(0).max(2).default(0.6),
  topP: z.number().gt(0).max(1).default(0.9),
  /** Most tokens of one reply. A section of 12 statements is about 200. */
  replyTokens: z.int().min(16).max(32_768).default(1024),
  /**
   * Calls that a sample may cost, FINDINGS and IMPRESSION together, before it is set aside; at least one of them is
   * for IMPRESSION.
   */
  attempts: z.int().min(2).max(100).default(6),
  /** A folder of prompts in place of those that ship with synray; files that it lacks are taken from there. */
  prompts: z.string().min(1).optional(),
  /** Ask for replies that fit a JSON schema. */
  jsonSchema: z.boolean().default(false),
});
export type LlmSettings = z.output<typeof LlmSettings>;
/** Settings as a person gives them: all but `baseUrl` and `model` have defaults. */
export type LlmSettingsInput = z.input<typeof LlmSettings>;
