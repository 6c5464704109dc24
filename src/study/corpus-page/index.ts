import { writeFileAtomic } from '../../base/index.js';
import type { StyleComparison } from '../../reports/index.js';
import {
  type CorpusPageOptions,
  gatherCorpusPage,
  type StyleSummary,
  summariseStyle,
  type Tail,
} from './gather.js';
import { renderCorpusPage } from './page.js';

export { type CorpusPageData, type CorpusPageOptions, gatherCorpusPage } from './gather.js';
export { renderCorpusPage } from './page.js';

/** What `synray entities page` prints. */
export interface CorpusPageResult {
  readonly out: string;
  readonly corpus: Omit<Tail, 'entities'>;
  readonly plan?: Omit<Tail, 'entities'> | undefined;
  readonly style?: {
    readonly corpus?: StyleSummary | undefined;
    readonly written?: StyleSummary | undefined;
    readonly comparison?: StyleComparison | undefined;
  };
  readonly seconds: number;
}

/**
 * Reads a corpus, a plan and written reports, and writes a page of how they compare: the long tail beside the plan's
 * balance, the corpus' style beside the writer's.
 */
export async function writeCorpusPage(
  options: CorpusPageOptions & { out: string },
): Promise<CorpusPageResult> {
  const started = performance.now();
  const data = await gatherCorpusPage(options);
  await writeFileAtomic(options.out, await renderCorpusPage(data));
  const { real, written, comparison } = data;
  return {
    out: options.out,
    corpus: withoutEntities(data.corpus),
    ...(data.plan === undefined ? {} : { plan: withoutEntities(data.plan) }),
    ...(real === undefined && written === undefined
      ? {}
      : {
          style: {
            corpus: real && summariseStyle(real),
            written: written && summariseStyle(written),
            comparison,
          },
        }),
    seconds: (performance.now() - started) / 1000,
  };
}

function withoutEntities({ source, reports, longTail }: Tail): Omit<Tail, 'entities'> {
  return { source, reports, longTail };
}
