import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from 'tar';
import { beforeEach, describe, expect, it } from 'vitest';
import { InputError } from '../../base/index.js';
import { importOpeni, importOpeniToFile, type OpeniReport, parseOpeni } from './openi.js';

const ARCHIVE = join(process.env.SYNRAY_TEST_DATA ?? '../shared/data', 'openi-reports/NLMCXR_reports.tgz');

/** A report in the layout of the collection, without what is not read. */
function xmlOf(id: string, abstract: string, codes: readonly string[]): string {
  const majors = codes.map(code => `<major>${code}</major>`).join('\n');
  return `<?xml version="1.0" encoding="utf-8"?>
<eCitation><meta type="rr"/><uId id="${id}"/>
<MedlineCitation Owner="Indiana University"><Article><Abstract>${abstract}</Abstract></Article></MedlineCitation>
<MeSH>${majors}</MeSH></eCitation>`;
}

const section = (label: string, text: string) => `<AbstractText Label="${label}">${text}</AbstractText>`;

async function all(source: string): Promise<OpeniReport[]> {
  const reports: OpeniReport[] = [];
  for await (const report of importOpeni(source)) reports.push(report);
  return reports;
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'synray-openi-'));
  await mkdir(join(folder, 'reports/more'), { recursive: true });
  for (const [name, id] of [
    ['reports/10.xml', 'CXR10'],
    ['reports/9.xml', 'CXR9'],
    ['reports/more/11.xml', 'CXR11'],
  ] as const) {
    const abstract =
      section('INDICATION', 'Cough') + section('FINDINGS', 'Clear.') + section('IMPRESSION', id);
    await writeFile(join(folder, name), xmlOf(id, abstract, ['normal']));
  }
  await writeFile(join(folder, 'reports/readme.txt'), 'not a report');
});

describe('an Open-i report', () => {
  it('gives findings, impression and codes, with entities read and white space folded', () => {
    const abstract =
      section('FINDINGS', 'Size &lt; 3\n   cm &amp; round.') + section('IMPRESSION', 'Nodule.');
    expect(parseOpeni(xmlOf('CXR1', abstract, ['Nodule/lung', 'Cardiomegaly/mild']), 'a.xml')).toEqual({
      id: 'CXR1',
      findings: 'Size < 3 cm & round.',
      impression: 'Nodule.',
      mesh: ['Nodule/lung', 'Cardiomegaly/mild'],
    });
  });

  it('may lack sections and codes', () => {
    const bare = { id: 'CXR1', findings: '', impression: '', mesh: [] };
    expect(parseOpeni(xmlOf('CXR1', '', []), 'a.xml')).toEqual(bare);
    expect(parseOpeni(xmlOf('CXR1', '<AbstractText Label="FINDINGS"/>', []), 'a.xml')).toEqual(bare);
  });

  it('keeps numbers as text', () => {
    expect(parseOpeni(xmlOf('CXR1', section('FINDINGS', '1.50'), ['7']), 'a.xml')).toMatchObject({
      findings: '1.50',
      mesh: ['7'],
    });
  });

  it.each([
    ['<eCitation><uId', /a\.xml: no well-formed XML/],
    ['<other/>', /a\.xml: at eCitation/],
    ['<!DOCTYPE x [<!ENTITY a "aaaa">]><eCitation/>', /a\.xml: the XML defines entities/],
    [`${'<a>'.repeat(50_000)}`, /a\.xml/],
  ])('that is broken or hostile is one clear error: %.40s', (xml, message) => {
    expect(() => parseOpeni(xml, 'a.xml')).toThrow(InputError);
    expect(() => parseOpeni(xml, 'a.xml')).toThrow(message);
  });
});

describe('importing the collection', () => {
  it('reads a folder with its sub-folders, in the order of the numbers', async () => {
    expect((await all(folder)).map(({ id }) => id)).toEqual(['CXR9', 'CXR10', 'CXR11']);
  });

  it('reads an archive as it reads the folder', async () => {
    const archive = join(folder, 'reports.tgz');
    await create({ gzip: true, file: archive, cwd: folder }, ['reports']);
    const byId = (a: OpeniReport, b: OpeniReport) => a.id.localeCompare(b.id);
    expect((await all(archive)).sort(byId)).toEqual((await all(join(folder, 'reports'))).sort(byId));
  });

  it('writes one line a report and says how many', async () => {
    const out = join(folder, 'out/reports.jsonl');
    const seen: number[] = [];
    const result = await importOpeniToFile(folder, out, { onProgress: done => seen.push(done) });
    expect(result).toEqual({ reports: 3, withText: 3, out });
    expect(seen).toEqual([1, 2, 3]);
    const lines = (await readFile(out, 'utf8')).trim().split('\n');
    expect(JSON.parse(lines[0]!)).toEqual({
      id: 'CXR9',
      findings: 'Clear.',
      impression: 'CXR9',
      mesh: ['normal'],
    });
  });

  it('of a cut archive fails and leaves nothing behind', async () => {
    const archive = join(folder, 'reports.tgz');
    await create({ gzip: true, file: archive, cwd: folder }, ['reports']);
    await truncate(archive, 200);
    await mkdir(join(folder, 'out'));
    await expect(importOpeniToFile(archive, join(folder, 'out/a.jsonl'))).rejects.toThrow(
      /reports\.tgz: no whole tar archive/,
    );
    expect(await readdir(join(folder, 'out'))).toEqual([]);
  });

  it('of a source without reports, or that is not there, fails with a mend', async () => {
    await expect(all(join(folder, 'none'))).rejects.toThrow(/none: there is no such file or folder/);
    await mkdir(join(folder, 'empty'));
    await expect(all(join(folder, 'empty'))).rejects.toThrow(/there are no XML reports in it/);
    await writeFile(join(folder, 'text.tgz'), 'no archive at all');
    await expect(all(join(folder, 'text.tgz'))).rejects.toThrow(InputError);
  });

  it('refuses a second report of the same id, and a file too large for a report', async () => {
    await writeFile(join(folder, 'reports/12.xml'), xmlOf('CXR9', '', []));
    await expect(all(folder)).rejects.toThrow(/12\.xml: a second report CXR9/);
    await writeFile(join(folder, 'reports/12.xml'), ' '.repeat(2 << 20));
    await expect(all(folder)).rejects.toThrow(/12\.xml: 2097152 bytes are too many/);
    const archive = join(folder, 'large.tgz');
    await create({ gzip: true, file: archive, cwd: folder }, ['reports']);
    await expect(all(archive)).rejects.toThrow(/12\.xml: 2097152 bytes are too many/);
  });

  it.skipIf(!existsSync(ARCHIVE))('reads the 2,334 real reports (needs ../shared/data)', async () => {
    const reports = await all(ARCHIVE);
    expect(reports).toHaveLength(2334);
    expect(reports.filter(({ mesh }) => mesh.includes('normal'))).toHaveLength(833);
    expect(reports.filter(({ findings, impression }) => findings !== '' || impression !== '')).toHaveLength(
      2319,
    );
  });
});
