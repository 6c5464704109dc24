import { type Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../base/index.js';
import { addVerb, listOf, print, type Session, wholeNumber } from './verb.js';

/** `synray plan` */
export function planVerb(program: Command, session: Session): void {
  addVerb(program, 'plan', 'draw what each report is to say, every entity equally often', [
    'plan --pairs 2000 --out runs/plan.parquet',
    'plan --bank runs/bank.json --pairs 200000 --k 9 --m 3 --cap 15 --out plan.parquet',
    'plan --pairs 5000000 --part 3/16 --out part-3.parquet',
    'plan --join part-1.parquet part-2.parquet --out plan.parquet',
  ])
    .option('--pairs <n>', 'how many reports the whole plan has', wholeNumber(1))
    .requiredOption('--out <file>', 'plan to write: .jsonl for JSON Lines, else Parquet')
    .option('--bank <file>', 'bank of entities (default: the one that ships with synray)')
    .option('--k <n>', 'entities a report that are not anatomy (default: 9)', wholeNumber(1))
    .option('--m <n>', 'anatomy entities a report (default: 3)', wholeNumber(0))
    .option(
      '--cap <n>',
      'most uses of one entity, or "least": the lowest that the bank allows (default: 15, or least where the bank is too small for 15)',
      capOf,
    )
    .option('--mode <mode>', 'balanced, or natural: as often as in the source of the bank')
    .option(
      '--shares <list>',
      'weights of the types, for example ABNORMALITY=2,DISEASE=1,NON-ABNORMALITY=1,NON-DISEASE=0 (default: by their entities)',
      sharesOf,
    )
    .option(
      '--findings <list>',
      'weights of reports with 0, 1, 2 … findings that are there: 1,2,1',
      weightsOf,
    )
    .option('--concepts <names>', 'draw only these concepts', listOf)
    .option('--seed <n>', 'seed (default: 0)', wholeNumber(0))
    .option('--part <i/n>', 'only the i-th of n parts, for one machine of n', partOption)
    .option(
      '--join <parts...>',
      'put parts together to the file that the whole plan is, byte for byte (parts in JSON Lines: use cat)',
    )
    .option('--workers <n>', 'worker threads; the file is the same for any number', wholeNumber(1))
    .action(async options => {
      const { json: _json, verbose: _verbose, bank: path, out, part, join, workers, ...rest } = options;
      const { findings, pairs, ...settings } = rest;
      const { joinPlans, planToFile } = await import('../reports/index.js');
      if (join !== undefined) {
        const given = Object.keys({ ...rest, ...(part && { part }), ...(path && { bank: path }) });
        if (given.length > 0) {
          throw new UsageError({
            fault: `--join takes parts that are drawn, and --${given[0]} is for drawing`,
            mend: 'give --join and --out alone',
          });
        }
        const result = await joinPlans(join, out, session.signal);
        print(session, options, {
          json: result,
          text: `${out}: ${result.pairs} reports of ${result.parts} parts in ${result.seconds.toFixed(1)} s`,
        });
        return;
      }
      if (pairs === undefined) {
        throw new UsageError({ fault: 'the number of reports is not given', mend: 'give --pairs' });
      }
      const { loadBank } = await import('../entities/index.js');
      const result = await planToFile({
        bank: await loadBank(path),
        settings: {
          pairs,
          ...settings,
          ...(findings === undefined ? {} : { findingsPerReport: findings }),
        },
        out,
        part,
        workers,
        signal: session.signal,
      });
      const left =
        result.leftOut === 0 ? '' : `; ${result.leftOut} entities left out of reports that they contradict`;
      print(session, options, {
        json: result,
        text:
          `${out}: ${result.pairs} reports planned in ${result.seconds.toFixed(1)} s; most uses of an entity ` +
          `${result.maxCount}, Gini ${result.gini.toFixed(3)}, broken rules ${result.violations}${left}`,
      });
    });
}

function capOf(text: string): number | 'least' {
  return text === 'least' ? text : wholeNumber(1)(text);
}

function partOption(text: string): { number: number; of: number } {
  const [, number, of] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const part = { number: Number(number), of: Number(of) };
  if (!(part.number >= 1 && part.number <= part.of && Number.isSafeInteger(part.of))) {
    throw new InvalidArgumentError('Give a part as 3/16: the third of sixteen.');
  }
  return part;
}

function sharesOf(text: string): Record<string, number> {
  return Object.fromEntries(
    listOf(text).map(entry => {
      const [, type, share] = /^([A-Za-z-]+)=([0-9.]+)$/.exec(entry) ?? [];
      if (type === undefined || !Number.isFinite(Number(share))) {
        throw new InvalidArgumentError('Give weights as TYPE=number, with commas between.');
      }
      return [type.toUpperCase(), Number(share)];
    }),
  );
}

function weightsOf(text: string): number[] {
  return listOf(text).map(word => {
    const value = Number(word);
    if (!Number.isFinite(value) || value < 0) {
      throw new InvalidArgumentError('Give weights of 0 or more, with commas between.');
    }
    return value;
  });
}
