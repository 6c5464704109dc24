import type { NounPhrase } from './noun-phrase.js';

/** Fills a pattern for one or two findings that are there. */
export function fillPresent(pattern: string, phrase: NounPhrase, second?: NounPhrase): string {
  return sentence(
    pattern
      .replace('{np2}', second?.full ?? '')
      .replace('{bare2}', second?.bare ?? '')
      .replace('{np}', phrase.full)
      .replace('{bare}', phrase.bare)
      .replace('{front}', phrase.front)
      .replace('{is}', phrase.plural ? 'are' : 'is'),
  );
}

/** Fills a frame: an absent degree or side leaves no gap. */
export function fillFrame(pattern: string, degree: string, side: string): string {
  return sentence(
    pattern
      .replace('{degree} ', degree === '' ? '' : `${degree} `)
      .replace('{side} ', side === '' ? '' : `${side} `),
  );
}

/** Fills a pattern that takes a list. */
export function fillList(pattern: string, list: string, plural: boolean): string {
  return sentence(pattern.replace('{list}', list).replace('{is}', plural ? 'are' : 'is'));
}

/** `a, b or c`, with or without the comma before the last. */
export function joinList(items: readonly string[], word: 'and' | 'or', lastComma: boolean): string {
  if (items.length <= 1) return items[0] ?? '';
  const last = items.at(-1)!;
  const rest = items.slice(0, -1).join(', ');
  return `${rest}${lastComma && items.length > 2 ? ',' : ''} ${word} ${last}`;
}

/** With a capital letter first. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
