import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

function setup(environment: Record<string, string>) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'scripts/setup.mjs')], {
    env: { ...process.env, ...environment },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('the set-up', () => {
  const empty = mkdtempSync(join(tmpdir(), 'synray-path-'));
  symlinkSync('/bin/sh', join(empty, 'sh'));
  afterAll(() => rmSync(empty, { recursive: true }));

  it('names the choices where there is no compiler and no apt', () => {
    // Another virtual environment than the last time, so that the set-up looks again.
    const { status, stdout, stderr } = setup({ PATH: empty, CXX: '', LIBTORCH: '', VIRTUAL_ENV: empty });
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^setup: .*g\+\+.* missing: there is no apt/);
    for (const choice of ['apt-get install g++', 'pip install torch', 'LIBTORCH=/path'])
      expect(stderr).toContain(choice);
  });

  it('refuses a LIBTORCH that is none, instead of taking another in silence', () => {
    const { status, stderr } = setup({ LIBTORCH: empty });
    expect(status).toBe(1);
    expect(stderr).toBe(
      `setup: LIBTORCH=${empty} is not a libtorch folder (it has no include/ATen or no lib/libtorch_cpu)\n`,
    );
  });
});
