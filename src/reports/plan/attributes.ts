import type { Random } from '../../base/index.js';
import type { Attributes, Side, Site } from '../../data/index.js';
import type { BankEntity } from '../../entities/index.js';

/** How often an attribute is said of a finding that may have it. */
export const CHANCES = { side: 0.85, site: 0.55, severity: 0.6, extent: 0.35 } as const;

/** How often each side, where a finding may have it. */
const SIDES = { left: 4, right: 4, bilateral: 2 } as const;

/** Sites that only one side has; no other site is bound to a side. */
const SIDE_OF_SITE: Partial<Record<Site, Side>> = {
  'middle lobe': 'right',
  lingula: 'left',
  retrocardiac: 'left',
};

/** Sites that lie on both sides at once or on none: no side is said with them. */
const MIDLINE_SITES: ReadonlySet<Site> = new Set(['retrocardiac']);

/** Whether anything can be said of an entity besides its name: a finding that is there and has a side, site … */
export function hasAttributes({ type, sides, sites, severities, extents }: BankEntity): boolean {
  const isPresent = type === 'ABNORMALITY' || type === 'DISEASE';
  return isPresent && [sides, sites, severities, extents].some(values => values.length > 0);
}

/** Draws a side, site, severity and extent that suit a finding and each other. */
export function drawAttributes(entity: BankEntity, random: Random): Attributes {
  const attributes: Attributes = {};
  if (entity.sides.length > 0 && random.chance(CHANCES.side)) {
    const side = random.weighted(SIDES);
    attributes.side = entity.sides.includes(side) ? side : random.pick(entity.sides);
  }
  if (entity.sites.length > 0 && random.chance(CHANCES.site)) {
    const site = random.pick(entity.sites.filter(place => suits(place, attributes.side)));
    attributes.site = site;
    if (MIDLINE_SITES.has(site)) delete attributes.side;
    else if (SIDE_OF_SITE[site] !== undefined) attributes.side = SIDE_OF_SITE[site];
  }
  if (entity.severities.length > 0 && random.chance(CHANCES.severity)) {
    attributes.severity = random.pick(entity.severities);
  }
  if (entity.extents.length > 0 && attributes.site === undefined && random.chance(CHANCES.extent)) {
    attributes.extent = random.pick(
      entity.extents.filter(extent => extent !== 'focal' || attributes.side !== 'bilateral'),
    );
  }
  return attributes;
}

function suits(site: Site, side: Side | undefined): boolean {
  const own = SIDE_OF_SITE[site];
  return own === undefined || side === undefined || own === side;
}
