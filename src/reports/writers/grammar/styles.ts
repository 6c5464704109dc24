import type { Region } from './nouns/index.js';
import { Weighted } from './weighted.js';

/** Sentences and their weights. */
type Patterns = Weighted<string>;
type ImpressionForm = 'numbered' | 'sentences' | 'one line';
type OrderName = keyof typeof ORDERS | 'findings first' | 'denials first' | 'as it comes';

/**
 * A way of reporting. In a pattern `{np}` is a finding with its article ("a small left pleural effusion"), `{bare}`
 * one without, `{front}` its place where that stands first ("in the left lower lobe"), `{is}` agrees in number,
 * `{list}` is a list of nouns.
 */
export interface Style {
  readonly name: string;
  /** How often it is used beside the others. */
  readonly weight: number;
  /** In what order: by organ, findings or denials first, or as it comes. */
  readonly order: Weighted<OrderName>;
  /** One finding that is there. */
  readonly present: Patterns;
  /** Two findings in one sentence, and how often they share one where they can. */
  readonly pair: Patterns;
  readonly pairChance: number;
  /** How often a finding that can be said with a verb ("the heart is enlarged") is. */
  readonly frameChance: number;
  /** Says findings with a verb where it says them with one at all; else without ("Heart mildly enlarged."). */
  readonly verbs: boolean;
  readonly denied: Patterns;
  /** How many things are denied in one sentence. */
  readonly deniedAtOnce: Weighted<number>;
  /** How often clear lungs and what is denied share a sentence. */
  readonly clearWithout: number;
  /** How often a normal statement is short ("Heart size normal.") rather than a whole sentence. */
  readonly shortNormals: number;
  /** How often normal statements share a sentence, where they can. */
  readonly jointNormals: number;
  /** Parts of the body that are only named. */
  readonly anatomy: Patterns;
  /** Sets sentences under headings by organ. */
  readonly headings: boolean;
  readonly impression: Weighted<ImpressionForm>;
  /** The most findings that an impression sums up. */
  readonly summed: Weighted<number>;
}

/** Orders of the chest. What is not named comes last. */
export const ORDERS = {
  'heart first': ['heart', 'mediastinum', 'lungs', 'pleura', 'bones', 'other', 'devices'],
  'lungs first': ['lungs', 'pleura', 'heart', 'mediastinum', 'bones', 'other', 'devices'],
  'devices first': ['devices', 'lungs', 'pleura', 'heart', 'mediastinum', 'bones', 'other'],
} as const satisfies Record<string, readonly Region[]>;

/** Headings of the structured style, in order. */
export const HEADINGS: readonly (readonly [region: Region, heading: string])[] = [
  ['devices', 'DEVICES'],
  ['heart', 'HEART'],
  ['mediastinum', 'MEDIASTINUM'],
  ['lungs', 'LUNGS'],
  ['pleura', 'PLEURA'],
  ['bones', 'BONES'],
  ['other', 'OTHER'],
];

const numbers = (...entries: readonly (readonly [count: number, weight: number])[]) => new Weighted(entries);

export const STYLES: readonly Style[] = [
  {
    name: 'narrative',
    weight: 4,
    order: Weighted.of<OrderName>({ 'heart first': 6, 'lungs first': 3, 'as it comes': 1 }),
    present: Weighted.of({
      'There {is} {np}.': 12,
      '{np} {is} noted.': 2,
      '{np} {is} seen.': 2,
      '{np} {is} present.': 3,
      '{bare}.': 3,
      '{front} there {is} {np}.': 1,
      'There {is} {np} present.': 1,
    }),
    pair: Weighted.of({
      'There {is} {np} with {np2}.': 3,
      'There {is} {np} and {np2}.': 4,
      '{np} and {np2} are present.': 2,
      '{np} and {np2} are noted.': 1,
    }),
    pairChance: 0.3,
    frameChance: 0.6,
    verbs: true,
    denied: Weighted.of({
      'There {is} no {list}.': 20,
      'No {list} {is} seen.': 6,
      'No {list}.': 12,
      'There is no evidence of {list}.': 3,
      'No {list} {is} identified.': 2,
      'No visible {list}.': 1,
    }),
    deniedAtOnce: numbers([2, 4], [1, 2], [3, 4], [4, 1]),
    clearWithout: 0.5,
    shortNormals: 0.05,
    jointNormals: 0.7,
    anatomy: Weighted.of({
      'The {list} {is} visualized.': 2,
      'The visualized {list} {is} unremarkable.': 6,
      'The {list} {is} partially visualized.': 1,
    }),
    headings: false,
    impression: Weighted.of<ImpressionForm>({ sentences: 3, numbered: 1 }),
    summed: numbers([3, 3], [2, 3], [4, 2], [1, 1]),
  },
  {
    name: 'telegraphic',
    weight: 3,
    order: Weighted.of<OrderName>({ 'heart first': 5, 'lungs first': 3, 'findings first': 2 }),
    present: Weighted.of({ '{bare}.': 12, '{bare} noted.': 1, '{bare} present.': 1 }),
    pair: Weighted.of({ '{bare} and {bare2}.': 3, '{bare} with {bare2}.': 2, '{bare}, {bare2}.': 1 }),
    pairChance: 0.3,
    frameChance: 0.4,
    verbs: false,
    denied: Weighted.of({ 'No {list}.': 20, 'Negative for {list}.': 2, 'No visible {list}.': 1 }),
    deniedAtOnce: numbers([2, 4], [1, 4], [3, 3], [4, 2], [5, 1]),
    clearWithout: 0.2,
    shortNormals: 1,
    jointNormals: 0.6,
    anatomy: Weighted.of({
      '{list} included.': 1,
      '{list} visualized.': 2,
      'Visualized {list} unremarkable.': 5,
    }),
    headings: false,
    impression: Weighted.of<ImpressionForm>({ 'one line': 3, sentences: 3, numbered: 1 }),
    summed: numbers([2, 3], [3, 3], [1, 2], [4, 1]),
  },
  {
    name: 'structured',
    weight: 2,
    order: Weighted.of<OrderName>({ 'heart first': 1 }),
    present: Weighted.of({ '{bare}.': 6, 'There {is} {np}.': 4, '{np} {is} present.': 2 }),
    pair: Weighted.of({ '{bare} and {bare2}.': 2, 'There {is} {np} and {np2}.': 1 }),
    pairChance: 0.15,
    frameChance: 0.6,
    verbs: true,
    denied: Weighted.of({ 'No {list}.': 8, 'No evidence of {list}.': 1 }),
    deniedAtOnce: numbers([3, 2], [2, 3], [1, 1]),
    clearWithout: 0.3,
    shortNormals: 0.5,
    jointNormals: 0.4,
    anatomy: Weighted.of({ 'The visualized {list} {is} unremarkable.': 4, '{list} visualized.': 1 }),
    headings: true,
    impression: Weighted.of<ImpressionForm>({ numbered: 1 }),
    summed: numbers([3, 3], [2, 1], [4, 3], [5, 1]),
  },
  {
    name: 'resident',
    weight: 2,
    order: Weighted.of<OrderName>({ 'lungs first': 4, 'devices first': 3, 'denials first': 2 }),
    present: Weighted.of({
      'There {is} {np}.': 8,
      '{np} {is} identified.': 2,
      '{np} {is} demonstrated.': 1,
      'There appears to be {np}.': 2,
      '{front} there {is} {np}.': 2,
      '{front} {np} {is} seen.': 1,
      '{np} {is} noted on this examination.': 1,
    }),
    pair: Weighted.of({
      'There {is} {np} as well as {np2}.': 2,
      'There {is} {np}, with {np2}.': 1,
      '{np} and {np2} are identified.': 1,
    }),
    pairChance: 0.15,
    frameChance: 0.6,
    verbs: true,
    denied: Weighted.of({
      'No {list} {is} identified.': 5,
      'There is no evidence of {list}.': 4,
      'Specifically, no evidence of {list}.': 5,
      'There {is} no {list}.': 6,
      'No definite {list} {is} seen.': 1,
      'No convincing evidence of {list}.': 1,
      'Within the limits of this examination, there {is} no {list}.': 1,
    }),
    deniedAtOnce: numbers([3, 3], [2, 4], [1, 2]),
    clearWithout: 0.6,
    shortNormals: 0,
    jointNormals: 0.6,
    anatomy: Weighted.of({
      'The visualized portions of the {list} {is} unremarkable.': 4,
      'The visualized {list} {is} unremarkable in appearance.': 2,
      'Evaluation of the {list} is limited.': 1,
    }),
    headings: false,
    impression: Weighted.of<ImpressionForm>({ numbered: 3, sentences: 1 }),
    summed: numbers([3, 3], [2, 1], [4, 2], [5, 1]),
  },
  {
    name: 'attending',
    weight: 3,
    order: Weighted.of<OrderName>({ 'findings first': 5, 'heart first': 2 }),
    present: Weighted.of({ '{bare}.': 11, '{np}.': 1, 'There {is} {np}.': 5, '{np} {is} evident.': 1 }),
    pair: Weighted.of({
      '{np} with {np2}.': 3,
      '{bare} and {bare2}.': 3,
      'There {is} {np} and {np2}.': 1,
    }),
    pairChance: 0.4,
    frameChance: 0.45,
    verbs: true,
    denied: Weighted.of({
      'No {list}.': 14,
      'Otherwise, no {list}.': 1,
      'No evidence of {list}.': 1,
      'No {list} seen.': 2,
      'No {list} identified.': 2,
    }),
    deniedAtOnce: numbers([3, 4], [2, 4], [4, 2], [1, 1]),
    clearWithout: 0.4,
    shortNormals: 0.5,
    jointNormals: 0.8,
    anatomy: Weighted.of({
      'The {list} {is} unremarkable.': 5,
      'Unremarkable {list}.': 1,
      '{list} included.': 1,
    }),
    headings: false,
    impression: Weighted.of<ImpressionForm>({ sentences: 4, 'one line': 1 }),
    summed: numbers([2, 4], [3, 3], [1, 2]),
  },
];

/** What is said when a report has been refused and is written again for the second time: one thing a sentence. */
export const PLAIN: Style = {
  name: 'plain',
  weight: 0,
  order: Weighted.of<OrderName>({ 'heart first': 1 }),
  present: Weighted.of({ 'There {is} {np}.': 1 }),
  pair: Weighted.of({ 'There {is} {np} and {np2}.': 1 }),
  pairChance: 0,
  frameChance: 0,
  verbs: true,
  denied: Weighted.of({ 'There {is} no {list}.': 1 }),
  deniedAtOnce: numbers([1, 1]),
  clearWithout: 0,
  shortNormals: 0,
  jointNormals: 0,
  anatomy: Weighted.of({ 'The {list} {is} visualized.': 1 }),
  headings: false,
  impression: Weighted.of<ImpressionForm>({ sentences: 1 }),
  summed: numbers([3, 1]),
};
