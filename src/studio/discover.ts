import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { InputError } from '../base/index.js';
import { type Dataset, openDataset } from '../data/index.js';

/** What there is to look at in a folder. Pages name these entries; no path ever comes from a request. */
export interface Shelf {
  readonly folder: string;
  /** By their name on pages: the path within the folder, `ITSELF` for the folder itself. */
  readonly datasets: ReadonlyMap<string, Dataset>;
  /** Files of report pages, by their path within the folder. */
  readonly reports: ReadonlyMap<string, string>;
  /** Folders that could not be opened, with the fault. */
  readonly faults: readonly string[];
}

/** The name of the folder itself. Not `.`, which browsers take out of addresses. */
export const ITSELF = '~';

/** How far below the given folder runs and data sets are looked for: `qs/data/pairs` of `runs`. */
const DEPTH = 3;

/**
 * Looks for data sets and report pages in a folder: the folder itself may be a data set, a run, or a folder of both.
 * @throws InputError when there is no such folder or nothing to look at in it
 */
export async function discover(folder: string): Promise<Shelf> {
  if ((await stat(folder).catch(() => undefined))?.isDirectory() !== true) {
    throw new InputError({ file: folder, fault: 'there is no such folder', mend: 'check the path' });
  }
  const datasets = new Map<string, Dataset>();
  const reports = new Map<string, string>();
  const faults: string[] = [];
  const visit = async (path: string, depth: number): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true });
    const has = (name: string) => entries.some(entry => entry.isFile() && entry.name === name);
    const name = relative(folder, path);
    if (has('report.html')) reports.set(join(name, 'report.html'), join(path, 'report.html'));
    if (has('synray.json') && entries.some(entry => entry.isDirectory() && entry.name === 'data')) {
      try {
        datasets.set(name || ITSELF, await openDataset(path));
      } catch (error) {
        faults.push(error instanceof Error ? error.message : String(error));
      }
      return;
    }
    if (depth === 0) return;
    const children = entries.filter(entry => entry.isDirectory() && !entry.name.startsWith('.'));
    for (const child of children.sort((a, b) => a.name.localeCompare(b.name))) {
      if (child.name !== 'node_modules') await visit(join(path, child.name), depth - 1);
    }
  };
  await visit(folder, DEPTH);
  if (datasets.size + reports.size === 0) {
    throw new InputError({
      file: folder,
      fault: faults[0] ?? 'neither a data set nor a report is in it',
      mend: 'give the folder of a run or a data set',
    });
  }
  return { folder, datasets, reports, faults };
}
