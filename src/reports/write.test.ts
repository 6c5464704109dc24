import { describe, expect, it } from 'vitest';
import type { PlannedReport } from '../data/index.js';
import { LexiconTagger } from '../entities/index.js';
import {
  NO_USAGE,
  type PartReply,
  type PartRequest,
  type ReportWriter,
  writeReport,
  writeReports,
} from './index.js';

const plans: PlannedReport[] = ['a', 'b', 'c'].map(id => ({
  id,
  entities: [{ concept: 'pneumothorax', type: 'ABNORMALITY', side: 'left' }],
}));
const tagger = new LexiconTagger();

/** Writes what `findings` gives for a sample and an attempt. */
function writerOf(findings: (id: string, attempt: number) => string): ReportWriter {
  return {
    name: 'test',
    fingerprint: 'test',
    parts: ['report'],
    attempts: 4,
    concurrency: 2,
    freeText: false,
    usage: NO_USAGE,
    writePart: async ({ plan: { id }, attempt }) => ({
      report: { id, writer: 'test', findings: findings(id, attempt), impression: '' },
    }),
    close: async () => {},
  };
}

/** Writes section by section what `text` gives; a fault where it gives one. */
function sectionsOf(text: (request: PartRequest) => string | Extract<PartReply, { fault: string }>): {
  writer: ReportWriter;
  asked: PartRequest[];
} {
  const asked: PartRequest[] = [];
  const writePart = async (request: PartRequest): Promise<PartReply> => {
    asked.push(request);
    const { plan, part, findings } = request;
    const said = text(request);
    if (typeof said !== 'string') return said;
    const report = { id: plan.id, writer: 'test' };
    return {
      report:
        part === 'findings'
          ? { ...report, findings: said, impression: '' }
          : { ...report, findings, impression: said },
    };
  };
  return { writer: { ...writerOf(() => ''), parts: ['findings', 'impression'], writePart }, asked };
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
    expect(setAside[0]).toMatchObject({
      id: 'c',
      reason: expect.stringContaining('extra in findings: cardiomegaly'),
      text: 'No pneumothorax. Cardiomegaly.',
      planned: plans[2]!.entities,
    });
    expect(setAside[0]!.tries.map(({ part, kind }) => [part, kind])).toEqual([
      ['report', 'unfaithful'],
      ['report', 'unfaithful'],
    ]);
    expect(calls).toBe(4);
  });
});

describe('writeReport, section by section', () => {
  const plan = plans[0]!;

  it('asks for IMPRESSION when FINDINGS are right, and tells each section what was wrong with its own tries', async () => {
    const { writer, asked } = sectionsOf(({ part, attempt }) => {
      if (part === 'findings') return attempt === 0 ? 'Right pneumothorax.' : 'Left pneumothorax.';
      return attempt === 0 ? 'Possible pneumothorax.' : 'Pneumothorax.';
    });
    const { accepted, calls } = await writeReport(plan, { writer, tagger, seed: 0 });
    expect(accepted).toMatchObject({
      findings: 'Left pneumothorax.',
      impression: 'Pneumothorax.',
      attempt: 2,
    });
    expect(calls).toBe(4);
    expect(asked.map(({ part, attempt, findings }) => [part, attempt, findings])).toEqual([
      ['findings', 0, ''],
      ['findings', 1, ''],
      ['impression', 0, 'Left pneumothorax.'],
      ['impression', 1, 'Left pneumothorax.'],
    ]);
    expect(asked[1]!.former.map(({ reason }) => reason)).toEqual([expect.stringContaining('side is right')]);
    expect(asked[3]!.former.map(({ reason }) => reason)).toEqual([expect.stringContaining('uncertain')]);
  });

  it('keeps one call for IMPRESSION, and sets aside with the last text', async () => {
    const { writer, asked } = sectionsOf(() => 'Clear lungs.');
    const { setAside } = await writeReport(plan, { writer, tagger, seed: 0, attempts: 4 });
    expect(asked.map(({ part }) => part)).toEqual(['findings', 'findings', 'findings']);
    expect(setAside).toMatchObject({ id: 'a', text: 'Clear lungs.', planned: plan.entities });
  });

  it('makes a call without an answer again as it was: the text decides, not the way', async () => {
    let failures = 2;
    const { writer, asked } = sectionsOf(() =>
      failures-- > 0 ? { fault: 'no answer', reason: 'cut', text: '' } : 'Left pneumothorax.',
    );
    const { accepted, failed } = await writeReport(plan, { writer, tagger, seed: 0 });
    expect(accepted).toBeDefined();
    expect(asked.slice(0, 3).map(({ attempt, former }) => [attempt, former])).toEqual([
      [0, []],
      [0, []],
      [0, []],
    ]);
    expect(failed.map(({ kind }) => kind)).toEqual(['no answer', 'no answer']);
  });

  it('wants an impression that names a finding, where one is there', async () => {
    const { writer } = sectionsOf(({ part, attempt }) =>
      part === 'impression' && attempt === 0 ? 'As above.' : 'Left pneumothorax.',
    );
    const { failed } = await writeReport(plan, { writer, tagger, seed: 0 });
    expect(failed.map(({ reason }) => reason)).toEqual(['impression names none of: pneumothorax']);
  });

  it('refuses fewer calls than there are parts', async () => {
    const { writer } = sectionsOf(() => '');
    await expect(writeReport(plan, { writer, tagger, seed: 0, attempts: 1 })).rejects.toThrow(
      'attempts is 1 (allow at least 2: test writes FINDINGS and IMPRESSION in calls of their own)',
    );
  });
});
