import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { learnTokenizer, TextTokenizer } from './tokenizer.js';
import { learnWordPieces, SPECIAL_PIECES } from './wordpiece.js';

/** Text as nobody writes it. */
const odd = fc.string({ unit: fc.constantFrom(...'aeotn .!-\n\t§é漢\u0000\u200b😀\ud800') });

const sentences = [
  'There is a small left pleural effusion.',
  'No pleural effusion.',
  'No pneumothorax.',
  'Heart size is normal.',
  'Small effusions on both sides.',
];

describe('learnWordPieces', () => {
  it('joins the pair that is most frequent first', () => {
    const counts = new Map([
      ['abab', 3],
      ['ab', 5],
      ['cd', 7],
    ]);
    const pieces = learnWordPieces(counts, 13);
    expect(pieces.slice(0, 5)).toEqual([...SPECIAL_PIECES]);
    expect(pieces.slice(5, 10)).toEqual(['##a', '##b', '##d', 'a', 'c']);
    // a ##b stands 8 times, c ##d 7 times, and then ##a ##b and (ab)(##ab) 3 times.
    expect(pieces.slice(10)).toEqual(['ab', 'cd', '##ab']);
  });

  it('does not depend on the order in which words were counted', () => {
    const words: [string, number][] = [...'the heart size is normal and the lungs are clear'.split(' ')].map(
      (word, index) => [word, 1 + (index % 3)],
    );
    expect(learnWordPieces(new Map(words.toReversed()), 60)).toEqual(learnWordPieces(new Map(words), 60));
  });
});

describe('learnTokenizer', () => {
  const tokenizer = learnTokenizer(sentences, 120);
  const vocabulary = tokenizer.file.model.vocab;

  it('knows frequent words as one piece and writes the others in pieces', () => {
    const { ids } = tokenizer.batch(['No pleural effusion.'], 16);
    expect([...ids]).toEqual(
      ['[CLS]', 'no', 'pleural', 'effusion', '.', '[SEP]'].map(piece => vocabulary[piece]),
    );
    expect(tokenizer.ids('normothorax', 32)).not.toContain(vocabulary['[UNK]']);
    expect(tokenizer.ids('§', 32)).toContain(vocabulary['[UNK]']);
  });

  it('is the same after it was written and read', () => {
    const again = new TextTokenizer(JSON.parse(JSON.stringify(tokenizer.file)), 'copy');
    for (const sentence of sentences) expect(again.ids(sentence, 64)).toEqual(tokenizer.ids(sentence, 64));
    expect(again.vocabularySize).toBe(tokenizer.vocabularySize);
  });

  it('pads on the right, cuts long texts before their end mark, and keeps ids inside the vocabulary', () => {
    fc.assert(
      fc.property(fc.array(odd, { minLength: 1, maxLength: 4 }), texts => {
        const { ids, mask, rows, columns } = tokenizer.batch(texts, 8);
        expect(rows).toBe(texts.length);
        expect(columns).toBeLessThanOrEqual(8);
        for (let row = 0; row < rows; row++) {
          const length = mask
            .subarray(row * columns, (row + 1) * columns)
            .reduce((sum, value) => sum + value, 0);
          expect(ids[row * columns]).toBe(vocabulary['[CLS]']);
          expect(ids[row * columns + length - 1]).toBe(vocabulary['[SEP]']);
          for (let place = 0; place < columns; place++) {
            expect(mask[row * columns + place]).toBe(place < length ? 1 : 0);
            expect(ids[row * columns + place]).toBeLessThan(tokenizer.vocabularySize);
          }
        }
      }),
    );
  });

  it('refuses a file that is no tokenizer', () => {
    expect(() => new TextTokenizer({ model: { vocab: { a: -1 } } }, 'bad.json')).toThrow(/bad\.json.*vocab/);
    expect(() => new TextTokenizer({ model: { type: 'What', vocab: {} } }, 'bad.json')).toThrow(/bad\.json/);
  });
});
