import model from 'wink-eng-lite-web-model';
import winkNLP, { type ItemSentence } from 'wink-nlp';
import { normalWord } from './words.js';

/** A sentence as the tagger reads it: words without hyphens, each with its place in the section's text. */
export interface Sentence {
  readonly words: string[];
  readonly starts: number[];
  readonly ends: number[];
}

const nlp = winkNLP(model, ['sbd']);
const { its } = nlp;

/** Sentences and words of a text, by wink-nlp. A line break ends a sentence too: reports are written in lines. */
export function sentencesOf(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  let current: Sentence = { words: [], starts: [], ends: [] };
  const finish = () => {
    if (current.words.length > 0) sentences.push(current);
    current = { words: [], starts: [], ends: [] };
  };
  if (text.trim() === '') return sentences;
  const document = nlp.readDoc(text);
  const tokens = document.tokens().out(its.value);
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
    if (start >= 0) {
      if (text.slice(cursor, start).includes('\n')) finish();
      const end = start + token.length;
      cursor = end;
      if (token !== '-' && token !== '–') {
        current.words.push(normalWord(token));
        current.starts.push(start);
        current.ends.push(end);
      }
    }
    if (sentenceEnds.has(index)) finish();
  }
  finish();
  return sentences;
}
