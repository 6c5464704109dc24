import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { parseAs, readYaml, UsageError } from '../../base/index.js';
import { tasks as knownTasks } from '../../evaluate/index.js';
import type { PretrainRecipe } from '../../pretrain/index.js';
import { merge } from './merge.js';
import { type DifferenceRecipe, MethodRecipe, SourceRecipe, StudyRecipe, type TaskRecipe } from './schema.js';

/** An arm as it is carried out: its data, and how each method trains on them. */
export interface StudyArm {
  readonly name: string;
  readonly title: string;
  /** Data set → weight. */
  readonly data: Readonly<Record<string, number>>;
  /** Method → how it trains; data sets and seeds are filled in for each training. */
  readonly methods: Readonly<Record<string, PretrainRecipe>>;
  readonly steps: number;
  readonly seeds: readonly number[];
  readonly control: boolean;
  /** Where the arm is an ablation: what it asks, and of which arm. */
  readonly ablation?: { readonly question: string; readonly of: string };
}

/** A study whose every name is resolved. */
export interface Study {
  readonly title: string;
  /** In an order in which each one comes after those that it is made of. */
  readonly sources: ReadonlyMap<string, SourceRecipe>;
  readonly arms: readonly StudyArm[];
  readonly tasks: Readonly<Record<string, TaskRecipe>>;
  readonly differences: readonly DifferenceRecipe[];
  readonly intervals: StudyRecipe['intervals'];
  /** As it was written, defaults filled in: for the page. */
  readonly recipe: StudyRecipe;
}

/**
 * Reads a study's recipe and resolves what it names. Folders and files in it start from the recipe's own folder.
 * @throws UsageError naming the key that is unknown, out of range or refers to nothing.
 */
export async function readStudy(path: string): Promise<Study> {
  const raw = await readYaml(path, z.record(z.string(), z.unknown()));
  return resolveStudy(raw, path);
}

/** The same from a recipe that is no file. @param path - For messages, and where relative paths start from. */
export function resolveStudy(raw: Readonly<Record<string, unknown>>, path: string): Study {
  const written = withSteps(raw);
  const recipe = parseAs(StudyRecipe, written, path, UsageError);
  const names = new Names(path, recipe);
  const sources = new Map(Object.entries(recipe.sources).map(([name, source]) => [name, source]));
  for (const [name, source] of sources) names.ofSource(name, source);
  inOrder(sources, path);

  const titled = (name: string, title: string | undefined) => title ?? name.replaceAll('-', ' ');
  const arms = Object.entries(recipe.arms).map(([name, arm]): StudyArm => {
    names.known('data set', Object.keys(arm.data), recipe.sources, `arms.${name}.data`);
    return {
      name,
      title: titled(name, arm.title),
      data: arm.data,
      methods: recipe.methods,
      steps: arm.steps ?? recipe.steps,
      seeds: recipe.seeds,
      control: arm.control,
    };
  });
  for (const [name, ablation] of Object.entries(recipe.ablations)) {
    const at = `ablations.${name}`;
    names.known('arm', [ablation.of], recipe.arms, `${at}.of`);
    names.known('data set', Object.keys(ablation.sources), recipe.sources, `${at}.sources`);
    names.known('method', ablation.methods ?? [], recipe.methods, `${at}.methods`);
    if (recipe.arms[name] !== undefined) names.fail(`${at} has the name of an arm`, 'rename it');
    const base = recipe.arms[ablation.of]!;
    const changed = new ChangedSources(written.sources, ablation.sources, name, path, sources);
    const data = Object.entries(ablation.data ?? base.data);
    names.known(
      'data set',
      data.map(([source]) => source),
      recipe.sources,
      `${at}.data`,
    );
    const methods = (ablation.methods ?? Object.keys(recipe.methods)).map(method => {
      const base = (written.methods as Readonly<Record<string, unknown>>)[method];
      const place = `${path} (ablation ${name}, method ${method})`;
      return [method, parseAs(MethodRecipe, merge(base, ablation.method), place, UsageError)] as const;
    });
    arms.push({
      name,
      title: titled(name, undefined),
      data: Object.fromEntries(data.map(([source, weight]) => [changed.resolve(source), weight])),
      methods: Object.fromEntries(methods),
      steps: ablation.steps ?? base.steps ?? recipe.steps,
      seeds: ablation.seeds ?? recipe.seeds,
      control: false,
      ablation: { question: ablation.question, of: ablation.of },
    });
  }
  for (const [name, task] of Object.entries(recipe.tasks)) {
    names.known('data set', [task.data], recipe.sources, `tasks.${name}.data`);
    if (!knownTasks.names().includes(task.task)) {
      names.fail(
        `tasks.${name}.task: there is no task "${task.task}"`,
        `use one of: ${knownTasks.names().join(', ')}`,
      );
    }
  }
  const [first, ...others] = arms.filter(arm => arm.ablation === undefined);
  if (first === undefined) names.fail('arms: there is none', 'name one at least');
  for (const { first, second } of recipe.differences ?? []) {
    names.known('arm', [first, second], recipe.arms, 'differences');
  }
  return {
    title: recipe.title,
    sources: inOrder(usedSources(sources, arms, recipe), path),
    arms,
    tasks: recipe.tasks,
    differences: recipe.differences ?? others.map(arm => ({ first: arm.name, second: first!.name })),
    intervals: recipe.intervals,
    recipe,
  };
}

/** The steps of the study are those of every method that names none. */
function withSteps(raw: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { methods, steps } = raw;
  if (typeof methods !== 'object' || methods === null) return raw;
  const filled = Object.entries(methods).map(([name, method]) => [
    name,
    merge({ training: { steps } }, method ?? {}),
  ]);
  return { ...raw, methods: Object.fromEntries(filled) };
}

/** The data set that a source is made of, if it is made of one. */
export function sourceOf(source: SourceRecipe): string | undefined {
  return (source.curate ?? source.select ?? source.rewrite ?? source.repaint)?.of;
}

/** A path of the recipe, from the recipe's folder. */
export function fromRecipe(recipe: string, path: string): string {
  return resolve(dirname(recipe), path);
}

/** Checks that what is named is there. */
class Names {
  constructor(
    readonly path: string,
    readonly recipe: StudyRecipe,
  ) {}

  known(kind: string, wanted: readonly string[], there: Readonly<Record<string, unknown>>, at: string): void {
    for (const name of wanted) {
      if (Object.hasOwn(there, name)) continue;
      this.fail(`${at}: there is no ${kind} "${name}"`, `use one of: ${Object.keys(there).join(', ')}`);
    }
  }

  ofSource(name: string, source: SourceRecipe): void {
    const of = sourceOf(source);
    if (of !== undefined) this.known('data set', [of], this.recipe.sources, `sources.${name}`);
  }

  fail(fault: string, mend: string): never {
    throw new UsageError({ file: this.path, fault, mend });
  }
}

/** The data sets of an ablation: those that it changes, and those that are made of them, under names of their own. */
class ChangedSources {
  constructor(
    readonly raw: unknown,
    readonly changes: Readonly<Record<string, unknown>>,
    readonly ablation: string,
    readonly path: string,
    /** Grows by the changed ones. */
    readonly sources: Map<string, SourceRecipe>,
  ) {}

  /** The name of the data set that stands for `name` in this ablation. */
  resolve(name: string): string {
    const source = this.sources.get(name)!;
    const of = sourceOf(source);
    const ofNow = of === undefined ? undefined : this.resolve(of);
    if (this.changes[name] === undefined && ofNow === of) return name;
    const changed = `${name}.${this.ablation}`;
    if (this.sources.has(changed)) return changed;
    const written = (this.raw as Readonly<Record<string, unknown>>)[name];
    const place = `${this.path} (ablation ${this.ablation}, data set ${name})`;
    const merged = merge(written, this.changes[name]) as Record<string, unknown>;
    const [way] = Object.keys(merged);
    const whole = ofNow === of ? merged : merge(merged, { [way!]: { of: ofNow } });
    this.sources.set(changed, parseAs(SourceRecipe, whole, place, UsageError));
    return changed;
  }
}

/** The data sets that arms and tasks need, and what those are made of. */
function usedSources(
  sources: ReadonlyMap<string, SourceRecipe>,
  arms: readonly StudyArm[],
  recipe: StudyRecipe,
): Map<string, SourceRecipe> {
  const used = new Map<string, SourceRecipe>();
  const take = (name: string) => {
    const source = sources.get(name)!;
    if (used.has(name)) return;
    used.set(name, source);
    const of = sourceOf(source);
    if (of !== undefined) take(of);
  };
  for (const { data } of arms) for (const name of Object.keys(data)) take(name);
  for (const { data } of Object.values(recipe.tasks)) take(data);
  return used;
}

/** @throws UsageError where data sets are made of each other. */
function inOrder(used: ReadonlyMap<string, SourceRecipe>, path: string): Map<string, SourceRecipe> {
  const ordered = new Map<string, SourceRecipe>();
  const place = (name: string, above: readonly string[]) => {
    if (ordered.has(name)) return;
    if (above.includes(name)) {
      const fault = `sources: ${[...above, name].join(' is made of ')}`;
      throw new UsageError({ file: path, fault, mend: 'let one of them come from elsewhere' });
    }
    const source = used.get(name)!;
    const of = sourceOf(source);
    if (of !== undefined) place(of, [...above, name]);
    ordered.set(name, source);
  };
  for (const name of used.keys()) place(name, []);
  return ordered;
}
