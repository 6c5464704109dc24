import { describe, expect, it } from 'vitest';
import type { Sample } from '../../data/index.js';
import { LightReader, sample } from '../tasks/__fixtures__/light-reader.js';
import { measureAlignment, measureFindings } from './alignment.js';

/** Reads the grey that a report names, such as "grey 40", as the picture of that grey. */
class GreyReader extends LightReader {
  override async encodeTexts(texts: readonly string[]): Promise<Float32Array> {
    return Float32Array.from(
      texts.flatMap(text => {
        const angle = (Number(text.replace('grey ', '')) / 255) * (Math.PI / 2);
        return [Math.sin(angle), Math.cos(angle)];
      }),
    );
  }
}

const GREYS = [0, 40, 80, 120, 160, 200, 240];
const OPTIONS = { data: 'data', seed: 0, rounds: 50 };

async function* stream(samples: Promise<Sample>[]): AsyncGenerator<Sample> {
  for (const each of samples) yield await each;
}

const pairs = (named: readonly number[]) =>
  stream(GREYS.map((grey, id) => sample(id, [grey], [], { findings: `grey ${named[id]}` })));

describe('fit of pictures and reports', () => {
  it('is perfect where each picture is what its report says, and none where reports are exchanged', async () => {
    const fits = (await measureAlignment(new GreyReader(), pairs(GREYS), OPTIONS))!;
    expect(fits.auc.mean).toBe(1);
    expect(fits.matched.mean).toBeCloseTo(1, 5);
    expect(fits.margin.mean).toBeGreaterThan(0.1);
    const turned = (await measureAlignment(new GreyReader(), pairs([...GREYS].reverse()), OPTIONS))!;
    expect(turned.auc.mean).toBeLessThan(0.5);
    expect(turned.margin.mean).toBeLessThan(0);
  });

  it('is not measured with fewer than two reports', async () => {
    expect(await measureAlignment(new GreyReader(), pairs(GREYS.map(() => 3)), OPTIONS)).toBeUndefined();
  });
});

describe('findings of reports', () => {
  it('are labels: what a report affirms, not what it denies, whatever the sample was labelled', async () => {
    const light = 'There is a large left pleural effusion.';
    const dark = 'No pleural effusion is seen.';
    const samples = [250, 240, 5, 10].map((grey, id) =>
      sample(id, [grey], ['Effusion'], { findings: grey > 100 ? light : dark }),
    );
    const effusion = {
      name: 'Effusion',
      labels: new Set(['Effusion', 'pleural effusion']),
      unlabelled: false,
      positive: ['effusion'],
      negative: ['no effusion'],
    };
    const measured = await measureFindings(new LightReader(), stream(samples), {
      ...OPTIONS,
      model: 'light',
      total: 4,
      prompts: { name: 'test', classes: [effusion] } as Parameters<typeof measureFindings>[2]['prompts'],
    });
    expect(measured.classes).toMatchObject({ Effusion: { auc: 1, positives: 2, negatives: 2 } });
  });
});
