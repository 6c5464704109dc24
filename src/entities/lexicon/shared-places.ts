import type { Draft } from './attribute-reader.js';

/** "Atelectasis versus consolidation at the left base": what is weighed is in one place. */
export function sharePlaces(words: readonly string[], drafts: readonly Draft[]): void {
  for (const one of drafts) {
    const other = drafts.find(draft => draft.start > one.end && weighed(words, one.end, draft.start));
    if (other === undefined) continue;
    copyPlace(one, other);
    copyPlace(other, one);
  }
}

function weighed(words: readonly string[], from: number, to: number): boolean {
  if (to - from > 3) return false;
  const gap = words.slice(from, to).join(' ');
  return gap === 'versus' || gap === 'vs' || gap === 'v' || gap === '/' || gap === 'and / or';
}

function copyPlace(from: Draft, to: Draft): void {
  const { side, site } = from.attributes;
  if (to.attributes.side !== undefined || to.attributes.site !== undefined) return;
  if (side !== undefined && to.concept.sides.has(side)) to.attributes.side = side;
  if (site !== undefined && to.concept.sites.has(site)) to.attributes.site = site;
}
