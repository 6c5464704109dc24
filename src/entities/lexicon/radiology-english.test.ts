import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Mention } from '../../data/index.js';
import { defaultBank } from '../bank/index.js';
import { LexiconTagger } from './tagger.js';

/**
 * Sentences of real radiology English and what is to be read in them, by subject: `sentence => finding | finding`.
 * A finding is a concept with its attributes in brackets, after `no` where it is denied and `?` where it is in doubt.
 */
const TABLE = readFileSync(new URL('./__fixtures__/radiology-english.txt', import.meta.url), 'utf8');

const tagger = new LexiconTagger();
const kinds = new Map(defaultBank().entities.map(({ concept, kind }) => [concept, kind]));

function inShort(mention: Mention): string {
  const sign = { affirmed: '', negated: 'no ', uncertain: '? ' }[mention.polarity];
  const { side, site, severity, extent, change } = mention;
  const attributes = [side, site, severity, extent, change].filter(value => value !== undefined);
  return `${sign}${mention.concept}${attributes.length > 0 ? ` (${attributes.join(', ')})` : ''}`;
}

function typeOf({ concept, polarity }: Mention): Mention['type'] {
  const kind = kinds.get(concept);
  if (kind === 'normal') return 'NON-ABNORMALITY';
  const present = kind === 'disease' ? 'DISEASE' : 'ABNORMALITY';
  return polarity === 'negated' ? `NON-${present}` : present;
}

for (const part of TABLE.split(/^# /m).slice(1)) {
  const [subject = '', ...lines] = part.trim().split('\n');
  describe(subject, () => {
    const rows = lines.map(line => line.split(' =>'));
    it.each(rows)('%s', (text = '', findings = '') => {
      const mentions = tagger.readSection(text, 'findings').filter(({ type }) => type !== 'ANATOMY');
      expect(mentions.map(inShort).join(' | ')).toBe(findings.trim());
      expect(mentions.map(({ type }) => type)).toEqual(mentions.map(typeOf));
    });
  });
}
