import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(
  readFileSync(join(resolve(import.meta.dirname, '..'), 'package-lock.json'), 'utf8'),
) as { packages: Readonly<Record<string, LockedPackage>> };

describe('package-lock.json', () => {
  // `npm ci` refuses a lock without them, and a registry that lacks a platform's package makes `npm install` drop it.
  it('names the optional packages of all platforms, not only of the one it was made on', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        name =>
          packages[`node_modules/${name}`] === undefined &&
          packages[`${path}/node_modules/${name}`] === undefined,
      ),
    );
    expect(missing).toEqual([]);
  });
});
