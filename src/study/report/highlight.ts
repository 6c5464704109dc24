import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import type { Mention, Sample } from '../../data/index.js';

/** Text that is safe to put on a page. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

/**
 * A section of a report with what the tagger read in it marked: affirmed, uncertain and negated look
 * different, and the tooltip names concept and attributes. Overlapping mentions: the first one counts.
 */
export function highlightSection(
  text: string,
  section: Mention['section'],
  mentions: readonly Mention[],
): Html {
  const parts: (string | Html)[] = [];
  let position = 0;
  const inOrder = mentions.filter(mention => mention.section === section).sort((a, b) => a.start - b.start);
  for (const mention of inOrder) {
    if (mention.start < position || mention.end > text.length) continue;
    parts.push(text.slice(position, mention.start));
    const kind = mention.type === 'ANATOMY' ? 'anatomy' : kindOf(mention);
    parts.push(
      html`<mark class="${kind}" title="${describe(mention)}">${text.slice(mention.start, mention.end)}</mark>`,
    );
    position = mention.end;
  }
  parts.push(text.slice(position));
  return html`${parts}`;
}

/** Both sections of a sample's report, each under its name; a missing one is left out. */
export function highlightReport(sample: Pick<Sample, 'findings' | 'impression' | 'mentions'>): Html {
  const sections = (['findings', 'impression'] as const).filter(section => sample[section] !== '');
  if (sections.length === 0) return html`<p class="quiet">no report</p>`;
  return html`${sections.map(
    section =>
      html`<p class="report"><span class="section">${section}</span> ${highlightSection(sample[section], section, sample.mentions)}</p>`,
  )}`;
}

function kindOf(mention: Mention): string {
  return mention.type.startsWith('NON-') && mention.polarity === 'affirmed' ? 'negated' : mention.polarity;
}

function describe(mention: Mention): string {
  const { concept, type, polarity, side, site, severity, extent, change } = mention;
  const attributes = [side, site, severity, extent, change].filter(value => value !== undefined);
  return [concept, type, polarity, ...attributes].join(' · ');
}
