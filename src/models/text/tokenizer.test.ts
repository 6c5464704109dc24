import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

describe('words', () => {
  const tokenizer = learnTokenizer(sentences, 40);

  it('are the sums of their pieces: as many words as there are, marks of the tokenizer left out', () => {
    const { ids, words } = tokenizer.encode('No effusion.', 64);
    expect(ids.length).toBeGreaterThan(6);
    expect(words[0]).toBe(-1);
    expect(words.at(-1)).toBe(-1);
    expect([...new Set(words.slice(1, -1))]).toEqual([0, 1, 2]);
  });

  it('never fall back, and miss no number', () => {
    fc.assert(
      fc.property(
        fc.array(odd, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 4, max: 12 }),
        (texts, length) => {
          const { words, mask, columns, rows, wordColumns } = tokenizer.batch(texts, length);
          for (let row = 0; row < rows; row++) {
            const own = [...words.subarray(row * columns, (row + 1) * columns)];
            const numbers = own.filter(word => word >= 0);
            expect(numbers.length).toBeGreaterThan(0);
            expect(Math.max(...numbers)).toBeLessThan(wordColumns);
            expect([...new Set(numbers)]).toEqual(
              Array.from({ length: Math.max(...numbers) + 1 }, (_, word) => word),
            );
            for (const [place, word] of own.entries())
              if (mask[row * columns + place] === 0) expect(word).toBe(-1);
          }
        },
      ),
    );
  });

  it('are one where a text has only marks, and lose what is cut off', () => {
    expect(tokenizer.encode('', 16).words).toEqual([0, 0]);
    const { words } = tokenizer.encode('no no no no no no', 4);
    expect(words).toHaveLength(4);
    expect(words.at(-1)).toBe(-1);
  });

  it('follow from the splitting of byte-level vocabularies, stops apart from words', () => {
    const pieces = ['<s>', '</s>', '<unk>', 'Ġ', 'n', 'o', 'Ġeff', 'us', 'ion', '.', 'no'];
    const special = (id: number) => ({
      id,
      content: pieces[id]!,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    });
    const byteLevel = new TextTokenizer(
      {
        version: '1.0',
        added_tokens: [0, 1, 2].map(special),
        normalizer: null,
        pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
        post_processor: {
          type: 'RobertaProcessing',
          sep: ['</s>', 1],
          cls: ['<s>', 0],
          trim_offsets: true,
          add_prefix_space: false,
        },
        decoder: { type: 'ByteLevel' },
        model: {
          type: 'BPE',
          unk_token: '<unk>',
          vocab: {
            ...Object.fromEntries(pieces.map((piece, id) => [piece, id])),
            ...Object.fromEntries(
              ['e', 'f', 'u', 's', 'i', 'Ġe', 'ff', 'io', 'Ġef'].map((piece, id) => [piece, 20 + id]),
            ),
          },
          merges: ['n o', 'Ġ e', 'Ġe f', 'Ġef f', 'u s', 'i o', 'io n'],
        },
      },
      'bytes.json',
    );
    const { ids, words } = byteLevel.encode('no effusion.', 16);
    expect(ids).toEqual([0, 10, 6, 7, 8, 9, 1]);
    expect(words).toEqual([-1, 0, 1, 1, 1, 2, -1]);
    // A token that is cut out before splitting: then a word begins where its first piece says so.
    expect(byteLevel.encode('no<unk> effusion', 16).words).toEqual([-1, 0, 0, 1, 1, 1, -1]);
  });
});

describe('vocab.txt', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'synray-vocabulary-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const vocabulary = [
    '[PAD]',
    '[unused1]',
    '[UNK]',
    '[CLS]',
    '[SEP]',
    '[MASK]',
    'no',
    'No',
    'eff',
    '##usion',
  ];

  it('gives the tokenizer of an older BERT, lowering capitals as the settings beside it say', async () => {
    await writeFile(join(folder, 'vocab.txt'), `${vocabulary.join('\n')}\n`);
    const lower = await TextTokenizer.read(folder);
    expect(lower.ids('No effusion §', 16)).toEqual([3, 6, 8, 9, 2, 4]);
    expect(lower.encode('No effusion §', 16).words).toEqual([-1, 0, 1, 1, 2, -1]);
    await writeFile(join(folder, 'tokenizer_config.json'), '{"do_lower_case": false}');
    const cased = await TextTokenizer.read(join(folder, 'vocab.txt'));
    expect(cased.ids('No effusion', 16)).toEqual([3, 7, 8, 9, 4]);
  });

  it('is refused where it is none', async () => {
    await writeFile(join(folder, 'vocab.txt'), 'hello\n');
    await expect(TextTokenizer.read(folder)).rejects.toThrow(/vocab\.txt: it has no \[PAD\]/);
    await rm(join(folder, 'vocab.txt'));
    await expect(TextTokenizer.read(folder)).rejects.toThrow(/neither tokenizer\.json nor vocab\.txt/);
  });
});
