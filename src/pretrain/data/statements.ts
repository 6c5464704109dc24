import { z } from 'zod';
import type { Mention, ReportText, Sample } from '../../data/index.js';
import { Side } from '../../data/index.js';

/** What one mention says of the picture. `normal`: something is as it should be ("heart size is normal"). */
export const Claim = z.object({
  concept: z.string(),
  side: Side.optional(),
  state: z.enum(['present', 'absent', 'normal', 'uncertain']),
});
export type Claim = z.infer<typeof Claim>;

/** One sentence of a report, with what it claims. */
export const Statement = z.object({ text: z.string(), claims: z.array(Claim) });
export type Statement = z.infer<typeof Statement>;

/** A sentence must have a word of this form to say anything. */
const WORD = /\p{L}{3}/u;

/** The sections of a report that are read. */
export const SECTIONS = ['findings', 'impression'] as const;
export type Section = (typeof SECTIONS)[number];

type Report = Pick<Sample, keyof ReportText | 'mentions'>;

/** The sentences of a sample's report by section, each distinct one once a section; the same words claim the same. */
export function sectionsOf(sample: Report): Record<Section, Statement[]> {
  const known = new Map<string, Statement>();
  const read = (section: Section) => {
    const statements = new Set<Statement>();
    const mentions = sample.mentions.filter(mention => mention.section === section);
    for (const { start, end } of sentencesOf(sample[section])) {
      const text = sample[section].slice(start, end).replace(/\s+/g, ' ').trim();
      if (!WORD.test(text)) continue;
      let statement = known.get(text);
      if (statement === undefined) {
        const inside = mentions.filter(mention => mention.start >= start && mention.start < end);
        statement = { text, claims: inside.flatMap(claimOf) };
        known.set(text, statement);
      }
      statements.add(statement);
    }
    return [...statements];
  };
  return { findings: read('findings'), impression: read('impression') };
}

/** The sentences of a report, FINDINGS first, each distinct one once. */
export function statementsOf(sections: Readonly<Record<Section, readonly Statement[]>>): Statement[] {
  return [...new Set(SECTIONS.flatMap(section => sections[section]))];
}

/**
 * Where sentences begin and end: one ends at `.`, `!` or `?` before white space, or at a line break; "1.5 cm"
 * does not end one. By hand, since regular expressions for this take quadratic time on rows of dots.
 */
function* sentencesOf(text: string): Generator<{ start: number; end: number }> {
  let start = 0;
  for (let place = 0; place < text.length; place++) {
    const character = text[place]!;
    const next = text[place + 1];
    const ends = character === '\n' || (/[.!?]/.test(character) && (next === undefined || /\s/.test(next)));
    if (!ends && next !== undefined) continue;
    yield { start, end: place + 1 };
    start = place + 1;
  }
}

function claimOf(mention: Mention): Claim[] {
  if (mention.type === 'ANATOMY') return [];
  const state =
    mention.polarity === 'uncertain'
      ? 'uncertain'
      : mention.polarity === 'negated' || mention.change === 'resolved'
        ? 'absent'
        : mention.type === 'NON-ABNORMALITY' || mention.type === 'NON-DISEASE'
          ? 'normal'
          : 'present';
  const { concept, side } = mention;
  return [side === undefined ? { concept, state } : { concept, side, state }];
}

/** A claim in the words that prompts use: "pleural effusion", "left pleural effusion", "no pleural effusion". */
export function nameOf(claim: Claim, withSide: boolean): string {
  const side = withSide && claim.side !== undefined ? `${claim.side} ` : '';
  return `${claim.state === 'absent' ? 'no ' : ''}${side}${claim.concept}`;
}

/** Whether a sentence tells left from right. */
export function saysSide({ text, claims }: Statement): boolean {
  return /\b(left|right)/i.test(text) || claims.some(({ side }) => side === 'left' || side === 'right');
}
