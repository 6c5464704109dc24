import type { EntityType } from '../data/index.js';
import type { Bank, BankEntity } from './bank/index.js';
import { LexiconTagger } from './lexicon/tagger.js';

const PRESENT = ['% is seen.', 'There is %.', '%.'];
const ABSENT = ['No %.', 'There is no %.'];

/** The plainest ways to say that something is there, is not there, or is spoken of. */
const SENTENCES: Readonly<Record<EntityType, readonly string[]>> = {
  ABNORMALITY: PRESENT,
  DISEASE: PRESENT,
  'NON-ABNORMALITY': ABSENT,
  'NON-DISEASE': ABSENT,
  ANATOMY: ['Imaging of the %.'],
};

/**
 * Those of the given entities that a tagger which knows the bank does not read as themselves when they are said in
 * the plainest ways: "question hypertension" is doubted by its own first word. No writer can write them.
 */
export function unreadable(entities: readonly BankEntity[], bank: Bank): Set<BankEntity> {
  const tagger = new LexiconTagger(bank);
  const reads = ({ concept, type }: BankEntity, text: string): boolean => {
    const [mention, ...others] = tagger
      .readSection(text, 'findings')
      .filter(each => type === 'ANATOMY' || each.type !== 'ANATOMY');
    return (
      others.length === 0 &&
      mention?.concept === concept &&
      mention.type === type &&
      mention.polarity !== 'uncertain'
    );
  };
  return new Set(
    entities.filter(
      entity =>
        !SENTENCES[entity.type].every(said =>
          reads(
            entity,
            said.replace('%', () => entity.concept),
          ),
        ),
    ),
  );
}
