import { Registry } from '../../base/index.js';
import type { Bank } from '../../entities/index.js';
import type { ReportWriter } from '../writer.js';
import { GrammarWriter } from './grammar/index.js';

/** The writers by name. Each is made for a bank. */
export const WRITERS = new Registry<(bank: Bank) => ReportWriter>('report writer', {
  grammar: bank => new GrammarWriter(bank),
});

export { GrammarWriter };
