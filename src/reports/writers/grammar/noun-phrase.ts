import type { Random } from '../../../base/index.js';
import type { Attributes, PlannedEntity, Site } from '../../../data/index.js';
import { AMOUNTED, MASS_ENDINGS, NOUNS, SIZED } from './nouns.js';
import {
  AMOUNTS,
  DEGREES,
  EXTENTS,
  SIDE_ADJECTIVES,
  SIDE_PLACES,
  SITE_ADJECTIVES,
  SITE_AFTER_ONLY,
  SITE_NOUNS,
  SIZES,
} from './words.js';

/** Some words that name a finding, ready to stand in a sentence. */
export interface NounPhrase {
  /** `small left pleural effusion`. */
  readonly bare: string;
  /** `a small left pleural effusion`. */
  readonly full: string;
  readonly plural: boolean;
}

/** A noun as {@link NOUNS} writes it, taken apart. */
interface Noun {
  readonly article: string;
  readonly one: string;
  /** Undefined where it cannot be counted. */
  readonly many: string | undefined;
  readonly alwaysPlural: boolean;
}

const parsed = new Map<string, Noun>();

function parseNoun(text: string): Noun {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const [first = '', many] = text.split('|');
  const match = /^(an?) (.*)$/.exec(first);
  const noun: Noun = {
    article: match?.[1] ?? '',
    one: match?.[2] ?? first.replace(/^\+/, ''),
    many,
    alwaysPlural: first.startsWith('+'),
  };
  parsed.set(text, noun);
  return noun;
}

/** The nouns of a concept; its own name where the grammar has none. */
function nounsOf(concept: string): readonly string[] {
  const nouns = NOUNS[concept];
  if (nouns !== undefined) return nouns;
  if (MASS_ENDINGS.some(ending => concept.endsWith(ending))) return [concept];
  if (/[^siu]s$/.test(concept)) return [`+${concept}`];
  return [`${articleOf(concept)} ${concept}|${pluralOf(concept)}`];
}

function articleOf(word: string): string {
  return /^[aeiou]/i.test(word) ? 'an' : 'a';
}

function pluralOf(noun: string): string {
  if (noun.endsWith('sis')) return `${noun.slice(0, -2)}es`;
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  return /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}

/** How freely to choose words. */
export interface Choice {
  readonly random: Random;
  /** Only the first noun of a concept, only the plainest words. */
  readonly plain: boolean;
  /** Concepts of the lung's tissue, of which one may say "in the left lung". */
  readonly inLung: ReadonlySet<string>;
  /** Says side and site only before the noun, so that two findings can share a sentence without doubt. */
  readonly placeFirst?: boolean;
}

/** Whether side and site can stand before the noun. */
export function canPlaceFirst({ concept, site }: PlannedEntity): boolean {
  return site === undefined || siteAdjectives(concept, site).length > 0;
}

function siteAdjectives(concept: string, site: Site): readonly string[] {
  return SITE_AFTER_ONLY[concept]?.includes(site) ? [] : SITE_ADJECTIVES[site];
}

const pick = <T>(choice: Choice, options: readonly T[]): T =>
  choice.plain ? options[0]! : choice.random.pick(options);

/** A finding that is there, with what is said of its place and degree, before or after the noun. */
export function presentPhrase(entity: PlannedEntity, choice: Choice): NounPhrase {
  const { side, severity, extent } = entity;
  const noun = parseNoun(pick(choice, nounsOf(entity.concept)));
  const plural =
    noun.alwaysPlural ||
    (noun.many !== undefined &&
      (side === 'bilateral' || extent === 'multifocal' || (extent === 'diffuse' && severity === undefined)));
  const head = plural ? (noun.many ?? noun.one) : noun.one;
  const place = placeOf(entity, choice);
  const before = [
    severity === undefined ? '' : pick(choice, degreesOf(entity.concept)[severity]),
    extent === undefined ? '' : pick(choice, EXTENTS[extent]),
    place.before,
  ].filter(word => word !== '');
  const bare = [...before, head, place.after].filter(word => word !== '').join(' ');
  const article =
    plural || noun.article === '' ? '' : before[0] === undefined ? noun.article : articleOf(before[0]);
  return { bare, full: article === '' ? bare : `${article} ${bare}`, plural };
}

function degreesOf(concept: string): typeof DEGREES {
  if (SIZED.has(concept)) return SIZES;
  return AMOUNTED.has(concept) ? AMOUNTS : DEGREES;
}

/** Nouns of findings that are denied together, now and then in the plural where all can be. */
export function deniedNouns(
  concepts: readonly string[],
  choice: Choice,
): { readonly nouns: string[]; readonly plural: boolean } {
  const nouns = concepts.map(concept => parseNoun(pick(choice, nounsOf(concept))));
  const many = !choice.plain && nouns.every(noun => noun.many !== undefined) && choice.random.chance(0.3);
  return {
    nouns: nouns.map(noun => (many ? noun.many! : noun.one)),
    plural: many || nouns.some(noun => noun.alwaysPlural),
  };
}

/** Side and site, as adjectives before the noun or as a place after it. */
function placeOf(entity: PlannedEntity, choice: Choice): { before: string; after: string } {
  const { concept, side, site } = entity;
  const after = () => ({ before: '', after: placeAfter(entity, choice) });
  if (site === undefined) {
    if (side === undefined) return { before: '', after: '' };
    if (choice.plain || choice.placeFirst || choice.random.chance(0.7)) {
      return { before: pick(choice, SIDE_ADJECTIVES[side]), after: '' };
    }
    return after();
  }
  const adjectives = siteAdjectives(concept, site);
  if (adjectives.length === 0 || choice.plain) return after();
  if (!choice.placeFirst && choice.random.chance(0.5)) return after();
  if (side === 'bilateral' && choice.random.chance(0.5)) {
    if (site === 'base') return { before: choice.random.pick(['bibasilar', 'bibasal']), after: '' };
    if (site === 'apex') return { before: 'biapical', after: '' };
  }
  const sideWord = side === undefined ? '' : `${side} `;
  return { before: `${sideWord}${choice.random.pick(adjectives)}`, after: '' };
}

function placeAfter({ concept, side, site }: Attributes & { concept: string }, choice: Choice): string {
  if (site === undefined) {
    if (side === undefined) return '';
    const places = SIDE_PLACES[side].filter(place => !place.includes('lung') || choice.inLung.has(concept));
    return pick(choice, places);
  }
  const nouns = SITE_NOUNS[site];
  if (side === 'bilateral') return pick(choice, nouns.both);
  return pick(choice, nouns.one).replace('{side} ', side === undefined ? '' : `${side} `);
}
