import model from 'wink-eng-lite-web-model';
import winkNLP, { type ItemSentence } from 'wink-nlp';
import { joinWrapped } from './lines.js';
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

/** wink-nlp takes time with the square of a word's length; no word of a report comes near this. */
const LONGEST_WORD = 100;
/** And readers of a sentence with the square of its words. Longer ones are read in parts. */
const LONGEST_SENTENCE = 200;
const LONGEST_PIECE = 4000;

/** Sentences and words of a text, by wink-nlp, one after the other. The end of a statement's line ends it too. */
export function* sentencesOf(text: string, withTags = false): Generator<Sentence> {
  const readable = joinWrapped(text.replace(OVERLONG, run => ' '.repeat(run.length)));
  for (const [start, end] of piecesOf(readable))
    yield* readPiece(readable.slice(start, end), start, withTags);
}

const OVERLONG = new RegExp(`\\S{${LONGEST_WORD + 1},}`, 'g');

/** Lines of a text, and parts of very long ones, as [start, end). */
function* piecesOf(text: string): Generator<[start: number, end: number]> {
  for (let start = 0; start < text.length; ) {
    const line = text.indexOf('\n', start);
    const lineEnd = line < 0 ? text.length : line;
    let end = lineEnd;
    if (end - start > LONGEST_PIECE) {
      const space = text.slice(start, start + LONGEST_PIECE).lastIndexOf(' ');
      end = start + (space > 0 ? space : LONGEST_PIECE);
    }
    yield [start, end];
    start = end === lineEnd ? end + 1 : end;
  }
}

/** Reads the sentences of a piece that stands at `offset` in the whole text. */
function readPiece(text: string, offset: number, withTags: boolean): Sentence[] {
  const sentences: Sentence[] = [];
  if (text.trim() === '') return sentences;
  let current: Sentence = { words: [], starts: [], ends: [], tags: [] };
  const finish = () => {
    if (current.words.length > 0) sentences.push(current);
    current = { words: [], starts: [], ends: [], tags: [] };
  };
  if (withTags) tagging ??= winkNLP(model, ['sbd', 'pos']);
  const nlp = withTags ? tagging! : plain;
  const document = nlp.readDoc(text);
  const tokens = document.tokens().out(nlp.its.value);
  const tags = withTags ? document.tokens().out(nlp.its.pos) : [];
  const sentenceEnds = new Set<number>();
  let position = 0;
  document.sentences().each((sentence: ItemSentence) => {
    position += sentence.tokens().length();
    sentenceEnds.add(position - 1);
  });
  let cursor = 0;
  for (const [index, token] of tokens.entries()) {
    const start = text.indexOf(token, cursor);
    // wink-nlp keeps every character of a token, so that it is found; if it ever were not, the token is left out.
    if (start < 0) continue;
    cursor = start + token.length;
    // "mass." is an abbreviation to wink-nlp (Massachusetts) and the end of a sentence here.
    const word = token.length > 1 ? token.replace(/\.+$/, '') : token;
    if (word.trim() !== '' && !HYPHENS.has(word)) {
      current.words.push(normalWord(word));
      current.starts.push(offset + start);
      current.ends.push(offset + start + word.length);
      if (withTags) current.tags.push(tags[index]!);
    }
    const abbreviated = ABBREVIATIONS.has(word.toLowerCase());
    const dotted = word !== token || /^\.+$/.test(token);
    // "?pneumonia" asks for what follows.
    const asks = word === '?' && /[a-z]/i.test(text[cursor] ?? '');
    const ends = !abbreviated && !asks && (dotted || sentenceEnds.has(index));
    if (ends || current.words.length >= LONGEST_SENTENCE) finish();
  }
  finish();
  return sentences;
}
