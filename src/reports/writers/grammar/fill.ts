import type { NounPhrase } from './noun-phrase.js';

/** Fills a present-finding template with one or two noun phrases. */
export function fillPresent(template: string, phrase: NounPhrase, second?: NounPhrase): string {
  return sentence(
    template
      .replace(/\{np2\}/, second?.full ?? '')
      .replace(/\{bare2\}/, second?.bare ?? '')
      .replace(/\{np\}/i, phrase.full)
      .replace(/\{bare\}/i, phrase.bare)
      .replace(/\{is\}/, phrase.plural ? 'are' : 'is'),
  );
}

/** Fills a frame: an absent degree or side leaves no gap. */
export function fillFrame(template: string, degree: string, side: string): string {
  return sentence(
    template
      .replace('{degree} ', degree === '' ? '' : `${degree} `)
      .replace('{side} ', side === '' ? '' : `${side} `),
  );
}

/** Fills a template that takes a list. */
export function fillList(template: string, list: string, plural: boolean): string {
  return sentence(template.replace(/\{list\}/i, list).replace('{is}', plural ? 'are' : 'is'));
}

/** `a, b or c`, with or without the comma before the last. */
export function joinList(items: readonly string[], word: 'and' | 'or', lastComma: boolean): string {
  if (items.length <= 1) return items[0] ?? '';
  const last = items.at(-1)!;
  const rest = items.slice(0, -1).join(', ');
  return `${rest}${lastComma && items.length > 2 ? ',' : ''} ${word} ${last}`;
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
