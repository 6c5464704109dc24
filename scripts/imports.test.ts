import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '..');

/** What the import check says of a package with these files. */
function check(files: Record<string, string>): { passed: boolean; said: string } {
  const folder = mkdtempSync(join(tmpdir(), 'synray-imports-'));
  folders.push(folder);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  copyFileSync(join(ROOT, 'tsconfig.json'), join(folder, 'tsconfig.json'));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'),
      '--config',
      join(ROOT, '.dependency-cruiser.cjs'),
      'src',
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  return { passed: status === 0, said: stdout + stderr };
}

const folders: string[] = [];

describe('the import check', () => {
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  it('lets a room import from a lower one', () => {
    const { passed, said } = check({
      'src/data/a.ts': 'export const a = 1;',
      'src/reports/b.ts': "import { a } from '../data/a.js';\nexport const b = a;",
    });
    expect(said).toContain('no dependency violations found (2 modules, 1 dependencies cruised)');
    expect(passed).toBe(true);
  });

  it('refuses an import from a higher room, of types too', () => {
    const { passed, said } = check({
      'src/data/a.ts': "import type { B } from '../reports/b.js';\nexport type A = B;",
      'src/reports/b.ts': 'export type B = number;',
    });
    expect(passed).toBe(false);
    expect(said).toContain('data-imports-only-downwards');
  });

  it('keeps the rooms that make and read pictures away from the chat client, and test doubles out of all', () => {
    const { passed, said } = check({
      'src/chat/client.ts': "import { double } from './testing/double.js';\nexport const client = double;",
      'src/chat/testing/double.ts': 'export const double = 1;',
      'src/entities/tagger.ts': "import { client } from '../chat/client.js';\nexport const tagger = client;",
      'src/reports/writer.ts': "import { client } from '../chat/client.js';\nexport const writer = client;",
    });
    expect(passed).toBe(false);
    expect(said).toContain('only-rooms-that-ask-a-model-import-chat: src/entities/tagger.ts');
    expect(said).toContain('no-test-double-in-shipped-code: src/chat/client.ts');
    expect(said).toContain('2 dependency violations');
  });

  it('refuses a cycle inside a room', () => {
    const { passed, said } = check({
      'src/data/a.ts': "import { b } from './b.js';\nexport const a: number = b;",
      'src/data/b.ts': "import { a } from './a.js';\nexport const b: number = a;",
    });
    expect(passed).toBe(false);
    expect(said).toContain('no-cycles');
  });
});
