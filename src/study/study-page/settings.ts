import { html } from 'hono/html';
import { stringify } from 'yaml';
import { openDataset } from '../../data/index.js';
import type { Study } from '../recipe/index.js';
import type { Html } from '../report/index.js';
import type { StudyOutcome } from '../run/study.js';
import { count } from './words.js';

/** What is to be known of a data set. */
export interface DataCard {
  readonly name: string;
  /** `generate`, `import` … */
  readonly way: string;
  /** Whether its pictures are the study's own making, and none came from outside. */
  readonly madeHere: boolean;
  /** What its maker says of it. */
  readonly description: string;
  readonly splits: Readonly<Record<string, number>>;
  readonly samples: number;
  readonly patients: number;
  readonly fingerprint: string;
}

/** Keys that tell of a machine or a service, not of the study. */
const PRIVATE = new Set(['baseUrl', 'apiKeyVariable', 'store']);

/** Reads what the data sets say of themselves. */
export async function gatherCards({ study, datasets }: StudyOutcome): Promise<DataCard[]> {
  return Promise.all(
    [...study.sources].map(async ([name, source]) => {
      const { folder, samples, patients, fingerprint } = datasets.get(name)!;
      const { manifest } = await openDataset(folder);
      const ways = Object.entries(source).filter(([, settings]) => settings !== undefined);
      return {
        name,
        way: ways.map(([way]) => way).join(),
        madeHere: !isFromOutside(study.sources, name),
        description: manifest.provenance.description,
        splits: Object.fromEntries(
          Object.entries(manifest.splits).map(([split, { samples }]) => [split, samples]),
        ),
        samples,
        patients,
        fingerprint,
      };
    }),
  );
}

/** Whether the pictures of a data set, or of what it is made of, come from outside the study. */
export function isFromOutside(sources: Study['sources'], name: string): boolean {
  const source = sources.get(name);
  if (source?.folder !== undefined || source?.import !== undefined) return true;
  // A repainted set has pictures of its own.
  const of = (source?.curate ?? source?.select ?? source?.rewrite)?.of;
  return of !== undefined && isFromOutside(sources, of);
}

/** All settings as YAML, defaults filled in, without addresses of services. */
export function settingsOf({ recipe }: Study): string {
  return stringify(recipe, (key: unknown, value: unknown) =>
    typeof key === 'string' && PRIVATE.has(key) ? undefined : value,
  );
}

/** The command that carries the study out again. */
export function commandOf(recipe: string, out: string): string {
  const quoted = (word: string) =>
    /^[\w./@%+=:,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
  return `npx synray study ${quoted(recipe)} --out ${quoted(out)}`;
}

export function cardSection(cards: readonly DataCard[]): Html {
  return html`<div class="data-cards">${cards.map(
    ({ name, way, description, splits, samples, patients, fingerprint }) => html`<section><h3>${name}</h3>
<p>${description}</p>
<dl><dt>made by</dt><dd>${way}</dd><dt>samples</dt><dd>${count(samples)}${
      Object.keys(splits).length > 1
        ? html` (${Object.entries(splits)
            .map(([split, number]) => `${split} ${count(number)}`)
            .join(', ')})`
        : ''
    }</dd><dt>patients</dt><dd>${count(patients)}</dd><dt>fingerprint</dt><dd><code>${fingerprint}</code></dd></dl></section>
`,
  )}</div>`;
}

export interface MadeWith {
  readonly command: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly settings: string;
}

export function settingSection({ command, versions, settings }: MadeWith): Html {
  return html`<pre tabindex="0" role="region" aria-label="command">${command}</pre>
<p class="quiet">${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(' · ')}</p>
<details><summary>Every setting</summary><p class="quiet">The recipe with its defaults filled in; addresses of services are left out.</p>
<pre tabindex="0" role="region" aria-label="settings">${settings}</pre></details>`;
}
