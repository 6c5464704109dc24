import type { Command } from 'commander';
import { duration, UsageError } from '../base/index.js';
import { addVerb, numberBetween, print, type Session, wholeNumber } from './verb.js';

/** `synray reports` */
export function reportsVerb(program: Command, session: Session): void {
  addVerb(program, 'reports', 'write the reports of a plan, and check them by reading them back', [
    'reports --plan runs/plan.parquet --out runs/reports.parquet',
    'reports --plan plan.parquet --writer llm --base-url http://localhost:8000/v1 --model llama-3.1-70b --out reports.parquet',
    'reports --plan plan.parquet --writer llm --base-url https://api.example.org/v1 --model m --dry-run --price-in 0.6 --price-out 0.8',
    'reports --print-prompts my-prompts',
  ])
    .option('--plan <file>', 'plan made by `synray plan`')
    .option('--out <file>', 'reports to write: .parquet or .jsonl')
    .option('--bank <file>', 'bank that the plan was made from (default: the one that ships with synray)')
    .option('--writer <name>', 'who writes: grammar or llm', 'grammar')
    .option('--limit <n>', 'only the first so many samples', wholeNumber(1))
    .option('--seed <n>', 'seed', wholeNumber(0))
    .option(
      '--attempts <n>',
      'calls that a sample may cost before it is set aside (default: grammar 4; llm 6, both sections together)',
      wholeNumber(1),
    )
    .option('--base-url <url>', 'llm: address of a chat endpoint, without /chat/completions')
    .option('--model <name>', 'llm: name of the model at that endpoint')
    .option('--api-key-variable <name>', 'llm: environment variable with the key (default: OPENAI_API_KEY)')
    .option('--temperature <t>', 'llm: temperature (default: 0.6)', numberBetween(0, 2))
    .option('--top-p <p>', 'llm: nucleus of sampling (default: 0.9)', numberBetween(0, 1))
    .option('--reply-tokens <n>', 'llm: most tokens of one reply (default: 1024)', wholeNumber(16))
    .option('--json-schema', 'llm: ask for replies that fit a JSON schema')
    .option('--prompts <folder>', 'llm: your own prompts, see --print-prompts')
    .option(
      '--concurrency <n>',
      'llm: most requests at once; adapts below that (default: 32)',
      wholeNumber(1),
    )
    .option('--timeout <seconds>', 'llm: longest wait for a reply (default: 120)', wholeNumber(1))
    .option(
      '--sends <n>',
      'llm: most sends of one request while the server fails (default: 6)',
      wholeNumber(1),
    )
    .option('--max-tokens <n>', 'llm: token budget of this run; stops before it is passed', wholeNumber(1))
    .option('--store <folder>', 'llm: where replies are kept (default: <out>.replies)')
    .option('--dry-run', 'llm: estimate calls, tokens, price and time; sends and writes nothing')
    .option('--price-in <price>', 'dry run: price of a million tokens read', numberBetween(0, 1e9))
    .option('--price-out <price>', 'dry run: price of a million tokens written', numberBetween(0, 1e9))
    .option(
      '--accepted-share <share>',
      'dry run: share of texts that are right, as a short run told (default: 0.8)',
      numberBetween(0, 1),
    )
    .option(
      '--calls-per-second <n>',
      'dry run: rate of the server, as a short run told',
      numberBetween(0, 1e9),
    )
    .option('--print-prompts <folder>', 'copy the prompts into a folder, to be edited, and do nothing else')
    .addHelpText(
      'after',
      '\nStopped or out of budget, the verb ends with exit code 1 and writes no reports; the replies are kept, and the' +
        '\nsame command goes on from them. Samples whose report is never right are listed in <out>.set-aside.jsonl.',
    )
    .action(async options => {
      const reports = await import('../reports/index.js');
      if (options.printPrompts !== undefined) {
        const files = await reports.copyPrompts(options.printPrompts);
        print(session, options, { json: { files }, text: files.join('\n') });
        return;
      }
      const { loadBank } = await import('../entities/index.js');
      const plan = needed(options.plan, '--plan <file>');
      const common = {
        plan,
        bank: await loadBank(options.bank),
        limit: options.limit,
        seed: options.seed,
        attempts: options.attempts,
      };
      if (options.dryRun === true) {
        const { priceIn, priceOut, acceptedShare, callsPerSecond } = options;
        const rates = { priceIn, priceOut, acceptedShare, callsPerSecond };
        if (options.writer !== 'llm') {
          throw new UsageError({ fault: '--dry-run is for the writer llm', mend: 'add --writer llm' });
        }
        const result = await reports.estimateRun({ ...common, ...rates, settings: llmSettings(options) });
        const { calls, tokens, price, seconds } = result;
        const known = [
          price === null ? '' : `; price ${price.toFixed(2)}`,
          seconds === null ? '' : `; ${duration(seconds)}`,
        ];
        print(session, options, {
          json: result,
          text: `about ${calls} calls (${result.callsLeast} to ${result.callsMost}), ${tokens} tokens${known.join('')}`,
        });
        return;
      }
      const out = needed(options.out, '--out <file>');
      const result = await reports.writeReportsToFile({
        ...common,
        out,
        writer: writerOf(options),
        signal: session.signal,
      });
      const { written, setAside, acceptedFirstTry, tokens } = result;
      print(session, options, {
        json: result,
        text:
          `${out}: ${written} reports written (${acceptedFirstTry} at the first try), ${setAside} set aside` +
          `${tokens === 0 ? '' : `, ${tokens} tokens`}`,
      });
    });
}

/** The options that are settings of the writer llm. */
interface LlmOptions {
  readonly writer: string;
  readonly baseUrl?: string;
  readonly model?: string;
  readonly apiKeyVariable?: string;
  readonly temperature?: number;
  readonly topP?: number;
  readonly replyTokens?: number;
  readonly jsonSchema?: true;
  readonly prompts?: string;
  readonly concurrency?: number;
  readonly timeout?: number;
  readonly sends?: number;
  readonly maxTokens?: number;
  readonly store?: string;
}

/** The settings of the writer llm. @throws UsageError when it is not told where the model is. */
function llmSettings(options: LlmOptions) {
  const { apiKeyVariable, temperature, topP, replyTokens, jsonSchema, prompts } = options;
  const { concurrency, timeout, sends, maxTokens, store } = options;
  return {
    baseUrl: needed(options.baseUrl, '--base-url <url>'),
    model: needed(options.model, '--model <name>'),
    ...{ apiKeyVariable, temperature, topP, replyTokens, jsonSchema, prompts },
    ...{ concurrency, timeoutSeconds: timeout, sends, maxTokens, store },
  };
}

/** The writer with its settings. @throws UsageError when an option is of another writer. */
function writerOf(options: LlmOptions): { name: string } {
  const { writer: name } = options;
  if (name === 'llm') return { name, ...llmSettings(options) };
  const stray = LLM_OPTIONS.find(option => options[option] !== undefined);
  if (stray === undefined) return { name };
  const flag = `--${stray.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
  throw new UsageError({ fault: `${flag} is for the writer llm`, mend: 'add --writer llm, or leave it out' });
}

const LLM_OPTIONS = [
  'baseUrl',
  'model',
  'apiKeyVariable',
  'temperature',
  'topP',
  'replyTokens',
  'jsonSchema',
  'prompts',
  'concurrency',
  'timeout',
  'sends',
  'maxTokens',
  'store',
] as const satisfies readonly (keyof LlmOptions)[];

/** @throws UsageError when an option that this work needs is not given. */
function needed(value: string | undefined, option: string): string {
  if (value !== undefined) return value;
  throw new UsageError({
    fault: `required option '${option}' not specified`,
    mend: 'see synray reports --help',
  });
}
