import { describe, expect, it } from 'vitest';
import type { Attributes, PlannedReport } from '../../../data/index.js';
import { defaultBank, LexiconTagger } from '../../../entities/index.js';
import { openWriter, Planner, verifyReport, writeReports } from '../../index.js';
import { STYLES } from './styles.js';
import { GrammarWriter } from './writer.js';

const bank = defaultBank();
const writer = new GrammarWriter(bank);
const tagger = new LexiconTagger(bank);
const plansOf = (pairs: number, seed = 0) => [...new Planner(bank, { pairs, cap: 'least', seed }).reports()];

/** An entity with all that is said of it, as one string. */
const described = (
  { concept, type, ...said }: Attributes & { concept: string; type: string },
  polarity = '',
): string =>
  [concept, type, said.side, said.site, said.severity, said.extent, said.change, polarity].join('|');

describe('GrammarWriter', () => {
  it('says exactly what is planned, in 20,000 reports: presence, side, site, degree and extent', async () => {
    const plans = plansOf(20_000, 11);
    const reports = await writer.write(plans, 11, 0);
    const faults: string[] = [];
    for (const [index, plan] of plans.entries()) {
      const report = reports[index]!;
      const mentions = tagger.read(report);
      const verification = verifyReport(plan, mentions);
      if (!verification.accepted) faults.push(`${plan.id}: ${JSON.stringify(verification)}`);
      const read = mentions.filter(({ section }) => section === 'findings');
      const findings = new Set(
        read
          .filter(({ type }) => type !== 'ANATOMY')
          .map(mention => described(mention, mention.polarity === 'uncertain' ? '?' : '')),
      );
      const planned = new Set(
        plan.entities.filter(({ type }) => type !== 'ANATOMY').map(entity => described(entity)),
      );
      const differences = [...findings, ...planned].filter(key => findings.has(key) !== planned.has(key));
      // Headings name organs too, so that structured reports may name more parts of the body than planned.
      const named = new Set(read.filter(({ type }) => type === 'ANATOMY').map(({ concept }) => concept));
      const anatomy = new Set(
        plan.entities.filter(({ type }) => type === 'ANATOMY').map(({ concept }) => concept),
      );
      const lost = [...anatomy].filter(concept => !named.has(concept));
      const added = report.writer.endsWith('structured')
        ? []
        : [...named].filter(concept => !anatomy.has(concept));
      if (differences.length + lost.length + added.length > 0) {
        faults.push(`${plan.id}: ${[...differences, ...lost, ...added].join('; ')}`);
      }
    }
    expect(faults).toEqual([]);
    const texts = new Set(reports.map(({ findings, impression }) => `${findings}\n${impression}`));
    expect(texts.size).toBeGreaterThan(0.99 * reports.length);
    expect(new Set(reports.map(report => report.writer)).size).toBe(STYLES.length);
  }, 240_000);

  it('is accepted through the writing of reports, mostly at once', async () => {
    const plans = plansOf(500, 4);
    const { accepted, setAside, calls } = await writeReports({ plans, writer, tagger, seed: 4 });
    expect(setAside).toEqual([]);
    expect(accepted.map(({ id }) => id)).toEqual(plans.map(({ id }) => id));
    expect(calls).toBeLessThan(1.01 * plans.length);
  }, 60_000);

  it('writes plain reports, when asked a third time, that say exactly what is planned', async () => {
    const plans = plansOf(400, 5);
    const reports = await writer.write(plans, 5, 2);
    for (const [index, plan] of plans.entries()) {
      expect(reports[index]!.writer).toBe('grammar/plain');
      expect(verifyReport(plan, tagger.read(reports[index]!)).accepted).toBe(true);
    }
  }, 60_000);

  it('writes in the styles that its settings name alone, and says what is planned in them too', async () => {
    const styles = [{ name: 'terse', weight: 1, like: 'telegraphic', pairChance: 0 }];
    const terse = await openWriter({ name: 'grammar', styles }, { bank });
    const { accepted, setAside } = await writeReports({
      plans: plansOf(200, 3),
      writer: terse,
      tagger,
      seed: 3,
    });
    expect(setAside).toEqual([]);
    const written = new Set(accepted.filter(({ attempt }) => attempt === 0).map(report => report.writer));
    expect([...written]).toEqual(['grammar/terse']);
    expect(terse.fingerprint).not.toBe(writer.fingerprint);
    await expect(openWriter({ name: 'grammar', styles: [{ name: 'x' }] }, { bank })).rejects.toThrow(
      /styles/,
    );
  });

  it('writes the same report for the same sample, in any company and order', async () => {
    const plans = plansOf(64);
    const together = await writer.write(plans, 3, 0);
    const alone = new GrammarWriter(bank);
    expect(await alone.write([plans[40]!], 3, 0)).toEqual([together[40]]);
    expect(await alone.write([...plans].reverse(), 3, 0)).toEqual([...together].reverse());
    expect(await writer.write([plans[40]!], 4, 0)).not.toEqual([together[40]]);
    expect(await writer.write([plans[40]!], 3, 1)).not.toEqual([together[40]]);
  });

  it('begins sentences with a capital letter and leaves no gap or slot open', async () => {
    const plans = plansOf(500, 2);
    for (const { findings, impression } of await writer.write(plans, 2, 0)) {
      for (const text of [findings, impression]) {
        expect(text).not.toMatch(/[{}]|undefined| {2}| \.|\.\.|, ,| a [aeio]|\ban? \w+s (are|have)\b/);
        for (const sentence of text.split(/(?<=\.)\s+|\n/)) expect(sentence).toMatch(/^[A-Z0-9]/);
      }
    }
  }, 60_000);

  it('tells the change of a finding, and where a denied one is', async () => {
    const plan: PlannedReport = {
      id: 'changes',
      entities: [
        {
          concept: 'pleural effusion',
          type: 'ABNORMALITY',
          side: 'left',
          severity: 'mild',
          change: 'increased',
        },
        { concept: 'cardiomegaly', type: 'ABNORMALITY', severity: 'mild', change: 'unchanged' },
        { concept: 'lung nodule', type: 'ABNORMALITY', side: 'right', change: 'new' },
        { concept: 'pneumonia', type: 'DISEASE', change: 'decreased' },
        { concept: 'pneumothorax', type: 'NON-ABNORMALITY', side: 'right' },
      ],
    };
    for (let seed = 0; seed < 60; seed++) {
      const [report] = await writer.write([plan], seed, 0);
      const read = tagger.read(report!);
      expect(verifyReport(plan, read), report!.findings).toMatchObject({ accepted: true });
    }
  });

  it('ends the impression in fewer words than the findings, and says other sentences', async () => {
    const plans = plansOf(300, 6);
    const reports = await writer.write(plans, 6, 0);
    const lengthOf = (text: string) => text.split(/\s+/).length;
    const shorter = reports.filter(({ findings, impression }) => lengthOf(impression) < lengthOf(findings));
    expect(shorter.length).toBeGreaterThan(0.98 * reports.length);
    expect(reports.filter(({ findings, impression }) => findings === impression)).toEqual([]);
  });
});
