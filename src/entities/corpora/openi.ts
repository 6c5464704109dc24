import { importOpeni } from '../../data/index.js';
import type { CorpusReader } from './reader.js';

/** The XML reports of Open-i (Indiana University). */
export const openi: CorpusReader = {
  summary: 'the XML reports of Open-i (folder, .tgz, .zip)',
  async *read(source, options) {
    for await (const { id, findings, impression } of importOpeni(source, options)) {
      yield { id, findings, impression };
    }
  },
};
