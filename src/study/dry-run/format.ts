import { duration } from '../../base/index.js';
import { alignColumns } from '../../evaluate/index.js';
import type { DryRun, PlannedUnit } from './plan.js';

/** A dry run as a person reads it: what is missing, the work in groups, the sums, and what they rest on. */
export function formatDryRun(plan: DryRun): string {
  const { units, totals, missing, paces, machine } = plan;
  const data = units.filter(({ kind }) => kind === 'data');
  const trainings = units.filter(({ kind }) => kind === 'training');
  const scores = units.filter(({ kind }) => kind === 'score');
  const lines = [
    plan.title,
    '',
    ...alignColumns([
      ['data', '', 'time', 'disk', 'tokens', 'GPU hours'],
      ...data.map(unit => [`  ${unit.label}${mark(unit)}`, unit.amount, ...figures([unit])]),
      ['trainings', '', '', '', '', ''],
      ...groups(trainings, ({ name }) => name.split('/').slice(1, -1).join(' ')).map(([name, group]) => [
        `  ${name}${mark(...group)}`,
        `${group[0]!.amount}${times(group.length)}`,
        ...figures(group),
      ]),
      ['scores', '', '', '', '', ''],
      ...groups(scores, ({ name }) => name.split('/').at(-1)!).map(([name, group]) => [
        `  ${name}${mark(...group)}`,
        `${group[0]!.amount}${times(group.length)}`,
        ...figures(group),
      ]),
    ]),
    '',
    `still to do  ${totals.units - totals.done} of ${totals.units} units`,
    `time         ${timeOf(totals.seconds)}${lacking(totals.unknown.seconds)}`,
    `disk         ${sizeOf(totals.bytes)}${lacking(totals.unknown.bytes)}`,
    `tokens       ${countOf(totals.tokens)}${lacking(totals.unknown.tokens)}`,
    `GPU hours    ${hoursOf(totals.gpuHours)}${lacking(totals.unknown.gpuHours)}`,
  ];
  if (machine.load >= 0.5) {
    lines.push(
      '',
      `The machine was busy while this was measured: ${machine.load.toFixed(1)} other processes on ${machine.processors} ` +
        `processors, so that the measurement got ${Math.round(100 * machine.share)} % of their time. Alone it takes less: ` +
        `roughly ${timeOf(alone(units, machine.share))} by the time that the processors worked for it, a part of which was ` +
        'waiting for others too.',
    );
  }
  const unknown = groups(
    units.filter(unit => !unit.done && unit.unknown.length > 0),
    unit => unit.unknown.join('; '),
  );
  if (unknown.length > 0) {
    lines.push('', 'not known');
    for (const [why, group] of unknown) lines.push(`  ${namesOf(group)}: ${why}`);
  }
  lines.push('', missing.length === 0 ? 'nothing is missing' : 'missing');
  for (const { kind, what, fault, mend, units: wanting } of missing) {
    lines.push(`  ${kind} ${what}: ${fault} (${mend}); wanted by ${shortList(wanting)}`);
  }
  lines.push(
    '',
    'counted with',
    ...alignColumns(
      paces.map(({ what, perSecond, unit, how, source }) => {
        const pace =
          perSecond >= 1
            ? `${rounded(perSecond)} ${unit}/s`
            : `${rounded(1 / perSecond)} s for one of the ${unit}`;
        return [`  ${what}`, pace, `${how}: ${source}`];
      }),
    ),
  );
  return lines.join('\n');
}

/** Seconds of what is to do, if the processors had nothing else to do. Figures of GPUs stay as they are. */
function alone(units: readonly PlannedUnit[], share: number): number {
  return units.reduce((sum, { done, seconds, gpuHours }) => {
    if (done || seconds === null) return sum;
    return sum + (gpuHours === 0 ? seconds * share : seconds);
  }, 0);
}

function groups<T>(items: readonly T[], keyOf: (item: T) => string): [string, T[]][] {
  const found = new Map<string, T[]>();
  for (const item of items) found.set(keyOf(item), [...(found.get(keyOf(item)) ?? []), item]);
  return [...found];
}

/** Time, disk, tokens and GPU hours of some units; a question mark where one of them is not known. */
function figures(units: readonly PlannedUnit[]): string[] {
  const sum = (key: 'seconds' | 'bytes' | 'tokens' | 'gpuHours', say: (value: number) => string) =>
    units.some(unit => unit[key] === null) ? '?' : say(units.reduce((all, unit) => all + unit[key]!, 0));
  return [sum('seconds', timeOf), sum('bytes', sizeOf), sum('tokens', countOf), sum('gpuHours', hoursOf)];
}

function mark(...units: readonly PlannedUnit[]): string {
  const done = units.filter(unit => unit.done).length;
  return done === 0 ? '' : done === units.length ? ' (done)' : ` (${done} done)`;
}

function times(count: number): string {
  return count === 1 ? '' : `, × ${count}`;
}

function lacking(count: number): string {
  return count === 0
    ? ''
    : ` and what ${count} ${count === 1 ? 'unit takes' : 'units take'} of which it is not known`;
}

function timeOf(seconds: number): string {
  return seconds > 0 && seconds < 1 ? '< 1 s' : duration(seconds);
}

function sizeOf(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e3).toFixed(0)} kB`;
}

function countOf(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)} million`;
  return count === 0 ? '–' : count.toFixed(0);
}

function hoursOf(hours: number): string {
  return hours === 0 ? '–' : hours.toFixed(hours < 10 ? 1 : 0);
}

function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2);
}

function namesOf(units: readonly PlannedUnit[]): string {
  return shortList(units.map(({ name }) => name));
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}
