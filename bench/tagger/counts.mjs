// Makes src/entities/bank/counts.ts: in how many real reports the tagger reads each entity of the default bank.
// `npm run build && node bench/tagger/counts.mjs > src/entities/bank/counts.ts`
import { join, resolve } from 'node:path';
import { importOpeni } from '../../dist/data/index.js';
import { extractEntities, LexiconTagger } from '../../dist/entities/index.js';

const data = resolve(process.env.SYNRAY_TEST_DATA ?? '../shared/data');
const bank = await extractEntities(importOpeni(join(data, 'openi-reports/NLMCXR_reports.tgz')), {
  tagger: new LexiconTagger(),
});
const types = [...new Set(bank.entities.map(({ type }) => type))].sort();
const lines = types.map(type => {
  const entities = bank.entities
    .filter(entity => entity.type === type)
    .sort((a, b) => a.concept.localeCompare(b.concept, 'en'));
  return `  '${type}': {\n${entities.map(({ concept, count }) => `    '${concept}': ${count},`).join('\n')}\n  },`;
});
process.stdout.write(`import type { EntityType } from '../../data/index.js';

/** How many reports were read for the counts. */
export const COUNTED_REPORTS = ${bank.reports};

/**
 * In how many reports of Open-i (Indiana University, https://openi.nlm.nih.gov) the lexicon tagger reads each
 * entity: the long tail of real reports. Made by \`bench/tagger/counts.mjs\`.
 */
export const COUNTS: Readonly<Record<EntityType, Readonly<Record<string, number>>>> = {
${lines.join('\n')}
};
`);
