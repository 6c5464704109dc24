import { describe, expect, it } from 'vitest';
import type { PlannedEntity, PlannedReport } from '../../../data/index.js';
import { type Bank, type BankEntity, defaultBank, LexiconTagger } from '../../../entities/index.js';
import { verifyReport } from '../../index.js';
import { EXPLAINED, FRAMES } from './frames.js';
import { NORMAL_IMPRESSIONS, NORMALS } from './normal-statements.js';
import { parseNoun } from './noun.js';
import { NOUNS } from './nouns/index.js';
import { PLACES_OF_DEVICES } from './places.js';
import { Vocabulary } from './vocabulary.js';
import { GrammarWriter } from './writer.js';

const bank = defaultBank();
const vocabulary = new Vocabulary(bank);
const entityOf = (concept: string, type?: PlannedEntity['type']) =>
  bank.entities.find(entity => entity.concept === concept && (type === undefined || entity.type === type));

describe('the grammar’s words', () => {
  it('are all read as the concept they stand for, there and denied', () => {
    const misread = [...NOUNS].flatMap(([concept, { nouns, denied }]) => {
      const lexeme = vocabulary.lexeme(concept);
      const kept = (own: readonly { one: string }[]) => new Set(own.map(({ one }) => one));
      const deniable = bank.entities.some(
        entity => entity.concept === concept && entity.type.startsWith('NON-'),
      );
      const lost = (table: object, own: ReadonlySet<string>) =>
        Object.keys(table).filter(text => !own.has(parseNoun(text).one));
      return [
        ...lost(nouns, kept(lexeme.present.items)),
        ...(deniable ? lost(denied ?? {}, kept(lexeme.denied.items)) : []),
      ].map(noun => `${concept}: ${noun}`);
    });
    expect(misread).toEqual([]);
  });

  it('name concepts of the bank', () => {
    const named = [
      ...NOUNS.keys(),
      ...Object.keys(FRAMES),
      ...Object.keys(NORMALS),
      ...Object.entries(EXPLAINED).flat(2),
      ...Object.entries(PLACES_OF_DEVICES).flatMap(([concept, places]) => [concept, ...Object.keys(places)]),
    ];
    expect([...new Set(named)].filter(concept => entityOf(concept) === undefined)).toEqual([]);
  });

  it('make normal statements that are read as such', () => {
    const cases = [
      ...Object.entries(NORMALS).flatMap(([concept, { full, short }]) =>
        [...Object.keys(full), ...Object.keys(short)].map(text => [text, concept] as const),
      ),
      ...Object.keys(NORMAL_IMPRESSIONS).map(text => [text, 'normal chest'] as const),
    ];
    const misread = cases.filter(
      ([text, concept]) => !vocabulary.says(text, [{ concept, type: 'NON-ABNORMALITY' }]),
    );
    expect(misread).toEqual([]);
  });
});

describe('a bank from another corpus', () => {
  const unknown = (concept: string, type: BankEntity['type']): BankEntity => ({
    concept,
    type,
    kind: type === 'ANATOMY' ? 'anatomy' : type.endsWith('DISEASE') ? 'disease' : 'abnormality',
    synonyms: [concept],
    readings: [],
    denied: [],
    frames: [],
    sides: [],
    sites: [],
    severities: [],
    extents: [],
    labels: {},
    excludes: [],
    variants: [],
    count: 3,
  });
  const present = ['paraspinal bulge', 'tram lines', 'lingular stranding', 'vanishing lung syndrome'];
  const denied = ['gossypiboma', 'scimitar sign', 'cystic changes'];
  const anatomy = ['prominent soft tissue', 'aortopulmonary stripe', 'mid lateral lung'];
  const own: Bank = {
    ...bank,
    entities: [
      ...bank.entities,
      ...present.map(concept => unknown(concept, 'ABNORMALITY')),
      ...denied.flatMap(concept => [unknown(concept, 'ABNORMALITY'), unknown(concept, 'NON-ABNORMALITY')]),
      ...anatomy.map(concept => unknown(concept, 'ANATOMY')),
    ],
  };

  it('is written in its own words, and read back', async () => {
    const plan: PlannedReport = {
      id: 'unknown',
      entities: [
        ...present.map(concept => ({ concept, type: 'ABNORMALITY' as const })),
        ...denied.map(concept => ({ concept, type: 'NON-ABNORMALITY' as const })),
        ...anatomy.map(concept => ({ concept, type: 'ANATOMY' as const })),
        { concept: 'aorta', type: 'ANATOMY' },
        { concept: 'pleural effusion', type: 'ABNORMALITY', side: 'left', severity: 'mild' },
      ],
    };
    const writer = new GrammarWriter(own);
    const tagger = new LexiconTagger(own);
    for (let seed = 0; seed < 100; seed++) {
      const [report] = await writer.write([plan], seed, 0);
      const verification = verifyReport(plan, tagger.read(report!));
      expect(verification, report!.findings).toMatchObject({ accepted: true });
    }
  });
});
