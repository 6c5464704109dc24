import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { encodePng, type Mention, type Sample } from '../../data/index.js';
import { type ReportData, renderReport } from './page.js';
import type { ScoreTable, ViewScore } from './tables.js';

const HOSTILE = '<script>alert("x")</script>';

describe('the page of a run', () => {
  let data: ReportData;
  let page: string;

  beforeAll(async () => {
    data = await example();
    page = await renderReport(data);
  });

  it('needs nothing but itself: no script, no address of anything else', () => {
    expect(page).not.toMatch(/<script|<link|@import|url\(/i);
    expect(
      [...page.matchAll(/src="([^"]{0,40})/g)].every(([, source]) => source!.startsWith('data:image/')),
    ).toBe(true);
    expect(page.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:\/\//);
  });

  it('shows text from samples as text, whatever it holds', () => {
    expect(page).not.toContain(HOSTILE);
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
  });

  it('says every score with its data, split, n, seed and interval', () => {
    expect(page).toContain('data runs/nih, split test, 952 pictures, bootstrap by patient, seed 7');
    expect(page).toMatch(/0\.612 <small>\[0\.550, 0\.700\]/);
    expect(page).toContain('PA (600)');
  });

  it('marks what the tagger read, each kind of polarity in its own way', () => {
    expect(page).toContain(
      '<mark class="affirmed" title="pleural effusion · ABNORMALITY · affirmed · left">pleural effusion</mark>',
    );
    expect(page).toContain(
      '<mark class="negated" title="pneumothorax · NON-ABNORMALITY · negated">pneumothorax</mark>',
    );
  });

  it('holds the charts as drawings', () => {
    expect(page.match(/<svg/g)).toHaveLength(4);
    expect(page).toContain('training loss');
  });

  it('lays a mask over the picture for each region that has one', () => {
    expect(page.match(/class="mask"/g)).toHaveLength(data.gallery.length);
  });

  it.skipIf(!hasChromium())('is drawn by a browser', () => {
    const folder = mkdtempSync(join(tmpdir(), 'synray-report-'));
    writeFileSync(join(folder, 'report.html'), page);
    const text = execFileSync(
      'chromium',
      ['--headless', '--no-sandbox', '--disable-gpu', '--dump-dom', `file://${folder}/report.html`],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 26 },
    );
    expect(text).toContain('Zero-shot reading');
  });
});

function hasChromium(): boolean {
  try {
    execFileSync('chromium', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    process.stderr.write('chromium is not installed: the page is not tried in a browser\n');
    return false;
  }
}

async function example(): Promise<ReportData> {
  const random = Random.of('report page');
  const names = ['Cardiomegaly', 'Effusion', 'Pneumothorax', 'Nodule', 'Mass', 'Edema'];
  const views: Record<string, ViewScore> = {
    PA: { n: 600, meanAuc: 0.6, low: 0.5, high: 0.7, classes: { Effusion: score(random) } },
    AP: { n: 352, meanAuc: 0.6, low: 0.5, high: 0.7, classes: {} },
  };
  const scores: ScoreTable[] = ['synthetic (held out)', 'runs/nih'].map(title => ({
    title,
    data: title === 'runs/nih' ? 'runs/nih' : 'runs/qs/dataset',
    split: 'test',
    n: 952,
    seed: 7,
    meanAuc: 0.612,
    low: 0.55,
    high: 0.7,
    classes: Object.fromEntries(
      names.map(name => [name, { ...score(random), positives: 70, negatives: 882 }]),
    ),
    views: title === 'runs/nih' ? views : {},
  }));
  return {
    title: 'quickstart',
    summary: `2,000 pairs were made. ${HOSTILE}`,
    figures: [
      { value: '2,000', label: 'pairs' },
      { value: '5 min 10 s', label: 'from nothing' },
      { value: '0.612', label: 'mean AUC on runs/nih' },
    ],
    entities: ['ABNORMALITY', 'DISEASE', 'NON-ABNORMALITY', 'ANATOMY'].flatMap(type =>
      Array.from({ length: 20 }, (_, index) => ({
        concept: `${type} ${index}`,
        type,
        count: 40 + random.integer(20),
      })),
    ),
    findings: Object.fromEntries(names.map(name => [name.toLowerCase(), 50 + random.integer(100)])),
    gallery: await Promise.all([1, 2, 3, 4].map(number => sample(`synray-7-${number}`))),
    losses: Array.from({ length: 400 }, (_, step) => ({
      step,
      loss: 4 * Math.exp(-step / 150) + random.normal(0.5, 0.1),
    })),
    scores,
    settings: 'seed: 7\npairs: 2000\n',
    versions: { synray: '0.1.0', libtorch: '1.13.1' },
    command: 'npm run quickstart -- --out runs/qs',
  };
}

function score(random: Random) {
  const auc = random.uniform(0.5, 0.9);
  return { auc, low: auc - 0.08, high: auc + 0.08 };
}

async function sample(id: string): Promise<Sample> {
  const size = 128;
  const grey = Uint8Array.from(
    { length: size * size },
    (_, index) => (index % size) + Math.floor(index / size) / 2,
  );
  const change = grey.map((_, index) => (index % size > 80 && index / size > 70 ? 220 : 0));
  const findings = `There is a left pleural effusion. No pneumothorax. ${HOSTILE}`;
  return {
    id,
    image: { bytes: await encodePng(grey, size, size), path: `${id}.png` },
    findings,
    impression: '',
    labels: ['pleural effusion'],
    patient: id,
    view: 'PA',
    sex: 'F',
    age: 60,
    mentions: [
      mention(findings, 'pleural effusion', { type: 'ABNORMALITY', polarity: 'affirmed', side: 'left' }),
      mention(findings, 'pneumothorax', { type: 'NON-ABNORMALITY', polarity: 'negated' }),
    ],
    regions: [
      {
        concept: 'pleural effusion',
        side: 'left',
        box: [0.6, 0.5, 1, 1],
        mask: await encodePng(change, size, size),
      },
    ],
    verdicts: [],
    source: 'simulator',
  };
}

function mention(text: string, words: string, rest: Pick<Mention, 'type' | 'polarity' | 'side'>): Mention {
  const start = text.indexOf(words);
  return { section: 'findings', start, end: start + words.length, text: words, concept: words, ...rest };
}
