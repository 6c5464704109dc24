import { afterEach, describe, expect, it, vi } from 'vitest';
import { examine, formatExamination } from './doctor.js';

describe('the doctor', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.resetModules();
  });

  it('names libtorch, BLAS, threads, CUDA and packages, and finds nothing broken after the set-up', async () => {
    const examination = await examine();
    expect(examination.observations.map(({ name }) => name)).toEqual([
      'Node',
      'libtorch',
      'native build',
      'BLAS',
      'threads',
      'CUDA',
      'packages',
      'memory',
      'disk',
    ]);
    expect(examination.libtorch?.version).toMatch(/^\d+\.\d+/);
    const faults = examination.observations.filter(({ state }) => state === 'fault').map(({ name }) => name);
    // A slow BLAS is the machine's, and is named; nothing else may be wrong after the set-up.
    expect(faults.filter(name => name !== 'BLAS')).toEqual([]);
  });

  it('names a missing native build as a fault with its mend', async () => {
    vi.stubEnv('SYNRAY_NATIVE', '/nowhere');
    vi.resetModules();
    const again = await import('./doctor.js');
    const examination = await again.examine();
    expect(examination.faults).toBe(1);
    expect(examination.libtorch).toBeNull();
    expect(again.formatExamination(examination)).toMatch(
      /FAULT {2}native build +the bridge to libtorch is not built/,
    );
  });

  it('prints each mend under what it mends', () => {
    const text = formatExamination({
      observations: [
        { name: 'Node', state: 'ok', found: '20.19', mend: '' },
        { name: 'BLAS', state: 'fault', found: 'reference', mend: 'apt-get install libopenblas0-pthread' },
      ],
      faults: 1,
      libtorch: null,
    });
    expect(text.split('\n')).toEqual([
      'ok     Node  20.19',
      'FAULT  BLAS  reference',
      '             mend: apt-get install libopenblas0-pthread',
      '',
      '1 fault',
    ]);
  });
});
