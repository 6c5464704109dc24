import { beforeAll, describe, expect, it } from 'vitest';
import { hundredths } from '../results/paper-tables.js';
import { inPoints } from '../results/sentences.js';
import { renderStudyPage } from './render.js';
import { examplePage, exampleResults, HOSTILE } from './testing/example.js';

/** Every number of some data, as the page may print it. */
function printed(data: unknown): Set<string> {
  if (typeof data === 'number') return new Set([hundredths(data), inPoints(data), data.toPrecision(2)]);
  if (typeof data !== 'object' || data === null) return new Set();
  return new Set(Object.values(data).flatMap(value => [...printed(value)]));
}

/** A section's text, without drawings. */
function textOf(page: string, id: string): string {
  const section = new RegExp(`<section id="${id}">(.*?)</section>\\n`, 's').exec(page)![1]!;
  return section.replace(/<svg.*?<\/svg>/gs, '').replace(/<[^>]*>/g, ' ');
}

describe('the page of a study', () => {
  let page: string;
  let hostile: string;

  beforeAll(async () => {
    page = await renderStudyPage(examplePage());
    hostile = await renderStudyPage(examplePage({ text: HOSTILE }));
  });

  it('needs nothing but itself: no script, no address of anything else', () => {
    for (const text of [page, hostile]) {
      expect(text).not.toMatch(/<script|<link|@import|url\(|<iframe|<object/i);
      for (const [, source] of text.matchAll(/(?:src|href)="([^"]{0,40})/g)) {
        expect(source).toMatch(/^(data:image\/jpeg;base64,|#)/);
      }
      expect(text.replaceAll('http://www.w3.org/', '')).not.toMatch(/https?:\/\//);
    }
  });

  it('shows text from recipes and data as text, in drawings too', () => {
    // Everything in the page that opens a tag is the page's own.
    const tags = new Set([...hostile.matchAll(/<([a-z0-9]+)/gi)].map(([, name]) => name!.toLowerCase()));
    const own = new Set([...page.matchAll(/<([a-z0-9]+)/gi)].map(([, name]) => name!.toLowerCase()));
    expect([...tags].filter(name => !own.has(name))).toEqual([]);
    expect(hostile).not.toMatch(/ on[a-z]+=/i);
    for (const id of ['scores', 'ablations', 'tail', 'losses', 'gallery', 'data', 'cost', 'again']) {
      expect(hostile.split(`<section id="${id}">`)[1]).toContain('&lt;script&gt;');
    }
  });

  it('says no score that is not in the results, and every difference of them', () => {
    const { results } = examplePage();
    const known = printed(results);
    for (const id of ['scores', 'differences', 'ablations']) {
      const numbers = textOf(page, id).match(/[+−]?\d+\.\d+/g)!;
      expect(numbers.length).toBeGreaterThan(10);
      expect(numbers.filter(number => !known.has(number))).toEqual([]);
    }
    const said = textOf(page, 'differences');
    for (const { differences, methods } of results.families) {
      for (const of of [differences, ...Object.values(methods).map(each => each.differences)]) {
        for (const { value, low, high } of Object.values(of)) {
          expect(said.replace(/\s+/g, ' ')).toContain(
            `${inPoints(value)} [${inPoints(low)}, ${inPoints(high)}]`,
          );
        }
      }
    }
  });

  it('begins with the first difference, and puts the claim beside it only where it is of the same scores', () => {
    const [headline] = exampleResults().families;
    const { sentence } = headline!.differences['synthetic-real']!;
    expect(page).toContain(`<p class="headline">${sentence}</p>`);
    const [zeroShot, grounding] = textOf(page, 'differences').split('grounding: Dice');
    expect(zeroShot).toContain('claimed: +3.8 points (Liu plain)');
    expect(grounding).not.toContain('claimed');
  });

  it('marks the best of a method bold and the second underlined', () => {
    const { arms } = exampleResults().families[1]!.methods.convirt!;
    const [best, second] = Object.values(arms).sort((a, b) => b.value - a.value);
    const table = page.split('Scores of grounding')[1]!;
    expect(table).toContain(`<b>${hundredths(best!.value)}</b>`);
    expect(table).toContain(`<u>${hundredths(second!.value)}</u>`);
  });

  it('has words for every drawing and picture, and heads for every cell', () => {
    const drawings = [...page.matchAll(/<svg ([^>]*)>/g)];
    expect(drawings.length).toBeGreaterThanOrEqual(6);
    for (const [, attributes] of drawings) expect(attributes).toMatch(/role="img" aria-label="[^"]{10,}"/);
    for (const [image] of page.matchAll(/<img [^>]*>/g)) expect(image).toMatch(/ alt="[^"]{10,}"/);
    expect(page.match(/<th>|<th class/g)).toBeNull();
    expect(page.match(/role="graphics/)).toBeNull();
  });

  it('says what a reader must know: seeds, control, equal steps, simulated tests', async () => {
    const said = textOf(page, 'shown');
    expect(said).toContain('was trained once (seed 1)');
    expect(said).toContain('Real, curated plain is a control');
    expect(said).toContain('Every training took 1,234 steps, so that more data is not more training.');
    expect(said).toContain('All tests are on simulated pictures');
    const example = examplePage({ seeds: [1, 2, 3] });
    const cards = example.cards.map(card => ({ ...card, madeHere: false }));
    const armSteps = [{ name: 'mixed', steps: 2468 }];
    const other = textOf(await renderStudyPage({ ...example, cards, armSteps }), 'shown');
    expect(other).toContain('trained 3 times, with the seeds 1, 2 and 3');
    expect(other).toContain('but for mixed (2,468)');
    expect(other).not.toContain('simulated');
  });

  it('stands without differences, ablations, gallery or losses', async () => {
    const example = examplePage();
    const families = example.results.families.map(family => ({ ...family, differences: {} }));
    const results = { ...example.results, families, ablations: {} };
    const bare = await renderStudyPage({ ...example, results, gallery: undefined, losses: [], curves: [] });
    expect(textOf(bare, 'differences')).toContain('No difference was asked for.');
    expect(textOf(bare, 'gallery')).toContain('no map to show');
  });
});
