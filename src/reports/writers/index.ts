import { z } from 'zod';
import { parseAs, Registry, UsageError } from '../../base/index.js';
import type { Bank } from '../../entities/index.js';
import type { ReportWriter } from '../writer.js';
import { GrammarWriter, StyleSettings } from './grammar/index.js';
import { LlmSettings, LlmWriter } from './llm/index.js';

/** A writer by name, with its settings where it has any, as recipes name it. */
export const WriterChoice = z.union(
  [z.string(), z.looseObject({ name: z.string() })],
  'expected the name of a writer, or an object with "name" and the settings of that writer',
);
export type WriterChoice = z.infer<typeof WriterChoice>;

export interface OpenWriterOptions {
  readonly bank: Bank;
  /** Folder for what the writer keeps of its calls, where its settings name none. */
  readonly store?: string | undefined;
}

/** Settings of the grammar. */
export const GrammarSettings = z.strictObject({
  /** Ways of reporting to draw from, in place of the grammar's own. */
  styles: z.array(StyleSettings).min(1).optional(),
});

/** Opens a writer with settings from outside. */
type OpenWriter = (settings: unknown, options: OpenWriterOptions) => Promise<ReportWriter>;

/** The writers by name. */
export const WRITERS = new Registry<OpenWriter>('report writer', {
  grammar: async (settings, { bank }) => {
    const { styles } = parseAs(GrammarSettings, settings, 'writer grammar', UsageError);
    return new GrammarWriter(bank, styles);
  },
  llm: async (settings, { bank, store }) => {
    const known = parseAs(LlmSettings, settings, 'writer llm', UsageError);
    return await LlmWriter.open({ ...known, store: known.store ?? store }, bank);
  },
});

/**
 * Opens a writer for a bank. Close it when done.
 * @throws UsageError when there is no such writer, or its settings are wrong.
 */
export async function openWriter(choice: WriterChoice, options: OpenWriterOptions): Promise<ReportWriter> {
  const { name, ...settings } = typeof choice === 'string' ? { name: choice } : choice;
  return await WRITERS.get(name)(settings, options);
}

export { StyleSettings } from './grammar/style-settings.js';
export * from './llm/index.js';
export { GrammarWriter };
