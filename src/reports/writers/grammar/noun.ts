/** A noun as the tables write it, taken apart. */
export interface Noun {
  readonly article: string;
  /** In the singular, or the only form; may hold `{side} `. */
  readonly one: string;
  /** In the plural; undefined where it cannot be counted. */
  readonly many: string | undefined;
  readonly alwaysPlural: boolean;
  /** With `{side} ` inside. */
  readonly sided: string | undefined;
}

const SIDE = '{side} ';

/** Takes a noun of a table apart: `a nodule|nodules`, `atelectasis`, `+sternal wires`. */
export function parseNoun(text: string): Noun {
  const [first = '', many] = text.split('|');
  const match = /^(an?) (.*)$/.exec(first);
  const one = match?.[2] ?? first.replace(/^\+/, '');
  return {
    article: match?.[1] ?? '',
    one: one.replace(SIDE, ''),
    many,
    alwaysPlural: first.startsWith('+'),
    sided: one.includes(SIDE) ? one : undefined,
  };
}

export function articleOf(word: string): string {
  return /^([aeio]|u(?!n[iu]|s))/i.test(word) ? 'an' : 'a';
}

export function pluralOf(noun: string): string {
  if (noun.endsWith('sis')) return `${noun.slice(0, -2)}es`;
  if (/[^aeiou]y$/.test(noun)) return `${noun.slice(0, -1)}ies`;
  if (noun.endsWith('focus')) return `${noun.slice(0, -2)}i`;
  return /(s|x|ch|sh)$/.test(noun) ? `${noun}es` : `${noun}s`;
}
