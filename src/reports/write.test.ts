import { describe, expect, it } from 'vitest';
import type { PlannedReport, WrittenReport } from '../data/index.js';
import { LexiconTagger } from '../entities/index.js';
import { type ReportWriter, writeReports } from './index.js';

const plans: PlannedReport[] = ['a', 'b', 'c'].map(id => ({
  id,
  entities: [{ concept: 'pneumothorax', type: 'ABNORMALITY', side: 'left' }],
}));
const tagger = new LexiconTagger();

/** Writes what `findings` gives for a sample and an attempt. */
function writerOf(findings: (id: string, attempt: number) => string): ReportWriter {
  return {
    name: 'test',
    write: async (asked, _seed, attempt) =>
      asked.map(
        ({ id }): WrittenReport => ({ id, writer: 'test', findings: findings(id, attempt), impression: '' }),
      ),
  };
}

describe('writeReports', () => {
  it('writes again what was wrong, and only that', async () => {
    const writer = writerOf((id, attempt) =>
      id === 'b' && attempt < 2 ? 'Right pneumothorax.' : 'Left pneumothorax.',
    );
    const { accepted, setAside, calls } = await writeReports({ plans, writer, tagger, seed: 0 });
    expect(accepted.map(({ id, attempt }) => [id, attempt])).toEqual([
      ['a', 0],
      ['b', 2],
      ['c', 0],
    ]);
    expect(accepted[0]!.mentions).toMatchObject([{ concept: 'pneumothorax', side: 'left' }]);
    expect(setAside).toEqual([]);
    expect(calls).toBe(5);
  });

  it('sets aside what never comes right, with a reason for each attempt', async () => {
    const writer = writerOf(id => (id === 'c' ? 'No pneumothorax. Cardiomegaly.' : 'Left pneumothorax.'));
    const { accepted, setAside, calls } = await writeReports({ plans, writer, tagger, seed: 0, attempts: 2 });
    expect(accepted.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(setAside).toHaveLength(1);
    expect(setAside[0]).toMatchObject({ id: 'c' });
    expect(setAside[0]!.reasons).toHaveLength(2);
    expect(setAside[0]!.reasons[0]).toContain('extra in findings: cardiomegaly');
    expect(calls).toBe(4);
  });
});
