import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { buildNative, findLibtorch } from './build-native.mjs';

afterEach(() => vi.unstubAllEnvs());

it('a folder without libtorch is refused by name', () => {
  expect(() => findLibtorch({ libtorch: tmpdir() })).toThrow(/is not a libtorch folder/);
  vi.stubEnv('LIBTORCH', tmpdir());
  expect(() => findLibtorch()).toThrow(/LIBTORCH=.* is not a libtorch folder/);
  expect(() => findLibtorch({ python: '/nowhere/python' })).toThrow();
});

it('a bridge that does not compile leaves nothing behind, and says why', async () => {
  const out = mkdtempSync(join(tmpdir(), 'synray-build-'));
  const nowhere = {
    kind: 'LIBTORCH',
    path: out,
    version: '1.0.0',
    includes: [],
    libraries: out,
    cxx11Abi: true,
  } as const;
  const build = () => buildNative({ libtorch: { ...nowhere, includes: [] }, out });
  vi.stubEnv('CXX', '/nowhere/c++');
  await expect(build()).rejects.toThrow(/no C\+\+ compiler: \/nowhere\/c\+\+ could not be started/);
  vi.stubEnv('CXX', '/bin/false');
  await expect(build()).rejects.toThrow(/did not compile against libtorch 1.0.0/);
  expect(readdirSync(out)).toEqual([]);
  rmSync(out, { recursive: true });
});
