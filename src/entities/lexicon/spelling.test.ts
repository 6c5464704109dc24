import { describe, expect, it } from 'vitest';
import { Spelling } from './spelling.js';

const right = [
  'pneumothorax',
  'cardiomegaly',
  'effusion',
  'pleuritis',
  'decreased',
  'atelectasis',
  'internal',
];
const spelling = new Spelling(new Set(right), right);

describe('the spelling of long words', () => {
  it.each([
    ['pnuemothorax', 'pneumothorax'],
    ['pneumothroax', 'pneumothorax'],
    ['pneumothora', 'pneumothora'],
    ['cardiomegally', 'cardiomegaly'],
    ['cardomegaly', 'cardiomegaly'],
    ['effusoin', 'effusion'],
    ['atelectesis', 'atelectasis'],
  ])('reads %s as %s', (written, meant) => {
    expect(spelling.mend(written)).toBe(meant);
  });

  it.each(['pleuritic', 'decrease', 'infusion', 'interval', 'effusio', 'pneumthrax', 'effusion2', 'lung'])(
    'leaves %s, another word or too far away',
    word => {
      expect(spelling.mend(word)).toBe(word);
    },
  );

  it('leaves a word with two readings', () => {
    const words = ['hyperlucent', 'hyperlucens'];
    expect(new Spelling(new Set(words), words).mend('hyperlucenx')).toBe('hyperlucenx');
  });
});
