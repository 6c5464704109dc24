import { describe, expect, it } from 'vitest';
import { checks } from '../checks/index.js';
import { inputOf } from '../testing/chest.js';

const blank = { pixels: new Uint8Array(1), width: 1, height: 1 };

async function verdict(check: string, findings: string, impression = '') {
  const [first] = await checks.get(check).check([inputOf(blank, findings, impression)]);
  return first!;
}

describe('empty-report', () => {
  it.each(['', '  \n', '-', 'n/a', 'NAD.', '12.3.2019'])('refuses %j', async text => {
    expect(await verdict('empty-report', text)).toMatchObject({ passed: false, threshold: 8 });
  });

  it('passes a report in either section', async () => {
    expect((await verdict('empty-report', '', 'No acute findings.')).passed).toBe(true);
  });
});

describe('boilerplate', () => {
  it.each([
    'See report of the same day.',
    'Dictated by Dr. XXXX. Report to follow.',
    'Comparison: none available. Technique: PA and lateral.',
  ])('refuses %j', async text => {
    expect(await verdict('boilerplate', text)).toMatchObject({ passed: false, score: 0 });
  });

  it.each(['No acute cardiopulmonary abnormality.', 'Right pneumothorax.', 'Heart size is normal.', ''])(
    'passes %j',
    async text => {
      expect((await verdict('boilerplate', text)).passed).toBe(true);
    },
  );
});

describe('contradiction', () => {
  it.each([
    ['Small left pleural effusion. No pleural effusion.', ''],
    ['There is a right pneumothorax.', 'No pneumothorax.'],
    ['Cardiomegaly. Heart size is normal.', ''],
    ['No left pleural effusion.', 'Moderate left pleural effusion.'],
  ])('refuses %j with %j', async (findings, impression) => {
    const { passed, reason, score } = await verdict('contradiction', findings, impression);
    expect({ passed, score }).toEqual({ passed: false, score: 1 });
    expect(reason).toMatch(/^the report says both: “.+” against “.+”$/);
  });

  it.each([
    ['Left pleural effusion. No right pleural effusion.', ''],
    ['Small effusion, no large pleural effusion.', ''],
    ['Stable pleural effusion. No new pleural effusion.', ''],
    ['No pneumothorax. No pleural effusion. Cardiomegaly.', 'Cardiomegaly.'],
    ['Resolved pneumothorax. No pneumothorax.', ''],
    ['Borderline heart size. Heart size is near top normal.', ''],
    ['Right lower lobe consolidation. Left lung is clear.', ''],
    ['No airspace opacities. Nodular opacity in the right mid lung.', ''],
    ['Vascular congestion and mild volume overload without overt pulmonary edema.', ''],
    ['', ''],
  ])('passes %j with %j', async (findings, impression) => {
    expect(await verdict('contradiction', findings, impression)).toMatchObject({ passed: true });
  });
});
