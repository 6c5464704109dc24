import { describe, expect, it } from 'vitest';
import type { Mention, Sample } from '../../data/index.js';
import { highlightReport } from './highlight.js';

const HOSTILE = '<script>alert("x")</script>';

function mention(text: string, concept: string, rest: Partial<Mention>, whole: string): Mention {
  const start = whole.indexOf(text);
  return {
    section: 'findings',
    start,
    end: start + text.length,
    text,
    concept,
    type: 'ABNORMALITY',
    polarity: 'affirmed',
    ...rest,
  };
}

describe('a report on a page', () => {
  const findings = `Left pleural effusion. No pneumothorax. ${HOSTILE}`;
  const mentions = [
    mention('pleural effusion', 'pleural effusion', { side: 'left' }, findings),
    mention('pneumothorax', 'pneumothorax', { type: 'NON-ABNORMALITY', polarity: 'negated' }, findings),
  ];
  const sample = { findings, impression: 'Effusion.', mentions } as unknown as Sample;

  it('marks what the tagger read, each kind of polarity in its own way', async () => {
    const page = String(await highlightReport(sample));
    expect(page).toContain(
      '<mark class="affirmed" title="pleural effusion · ABNORMALITY · affirmed · left">pleural effusion</mark>',
    );
    expect(page).toContain(
      '<mark class="negated" title="pneumothorax · NON-ABNORMALITY · negated">pneumothorax</mark>',
    );
  });

  it('shows text from samples as text, whatever it holds', async () => {
    const page = String(await highlightReport(sample));
    expect(page).not.toContain(HOSTILE);
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
  });
});
