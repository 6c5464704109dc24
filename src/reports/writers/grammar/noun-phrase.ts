import type { Random } from '../../../base/index.js';
import type { Attributes, PlannedEntity } from '../../../data/index.js';
import { articleOf, type Noun } from './noun.js';
import type { Lexeme, Vocabulary } from './vocabulary.js';
import type { Weighted } from './weighted.js';
import {
  AMOUNTS,
  BOTH_SIDES,
  CHANGES,
  DEGREE_ADVERBS,
  DEGREES,
  DISPLACEMENTS,
  EXTENTS,
  SIDE_ADJECTIVES,
  SIDE_PLACES,
  SIDES_OF_CURVES,
  SITE_ADJECTIVES,
  SITE_NOUNS,
  SIZES,
  SPREAD_DEGREES,
} from './words.js';

/** Some words that name a finding, ready to stand in a sentence. */
export interface NounPhrase {
  /** `small left pleural effusion`. */
  readonly bare: string;
  /** `a small left pleural effusion`. */
  readonly full: string;
  readonly plural: boolean;
  /** `in the left lower lobe`, where the place was left out of the phrase to stand before it; else empty. */
  readonly front: string;
}

/** How freely to choose words. */
export interface Choice {
  readonly random: Random;
  readonly vocabulary: Vocabulary;
  /** Only the first noun of a concept, only the plainest words. */
  readonly plain: boolean;
}

/** Where side and site may stand: as suits, only before the noun, or at the front of the sentence. */
export type Placing = 'free' | 'before' | 'front';

/** How often a place stands before its noun where it could stand after it as well. */
const BEFORE_CHANCE = { side: 0.75, site: 0.5 } as const;
/** How often two sides of a site are said in one word, where there is one. */
const ONE_WORD_CHANCE = 0.6;
/** Stands for a side that is filled in later. */
const SIDE = '{side} ';
/** Nouns that begin with a quality: its degree is an adverb right before it ("mildly low lung volumes"). */
const ADJECTIVE_FIRST =
  /^(low|diminished|enlarged|prominent|increased|coarsened|distended|dilated|tortuous|hyperexpanded|hyperinflated|widened) /;
/** How often several things denied together stand in the plural, where all can. */
const PLURAL_DENIAL_CHANCE = 0.2;

export const pick = <T>(choice: Choice, options: readonly T[]): T =>
  choice.plain ? options[0]! : choice.random.pick(options);
export const draw = <T>(choice: Choice, options: Weighted<T>): T =>
  choice.plain ? options.plain : options.pick(choice.random);

/** A finding that is there, with what is said of its place, degree and change, before or after the noun. */
export function presentPhrase(entity: PlannedEntity, choice: Choice, placing: Placing = 'free'): NounPhrase {
  const lexeme = choice.vocabulary.lexeme(entity.concept);
  return phraseOf(entity, draw(choice, lexeme.present), choice, placing);
}

/** A finding with a noun that is drawn already. */
function phraseOf(entity: PlannedEntity, noun: Noun, choice: Choice, placing: Placing): NounPhrase {
  const { side, site, severity, extent, change } = entity;
  const inside = noun.sided !== undefined && side !== undefined && side !== 'bilateral' && site === undefined;
  const plural =
    noun.alwaysPlural ||
    (noun.many !== undefined &&
      (side === 'bilateral' || extent === 'multifocal' || (extent === 'diffuse' && severity === undefined)));
  const head = inside ? noun.sided!.replace('{side}', side) : plural ? (noun.many ?? noun.one) : noun.one;
  const place = inside ? { before: '', after: '' } : placeOf(entity, noun, head, choice, placing);
  const lexeme = choice.vocabulary.lexeme(entity.concept);
  const adverbial = ADJECTIVE_FIRST.test(head);
  const before = [
    change === undefined || change === 'resolved'
      ? ''
      : modifier(CHANGES[change], { change }, entity, head, choice),
    severity === undefined || adverbial
      ? ''
      : modifier(degreeWords(lexeme)[severity], { severity }, entity, head, choice),
    extent === undefined ? '' : modifier(EXTENTS[extent], { extent }, entity, head, choice),
    place.before,
    severity === undefined || !adverbial
      ? ''
      : modifier(DEGREE_ADVERBS[severity], { severity }, entity, head, choice),
  ].filter(word => word !== '');
  const front = placing === 'front' ? place.after : '';
  const after = placing === 'front' ? '' : place.after;
  const bare = [...before, head, after].filter(word => word !== '').join(' ');
  const article =
    plural || noun.article === '' ? '' : before[0] === undefined ? noun.article : articleOf(before[0]);
  return { bare, full: article === '' ? bare : `${article} ${bare}`, plural, front };
}

function degreeWords({ degrees, spread }: Lexeme): typeof DEGREES {
  switch (degrees) {
    case 'size':
      return SIZES;
    case 'amount':
      return AMOUNTS;
    case 'displacement':
      return DISPLACEMENTS;
    default:
      return spread ? SPREAD_DEGREES : DEGREES;
  }
}

/** A word before the noun, of those that are read with it as what they mean. */
function modifier(
  words: readonly string[],
  values: Attributes,
  { concept, type }: PlannedEntity,
  head: string,
  choice: Choice,
): string {
  const key = `${concept}|${type}|${head}|${Object.values(values).join()}`;
  const fit = choice.vocabulary.fitting(
    key,
    () => words,
    { concept, type, ...values },
    word => `${word} ${head}`,
  );
  return pick(choice, fit.length > 0 ? fit : words);
}

/** Side and site, as adjectives before the noun or as a place after it. */
function placeOf(
  entity: PlannedEntity,
  noun: Noun,
  head: string,
  choice: Choice,
  placing: Placing,
): { before: string; after: string } {
  const { side, site } = entity;
  if (side === undefined && site === undefined) return { before: '', after: '' };
  const before = fittingPlaces(entity, head, choice, 'before');
  const wantsBefore =
    placing === 'before' ||
    (placing === 'free' &&
      (choice.plain || choice.random.chance(site === undefined ? BEFORE_CHANCE.side : BEFORE_CHANCE.site)));
  const filled = (place: string) => place.replace(SIDE, side === undefined ? '' : `${side} `);
  if (before.length > 0 && wantsBefore) {
    const oneWord = side === 'bilateral' ? before.filter(words => /^bi[ab]/.test(words)) : [];
    const pool =
      oneWord.length > 0 && !choice.plain && choice.random.chance(ONE_WORD_CHANCE) ? oneWord : before;
    return { before: filled(pick(choice, pool)), after: '' };
  }
  const after = fittingPlaces(entity, head, choice, 'after');
  // "Degenerative changes of the thoracic spine on the left": what has a place in its name gets none after it.
  if (before.length > 0 && (after.length === 0 || / (of|in) /.test(noun.one))) {
    return { before: filled(pick(choice, before)), after: '' };
  }
  return { before: '', after: filled(pick(choice, after.length > 0 ? after : placesOf(entity, choice))) };
}

/** The words for a place that are read with this noun as what they mean; `{side} ` is left open in them. */
function fittingPlaces(
  entity: PlannedEntity,
  head: string,
  choice: Choice,
  where: 'before' | 'after',
): readonly string[] {
  const { concept, type, side, site } = entity;
  // One side more or less does not change how a site is read, so left and right are tried as one.
  const read = site === undefined || side === 'bilateral' ? side : undefined;
  return choice.vocabulary.fitting(
    `${concept}|${type}|${head}|${read ?? ''}|${site ?? ''}|${where}`,
    () => (where === 'before' ? adjectivesOf(entity) : placesOf(entity, choice)),
    { concept, type, ...(read === undefined ? {} : { side: read }), ...(site === undefined ? {} : { site }) },
    place => {
      const words = place.replace(SIDE, '');
      return where === 'before' ? `${words} ${head}` : `${head} ${words}`;
    },
  );
}

/** Whether side and site can stand before the noun, so that two findings can share a sentence without doubt. */
export function canPlaceFirst({ site }: PlannedEntity): boolean {
  return site === undefined || SITE_ADJECTIVES[site].length > 0;
}

/** Side and site before a noun; `{side} ` is left open where a site is given with one side. */
function adjectivesOf({ concept, side, site }: PlannedEntity): readonly string[] {
  if (site === undefined) {
    if (side === undefined) return [];
    return concept === 'scoliosis' ? SIDES_OF_CURVES[side] : SIDE_ADJECTIVES[side];
  }
  if (side !== 'bilateral') return SITE_ADJECTIVES[site].map(word => `${SIDE}${word}`);
  return [...SITE_ADJECTIVES[site].map(word => `${side} ${word}`), ...(BOTH_SIDES[site] ?? [])];
}

function placesOf({ concept, side, site }: PlannedEntity, { vocabulary }: Choice): readonly string[] {
  if (site !== undefined) return side === 'bilateral' ? SITE_NOUNS[site].both : SITE_NOUNS[site].one;
  if (side === undefined) return [];
  const { inLung } = vocabulary.lexeme(concept);
  return SIDE_PLACES[side].filter(place => inLung || !place.includes('lung'));
}

/** Findings denied together, each without an article, now and then in the plural where all can be. */
export function deniedPhrases(
  entities: readonly PlannedEntity[],
  choice: Choice,
): { readonly phrases: string[]; readonly plural: boolean } {
  const nouns = entities.map(({ concept }) => {
    const { denied, listed } = choice.vocabulary.lexeme(concept);
    return draw(choice, entities.length > 1 ? listed : denied);
  });
  const many =
    !choice.plain &&
    nouns.every(noun => noun.many !== undefined) &&
    choice.random.chance(PLURAL_DENIAL_CHANCE);
  return {
    phrases: nouns.map((noun, index) => {
      const head = many ? noun.many! : noun.one;
      const { before, after } = placeOf(entities[index]!, noun, head, choice, 'before');
      return [before, head, after].filter(word => word !== '').join(' ');
    }),
    plural: many || nouns.some(noun => noun.alwaysPlural),
  };
}
