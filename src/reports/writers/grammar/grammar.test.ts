import { describe, expect, it } from 'vitest';
import { defaultBank, LexiconTagger } from '../../../entities/index.js';
import { Planner, writeReports } from '../../index.js';
import { fillFrame } from './fill.js';
import { NOUNS } from './nouns.js';
import { FRAMES, NORMAL_IMPRESSIONS, NORMALS, STYLES } from './templates.js';
import { GrammarWriter } from './writer.js';

const bank = defaultBank();
const writer = new GrammarWriter();
const tagger = new LexiconTagger();

/** What is read in a sentence, but for anatomy. */
const read = (sentence: string) =>
  tagger.readSection(sentence, 'findings').filter(({ type }) => type !== 'ANATOMY');

describe('GrammarWriter', () => {
  it('says exactly what is planned, as the tagger reads it', async () => {
    const plans = [...new Planner(bank, { pairs: 2000, cap: 'least', seed: 11 }).reports()];
    const { accepted, setAside, calls } = await writeReports({ plans, writer, tagger, seed: 11 });
    expect(setAside).toEqual([]);
    expect(accepted.map(({ id }) => id)).toEqual(plans.map(({ id }) => id));
    const firstTry = accepted.filter(({ attempt }) => attempt === 0).length;
    expect(firstTry / plans.length).toBeGreaterThan(0.95);
    expect(calls).toBeLessThan(1.06 * plans.length);
  }, 60_000);

  it('writes the same report for the same sample, in any company', async () => {
    const plans = [...new Planner(bank, { pairs: 64, cap: 'least' }).reports()];
    const together = await writer.write(plans, 3, 0);
    expect(await writer.write([plans[40]!], 3, 0)).toEqual([together[40]]);
    expect(await writer.write([plans[40]!], 4, 0)).not.toEqual([together[40]]);
    expect(await writer.write([plans[40]!], 3, 1)).not.toEqual([together[40]]);
  });

  it('repeats under 1 % of 20,000 reports, and uses every style', async () => {
    const plans = [...new Planner(bank, { pairs: 20_000, cap: 'least' }).reports()];
    const reports = await writer.write(plans, 0, 0);
    const different = new Set(reports.map(({ findings, impression }) => `${findings}\n${impression}`));
    expect(different.size).toBeGreaterThan(0.99 * reports.length);
    expect(new Set(reports.map(report => report.writer)).size).toBe(STYLES.length);
  }, 120_000);

  it('begins sentences with a capital letter and leaves no gap or slot open', async () => {
    const plans = [...new Planner(bank, { pairs: 500, cap: 'least', seed: 2 }).reports()];
    for (const { findings, impression } of await writer.write(plans, 2, 0)) {
      for (const text of [findings, impression]) {
        expect(text).not.toMatch(/[{}]|undefined| {2}| \.|\.\.|, ,/);
        for (const sentence of text.split(/(?<=\.)\s+|\n/)) expect(sentence).toMatch(/^[A-Z0-9]/);
      }
    }
  });
});

describe('the grammar’s words', () => {
  const cases = Object.entries(NOUNS).flatMap(([concept, nouns]) =>
    nouns.flatMap(noun =>
      noun
        .replace(/^\+|^an? /, '')
        .split('|')
        .map(word => [concept, word] as const),
    ),
  );

  it('are read as the concept they stand for, affirmed and denied', () => {
    const misread = cases.flatMap(([concept, word]) => {
      const deniable = bank.entities.some(
        entity => entity.concept === concept && entity.type.startsWith('NON-'),
      );
      const tests = [
        [`There is ${word} on this radiograph.`, 'affirmed'],
        ...(deniable ? [[`There is no ${word} on this radiograph.`, 'negated']] : []),
      ] as const;
      return tests.filter(([sentence, polarity]) => {
        const found = read(sentence!);
        return !(found.length === 1 && found[0]!.concept === concept && found[0]!.polarity === polarity);
      });
    });
    expect(misread).toEqual([]);
  });

  it('name concepts of the bank', () => {
    const known = new Set(bank.entities.map(({ concept }) => concept));
    const named = [...Object.keys(NOUNS), ...Object.keys(FRAMES), ...Object.keys(NORMALS)];
    expect(named.filter(concept => !known.has(concept))).toEqual([]);
  });

  it('make frames that are read with their degree and side', () => {
    for (const [concept, frames] of Object.entries(FRAMES)) {
      for (const template of Object.values(frames).flat()) {
        const sided = template.includes('{side}');
        const sentence = fillFrame(template, 'moderately', sided ? 'left' : '');
        const side = sided ? 'left' : template.startsWith('Both') ? 'bilateral' : undefined;
        expect(read(sentence), sentence).toMatchObject([{ concept, severity: 'moderate' }]);
        expect(read(sentence)[0]!.side, sentence).toBe(side);
        expect(read(fillFrame(template, '', sided ? 'left' : ''))).toMatchObject([{ concept }]);
      }
    }
  });

  it('make normal statements that are read as such', () => {
    for (const [concept, { full, short }] of Object.entries(NORMALS)) {
      for (const sentence of [...full, ...short]) {
        expect(read(sentence), sentence).toMatchObject([{ concept, polarity: 'affirmed' }]);
      }
    }
    for (const sentence of NORMAL_IMPRESSIONS) {
      expect(read(sentence), sentence).toMatchObject([{ concept: 'normal chest', polarity: 'affirmed' }]);
    }
  });
});
