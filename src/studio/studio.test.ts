import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../base/index.js';
import { DatasetWriter, encodePng, type Sample } from '../data/index.js';
import { type Studio, serveStudio } from './server.js';

const HOSTILE = '<img src=x onerror=alert(1)>';

describe('the studio', () => {
  const stop = new AbortController();
  let folder: string;
  let studio: Studio;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'synray-studio-'));
    await writeFile(join(folder, 'report.html'), '<!doctype html><p>the report of the run</p>');
    await writeFile(join(folder, 'secret.txt'), 'a patient');
    const writer = await DatasetWriter.create(join(folder, 'dataset'), sha256('studio test'));
    for (let number = 0; number < 30; number++)
      await writer.add(number < 20 ? 'train' : 'test', await sample(number));
    await writer.finish({
      name: 'for the studio',
      provenance: { producer: 'test', version: '0', description: `A set ${HOSTILE}` },
      settings: {},
    });
    studio = await serveStudio({ folder, port: 0, signal: stop.signal });
  });

  afterAll(async () => {
    stop.abort();
    await studio.closed;
    await rm(folder, { recursive: true });
  });

  const get = async (path: string) => {
    const response = await fetch(new URL(path, studio.url));
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  it('listens on loopback only', () => {
    expect(new URL(studio.url).hostname).toBe('127.0.0.1');
  });

  it('shows data sets and reports, and shows hostile text as text', async () => {
    const { status, text } = await get('/');
    expect(status).toBe(200);
    expect(text).toContain('href="/sets/dataset"');
    expect(text).not.toContain(HOSTILE);
    expect((await get('/reports/report.html')).text).toContain('the report of the run');
  });

  it('lists samples by page, split and label', async () => {
    const first = await get('/sets/dataset');
    expect(first.text).toContain('page 1 of 2, 30 samples');
    expect(first.text).toContain('sample-0');
    expect((await get('/sets/dataset?page=1')).text).toContain('sample-29');
    expect((await get('/sets/dataset?split=test')).text).toContain('page 1 of 1, 10 samples');
    expect((await get('/sets/dataset?label=pneumothorax')).text).toContain('15 samples');
    expect((await get(`/sets/dataset?label=${encodeURIComponent("' OR 1=1 --")}`)).text).toContain(
      '0 samples',
    );
    expect((await get('/sets/dataset?page=-3')).text).toContain('page 1 of 2');
  });

  it('shows a sample with its report, mentions, verdicts, picture and masks', async () => {
    const { text } = await get('/sets/dataset/samples/sample-1');
    expect(text).toContain('<mark class="affirmed"');
    expect(text).toContain('too dark');
    const picture = await fetch(new URL('/sets/dataset/samples/sample-1/picture', studio.url));
    expect(await sharp(await picture.arrayBuffer()).metadata()).toMatchObject({ format: 'jpeg', width: 128 });
    const mask = await fetch(new URL('/sets/dataset/samples/sample-1/mask/0', studio.url));
    expect(await sharp(await mask.arrayBuffer()).metadata()).toMatchObject({ format: 'png', hasAlpha: true });
  });

  it('shows change map, twin, difference and attenuation where they are stored', async () => {
    const { text } = await get('/sets/dataset/samples/sample-2');
    expect(text).toContain('left pneumothorax (faint)');
    const pixelsOf = async (layer: string) => {
      expect(text).toContain(`src="/sets/dataset/samples/sample-2/${layer}"`);
      const response = await fetch(new URL(`/sets/dataset/samples/sample-2/${layer}`, studio.url));
      return sharp(await response.arrayBuffer())
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true });
    };
    expect((await pixelsOf('change/0')).info).toMatchObject({ width: 128 });
    expect((await pixelsOf('twin/0')).data[3 * 90]).toBe(60);
    expect((await pixelsOf('attenuation')).info.width).toBe(128);
    const { data } = await pixelsOf('difference/0');
    // The same left of the finding, lighter (red) where it is, with the greatest difference at the right rim.
    expect([...data.subarray(30, 33)]).toEqual([0, 0, 0]);
    expect([...data.subarray(127 * 3, 128 * 3)]).toEqual([255, 102, 0]);
    const other = await get('/sets/dataset/samples/sample-1');
    expect(other.text).not.toMatch(/\/(twin|difference|attenuation)/);
  });

  it('shows a folder that is itself a data set, under an address that browsers keep', async () => {
    const own = new AbortController();
    const other = await serveStudio({ folder: join(folder, 'dataset'), port: 0, signal: own.signal });
    const shelf = await (await fetch(other.url)).text();
    const link = /href="(\/sets\/[^"]+)"/.exec(shelf)![1]!;
    const list = await fetch(new URL(link, other.url));
    expect(list.status).toBe(200);
    const first = /href="([^"]+\/samples\/sample-0)"/.exec(await list.text())![1]!;
    expect(await (await fetch(new URL(first, other.url))).text()).toContain('Left ');
    own.abort();
    await other.closed;
  });

  it('answers 404 for what is not there, and never reads a file that a request names', async () => {
    for (const path of [
      '/sets/none',
      '/sets/dataset/samples/none',
      '/sets/dataset/samples/sample-1/mask/7',
      '/sets/dataset/samples/sample-1/change/7',
      '/sets/dataset/samples/sample-1/twin/0',
      '/sets/dataset/samples/sample-1/difference/length',
      '/sets/dataset/samples/sample-1/attenuation',
      '/reports/secret.txt',
      '/reports/..%2fsecret.txt',
      `/reports/${encodeURIComponent(join(folder, 'secret.txt'))}`,
      '/sets/..%2f..%2fetc',
      '/secret.txt',
    ]) {
      const { status, text } = await get(path);
      expect(status, path).toBe(404);
      expect(text).not.toContain('a patient');
    }
    expect(await rawGet(studio.url, '/reports/../../secret.txt', '127.0.0.1')).not.toContain('a patient');
  });

  it('refuses requests under another host name', async () => {
    expect(await rawGet(studio.url, '/', 'evil.example')).toBe('this host name is not served');
  });

  it('allows no script and no frame', async () => {
    const policy = (await get('/')).headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it('says so when the port is taken, and when there is nothing to show', async () => {
    const port = Number(new URL(studio.url).port);
    await expect(serveStudio({ folder, port, signal: stop.signal })).rejects.toThrow('choose another port');
    await expect(serveStudio({ folder: '/nowhere', signal: stop.signal })).rejects.toThrow(
      'there is no such folder',
    );
  });

  it.skipIf(!hasChromium())('is drawn by a browser, pictures included', async () => {
    const target = join(folder, 'shot.png');
    // Not the blocking form: this process is the server.
    await promisify(execFile)('chromium', [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--window-size=900,700',
      `--screenshot=${target}`,
      new URL('/sets/dataset/samples/sample-1', studio.url).href,
    ]);
    const { width, height } = await sharp(target).metadata();
    expect([width, height]).toEqual([900, 700]);
    // The mask is orange; the page has no other strong colour of that hue.
    const { data } = await sharp(target).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    let orange = 0;
    for (let at = 0; at < data.length; at += 3) if (data[at]! > data[at + 2]! + 80) orange++;
    expect(orange).toBeGreaterThan(500);
  });
});

/** fetch() tidies paths and owns the Host header; this does neither. */
function rawGet(url: string, path: string, host: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers: { host } }, response => {
      let text = '';
      response.on('data', chunk => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
    })
      .on('error', reject)
      .end();
  });
}

function hasChromium(): boolean {
  try {
    execFileSync('chromium', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('chromium is not installed: the studio is not tried in a browser\n');
    return false;
  }
}

async function sample(number: number): Promise<Sample> {
  const size = 128;
  const grey = Uint8Array.from({ length: size * size }, (_, index) => index % size);
  const change = grey.map((_, index) => (index % size > 80 ? 220 : 0));
  const twin = grey.map((_, index) => Math.min(index % size, 60));
  const isDeep = number === 2;
  return {
    id: `sample-${number}`,
    image: {
      bytes: await encodePng(isDeep ? Uint16Array.from(grey, value => value * 257) : grey, size, size),
      path: `${number}.png`,
    },
    ...(isDeep && {
      attenuation: { bytes: await encodePng(new Uint16Array(size * size), size, size), path: 'a.png' },
    }),
    findings: 'Left pneumothorax.',
    impression: '',
    labels: number % 2 === 1 ? ['pneumothorax'] : [],
    patient: `patient-${number}`,
    view: 'PA',
    sex: null,
    age: null,
    mentions: [
      {
        section: 'findings',
        start: 5,
        end: 17,
        text: 'pneumothorax',
        concept: 'pneumothorax',
        type: 'ABNORMALITY',
        polarity: 'affirmed',
        side: 'left',
      },
    ],
    regions: [
      {
        concept: 'pneumothorax',
        side: 'left',
        box: [0.6, 0, 1, 1],
        mask: await encodePng(change, size, size),
        ...(isDeep && { faint: true, twin: { bytes: await encodePng(twin, size, size), path: 't.png' } }),
      },
    ],
    verdicts: [
      {
        check: 'exposure',
        passed: number !== 1,
        score: 0.1,
        threshold: 0.2,
        reason: number === 1 ? 'too dark' : '',
      },
    ],
    source: 'simulator',
  };
}
