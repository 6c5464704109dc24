import model from 'wink-eng-lite-web-model';
import winkNLP, { type ItemSentence } from 'wink-nlp';
import { normalWord } from './words.js';

/** A sentence as the tagger reads it: words without hyphens, each with its place in the section's text. */
export interface Sentence {
  readonly words: string[];
  readonly starts: number[];
  readonly ends: number[];
  /** Parts of speech (Universal Dependencies); empty unless asked for. */
  readonly tags: string[];
}

/** Their dot ends no sentence. */
const ABBREVIATIONS = new Set(['vs', 'approx', 'dr', 'mr', 'mrs', 'ms', 'e.g', 'i.e', 'etc', 'fig', 'st']);
const HYPHENS = new Set(['-', '–', '—']);

const plain = winkNLP(model, ['sbd']);
let tagging: typeof plain | undefined;

/** Sentences and words of a text, by wink-nlp. A line break ends a sentence too: reports are written in lines. */
export function sentencesOf(text: string, withTags = false): Sentence[] {
  const sentences: Sentence[] = [];
  let current: Sentence = { words: [], starts: [], ends: [], tags: [] };
  const finish = () => {
    if (current.words.length > 0) sentences.push(current);
    current = { words: [], starts: [], ends: [], tags: [] };
  };
  if (text.trim() === '') return sentences;
  if (withTags) tagging ??= winkNLP(model, ['sbd', 'pos']);
  const nlp = withTags ? tagging! : plain;
  const document = nlp.readDoc(text);
  const tokens = document.tokens().out(nlp.its.value);
  const tags = withTags ? document.tokens().out(nlp.its.pos) : [];
  const sentenceEnds = new Set<number>();
  let cursor = 0;
  let position = 0;
  document.sentences().each((sentence: ItemSentence) => {
    position += sentence.tokens().length();
    sentenceEnds.add(position - 1);
  });
  for (const [index, token] of tokens.entries()) {
    const start = text.indexOf(token, cursor);
    // wink-nlp keeps every character of a token, so that it is found; if it ever were not, the token is left out.
    if (start < 0) continue;
    if (token.trim() === '' || text.slice(cursor, start).includes('\n')) finish();
    cursor = start + token.length;
    // "mass." is an abbreviation to wink-nlp (Massachusetts) and the end of a sentence here.
    const word = token.length > 1 ? token.replace(/\.+$/, '') : token;
    if (word.trim() !== '' && !HYPHENS.has(word)) {
      current.words.push(normalWord(word));
      current.starts.push(start);
      current.ends.push(start + word.length);
      if (withTags) current.tags.push(tags[index]!);
    }
    const dotted = /^\.+$/.test(token) || (word !== token && !ABBREVIATIONS.has(word.toLowerCase()));
    if (sentenceEnds.has(index) ? !ABBREVIATIONS.has(word.toLowerCase()) : dotted) finish();
  }
  finish();
  return sentences;
}
