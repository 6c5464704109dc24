import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../base/index.js';
import { encodePng, type Mention, type Sample } from '../../data/index.js';
import { resultOfScores, type ZeroShotResult } from '../../evaluate/index.js';
import { type ReportData, renderReport } from './page.js';

const NAMES = ['Cardiomegaly', 'Effusion', 'Pneumothorax', 'Nodule', 'Mass', 'Edema'];
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
    const { meanAuc, low, high, views } = data.scores[1]!.result;
    expect(page).toMatch(/data runs\/nih, split test, 300 pictures of 300 patients;[^.]*seed 7\./);
    expect(page).toContain(`${meanAuc.toFixed(3)} <small>[${low.toFixed(3)}, ${high.toFixed(3)}]</small>`);
    expect(page).toContain(`PA (${views.PA!.n})`);
    expect(page).toContain('Left out: Hernia (no positive).');
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
  const scores = [
    { title: 'synthetic (held out)', result: result('runs/qs/dataset', random) },
    { title: 'runs/nih', result: result('runs/nih', random) },
  ];
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
    findings: Object.fromEntries(NAMES.map(name => [name.toLowerCase(), 50 + random.integer(100)])),
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

/** What an evaluation of a model that reads some of the findings gives. */
function result(data: string, random: Random): ZeroShotResult {
  const classes = [...NAMES, 'Hernia'];
  const samples = Array.from({ length: 300 }, (_, index) => ({
    id: `${index}`,
    patient: `${index}`,
    view: index % 3 === 0 ? ('AP' as const) : ('PA' as const),
  }));
  const labels = Uint8Array.from({ length: samples.length * classes.length }, (_, cell) =>
    cell % classes.length < NAMES.length && random.chance(0.2) ? 1 : 0,
  );
  const scores = Float64Array.from(labels, (label, cell) =>
    random.normal(label * (cell % classes.length) * 0.3),
  );
  const origin = {
    task: 'zero-shot',
    model: 'runs/qs/model',
    data,
    split: 'test',
    prompts: 'nih-14',
    scoring: 'global',
  };
  return resultOfScores(
    { origin: { ...origin, task: 'zero-shot' }, classes, samples, scores, labels },
    { seed: 7, rounds: 50 },
  );
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
