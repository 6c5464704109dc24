import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from './main.js';

let out: string;
let err: string;

/** Runs a command line in this process; gives the exit code. */
async function synray(...words: string[]): Promise<number> {
  out = '';
  err = '';
  return main(words);
}

describe('synray', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'synray-cli-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  beforeEach(() => {
    vi.spyOn(process.stdout, 'write').mockImplementation(chunk => {
      out += chunk;
      return true;
    });
    vi.spyOn(process.stderr, 'write').mockImplementation(chunk => {
      err += chunk;
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('lists its verbs, and each verb shows examples', async () => {
    expect(await synray('--help')).toBe(0);
    const verbs = [
      'quickstart',
      'doctor',
      'import',
      'entities',
      'plan',
      'reports',
      'generate',
      'curate',
      'pretrain',
    ];
    for (const verb of [...verbs, 'verify', 'evaluate', 'export', 'studio', 'gallery'])
      expect(out).toMatch(new RegExp(`^ {2}${verb} `, 'm'));
    for (const words of [
      ['plan'],
      ['import', 'table'],
      ['import', 'nih-cxr14'],
      ['evaluate', 'zero-shot'],
      ['export', 'onnx'],
    ]) {
      expect(await synray(...words, '--help')).toBe(0);
      expect(out).toContain(`Examples:\n  synray ${words.join(' ')}`);
      expect(out).toContain('--json');
    }
  });

  it('prints its version', async () => {
    expect(await synray('--version')).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each([
    [['frobnicate'], "unknown command 'frobnicate'"],
    [
      ['plan', '--pairs', '3', '--out', 'x', '--seedz', '3'],
      "unknown option '--seedz' (Did you mean --seed?)",
    ],
    [['plan', '--pairs', 'many', '--out', 'x'], 'Give a whole number, 1 or more'],
    [['plan', '--pairs', '3'], "required option '--out <file>' not specified"],
    [['import', 'table', '--out', 'x'], "missing required argument 'source'"],
    [['curate', 'one', 'two', '--out', 'x'], 'too many arguments'],
  ])('calls wrong usage by its name, in one line, with exit code 2: %j', async (words, fault) => {
    expect(await synray(...words)).toBe(2);
    expect(err).toContain(fault);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(out).toBe('');
  });

  it('shows the help and exits with 2 when no verb is given', async () => {
    expect(await synray()).toBe(2);
    expect(out + err).toContain('Usage: synray');
  });

  it('says file, fault and mend in one line when an input is bad', async () => {
    const table = join(folder, 'index.csv');
    await writeFile(table, 'file,finding\nmissing.png,Edema\n');
    const target = join(folder, 'dataset');
    expect(await synray('import', 'table', table, '--out', target, '--json')).toBe(1);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toMatch(/^synray: .*missing\.png: .+ \(.+\)$/m);
    expect(out).toBe('');
    expect(await synray('import', 'table', table, '--out', target, '--labels-column', 'labelz')).toBe(2);
    expect(err).toMatch(/labelz.*file, finding/);
  });

  it('shows where it failed with --verbose', async () => {
    expect(await synray('studio', join(folder, 'nowhere'), '--verbose')).toBe(1);
    expect(err).toMatch(/there is no such folder.*\n.*InputError.*\n +at /s);
    expect(
      await synray(
        'plan',
        '--pairs',
        '4',
        '--cap',
        'least',
        '--out',
        join(folder, 'plan.parquet'),
        '--verbose',
      ),
    ).toBe(0);
  });

  it('prints one JSON object on stdout and nothing else with --json', async () => {
    expect(await synray('doctor', '--json')).toBe(0);
    expect(out.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({ faults: 0, libtorch: { threads: expect.any(Number) } });
  });
});
