import type { Random } from '../../base/index.js';
import { type Attributes, type PlannedEntity, Side, type Site } from '../../data/index.js';
import type { BankEntity } from '../../entities/index.js';
import { conceptsOf, NEVER_BILATERAL, PLACE_RULES, placesExclude, USUAL_SIDES } from './rules/index.js';

/** How often an attribute is said of a finding that may have it. */
export const CHANCES = { side: 0.85, site: 0.55, severity: 0.6, extent: 0.35 } as const;

/** How often a finding that may be anywhere is on the left, on the right and on both sides. */
const SIDES: Readonly<Record<Side, number>> = { left: 0.4, right: 0.4, bilateral: 0.2 };

/** Sites that only one side has; no other site is bound to a side. */
const SIDE_OF_SITE: Partial<Record<Site, Side>> = {
  'middle lobe': 'right',
  lingula: 'left',
  retrocardiac: 'left',
};

/** Sites that lie on both sides at once or on none: no side is said with them. */
const MIDLINE_SITES: ReadonlySet<Site> = new Set(['retrocardiac']);

/** Times that a finding's place is drawn again where it cannot be with another. */
const REDRAWS = 8;

/** Draws the attributes of a list of entities; made once for a plan. */
export class AttributeDrawer {
  readonly #entities: readonly BankEntity[];
  /** What may be said of each entity, undefined where nothing is. */
  readonly #choices: readonly (Choices | undefined)[];
  /** The place rules that an entity begins, as lists of the others' concepts. */
  readonly #begins: readonly (readonly Place[])[];

  constructor(entities: readonly BankEntity[]) {
    this.#entities = entities;
    this.#choices = entities.map(choicesOf);
    const places = PLACE_RULES.map(({ one, other, by }) => ({
      one,
      by,
      others: new Set(other.flatMap(conceptsOf)),
    }));
    this.#begins = entities.map((entity, number) =>
      this.#choices[number] === undefined ? [] : places.filter(({ one }) => one === entity.concept),
    );
  }

  /** Whether anything can be said of an entity besides its name: a finding that is there and has a side, site … */
  has(number: number): boolean {
    return this.#choices[number] !== undefined;
  }

  /** Draws a side, site, severity and extent that suit a finding and each other. */
  draw(number: number, random: Random): PlannedEntity {
    const { concept, type } = this.#entities[number]!;
    const choices = this.#choices[number];
    return choices === undefined ? { concept, type } : { concept, type, ...drawAttributes(choices, random) };
  }

  /**
   * Draws places again until none excludes another, as a right upper lobectomy excludes what lies in the right
   * upper lobe. Where that does not come about, the finding that excludes loses its side and site.
   */
  settle(numbers: ArrayLike<number>, said: PlannedEntity[], random: Random): void {
    for (let slot = 0; slot < numbers.length; slot++) {
      for (const place of this.#begins[numbers[slot]!]!) {
        for (let other = 0; other < numbers.length; other++) {
          if (other === slot || !place.others.has(said[other]!.concept)) continue;
          if (!this.has(numbers[other]!)) continue;
          for (let draw = 0; draw < REDRAWS && placesExclude(place.by, said[slot]!, said[other]!); draw++) {
            said[other] = this.draw(numbers[other]!, random);
          }
          if (placesExclude(place.by, said[slot]!, said[other]!)) {
            const { side: _side, site: _site, ...rest } = said[slot]!;
            said[slot] = rest;
          }
        }
      }
    }
  }
}

interface Place {
  readonly by: (typeof PLACE_RULES)[number]['by'];
  readonly others: ReadonlySet<string>;
}

/** What may be said of one entity; no site and no extent that goes with none of its sides. */
interface Choices extends Pick<BankEntity, 'sides' | 'sites' | 'severities' | 'extents'> {
  /** Sites that suit each side. */
  readonly sitesOf: ReadonlyMap<Side | undefined, readonly Site[]>;
  /** How often it is on each side. */
  readonly usual: Readonly<Record<Side, number>>;
}

function choicesOf({
  concept,
  type,
  sides: allSides,
  sites: allSites,
  severities,
  extents,
}: BankEntity): Choices | undefined {
  if (type !== 'ABNORMALITY' && type !== 'DISEASE') return undefined;
  const sides = allSides.filter(side => side !== 'bilateral' || !NEVER_BILATERAL.includes(concept));
  // A site that has a side is said of a finding that has one: "right middle lobe".
  const sites = allSites.filter(site => {
    const own = SIDE_OF_SITE[site];
    return own === undefined || MIDLINE_SITES.has(site) || sides.includes(own);
  });
  if ([sides, sites, severities, extents].every(values => values.length === 0)) return undefined;
  const sitesOf = new Map(
    [undefined, ...Side.options].map(side => [side, sites.filter(site => suits(site, side))] as const),
  );
  const usual = Object.hasOwn(USUAL_SIDES, concept) ? USUAL_SIDES[concept]! : SIDES;
  return { sides, sites, severities, extents, sitesOf, usual };
}

function drawAttributes(
  { sides, sites, severities, extents, sitesOf, usual }: Choices,
  random: Random,
): Attributes {
  const attributes: Attributes = {};
  if (sides.length > 0 && random.chance(CHANCES.side)) {
    const side = drawSide(usual, random);
    attributes.side = sides.includes(side) ? side : random.pick(sides);
  }
  if (sites.length > 0 && random.chance(CHANCES.site)) {
    const suited = sitesOf.get(attributes.side) ?? [];
    if (suited.length > 0) {
      const site = random.pick(suited);
      attributes.site = site;
      if (MIDLINE_SITES.has(site)) delete attributes.side;
      else if (SIDE_OF_SITE[site] !== undefined) attributes.side = SIDE_OF_SITE[site];
    }
  }
  if (severities.length > 0 && random.chance(CHANCES.severity)) attributes.severity = random.pick(severities);
  if (extents.length > 0 && attributes.site === undefined && random.chance(CHANCES.extent)) {
    const suited = extents.filter(extent => extent !== 'focal' || attributes.side !== 'bilateral');
    if (suited.length > 0) attributes.extent = random.pick(suited);
  }
  return attributes;
}

function drawSide({ left, right }: Readonly<Record<Side, number>>, random: Random): Side {
  const target = random.next();
  if (target < left) return 'left';
  return target < left + right ? 'right' : 'bilateral';
}

function suits(site: Site, side: Side | undefined): boolean {
  const own = SIDE_OF_SITE[site];
  return own === undefined || side === undefined || own === side;
}
