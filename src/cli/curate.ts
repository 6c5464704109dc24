import type { Command } from 'commander';
import { UsageError, watchProgress } from '../base/index.js';
import { addVerb, listOf, numberBetween, print, repeated, type Session, wholeNumber } from './verb.js';

/** `synray curate` */
export function curateVerb(program: Command, session: Session): void {
  addVerb(program, 'curate', 'keep the good samples of a data set, and list the others with the reason', [
    'curate runs/mine --out runs/mine-clean --page rejected.html',
    'curate runs/mine --out clean --checks pixels,duplicates --inverted mend',
    'curate runs/mine --out clean --model runs/reader --bad bad-pictures --centre runs/mine',
    'curate runs/mine --out clean --judge --base-url http://localhost:8000/v1 --model-name internvl2-26b',
    'curate --print-questions questions.yaml',
  ])
    .argument('[dataset]', 'folder of a data set')
    .option('--out <folder>', 'folder of the curated data set')
    .option(
      '--checks <names>',
      'checks to make, by name or group, see below (default: pixels,reports,duplicates)',
      listOf,
    )
    .option('--inverted <mode>', 'inverted pictures (bone is black): reject or mend', 'reject')
    .option('--page <file>', 'also write a page of what was rejected and why (HTML)')
    .option('--model <run>', 'training run whose model compares pictures with pictures and reports')
    .option('--bad <folder>', 'model: refuse what is like a picture in this folder or data set', repeated)
    .option(
      '--bad-threshold <t>',
      'model: greatest likeness to a bad picture (default: 0.5)',
      numberBetween(-1, 1),
    )
    .option('--like <folder>', 'model: refuse what is like no picture in this folder or data set', repeated)
    .option(
      '--like-threshold <t>',
      'model: least likeness to the nearest (default: 0.5)',
      numberBetween(-1, 1),
    )
    .option('--centre <folder>', 'model: measure likeness from the mean of these ordinary pictures', repeated)
    .option(
      '--agreement',
      'model: refuse pictures that other reports of the data set fit better than their own',
    )
    .option(
      '--agreement-threshold <share>',
      'model: greatest share of other reports that may fit better (default: 0.5)',
      numberBetween(0, 1),
    )
    .option(
      '--judge',
      'ask a vision model at a chat endpoint about each picture that passed the other checks',
    )
    .option('--base-url <url>', 'judge: address of the endpoint, without /chat/completions')
    .option('--model-name <name>', 'judge: name of the model at that endpoint')
    .option('--questions <file>', 'judge: your own questions, see --print-questions')
    .option('--asks <n>', 'judge: asks until the answer is yes or no (default: 3)', wholeNumber(1))
    .option(
      '--picture-size <n>',
      'judge: longer side of the picture that is sent (default: 512)',
      wholeNumber(64),
    )
    .option('--reply-tokens <n>', 'judge: most tokens of one reply (default: 16)', wholeNumber(1))
    .option('--api-key-variable <name>', 'judge: environment variable with the key (default: OPENAI_API_KEY)')
    .option('--concurrency <n>', 'judge: most requests at once (default: 32)', wholeNumber(1))
    .option('--timeout <seconds>', 'judge: longest wait for a reply (default: 120)', wholeNumber(1))
    .option(
      '--sends <n>',
      'judge: most sends of one request while the server fails (default: 6)',
      wholeNumber(1),
    )
    .option('--max-tokens <n>', 'judge: token budget of this run; stops before it is passed', wholeNumber(1))
    .option('--store <folder>', 'judge: where replies are kept (default: <out>.curation/replies)')
    .option(
      '--print-questions <file>',
      "copy the judge's questions into a file, to be edited, and do nothing else",
    )
    .addHelpText(
      'after',
      '\nChecks of the group pixels: size, shape, contrast, exposure, borders (uniform margins, half-loaded files), noise,' +
        '\nblur, moire and keystone (photographed screens), frontal (not a frontal chest X-ray), inversion. Of the group' +
        '\nreports: boilerplate, contradiction. In no group: empty-report, and duplicates (near copies of a picture that' +
        '\nwas kept). Pictures of 16 bits are judged as their 8-bit copies. --inverted mend exchanges black and white of' +
        '\nthe picture and of its twins, and says so in the verdict.\n' +
        '\nStopped or out of budget, the verb ends with exit code 1 and writes no data set; verdicts and replies are kept' +
        '\nin <out>.curation, and the same command goes on from them. What is left out is listed, with all its scores, in' +
        '\n<out>/rejected.jsonl. The paper’s rule (likeness above 0.5 to any bad picture) is meant for the vectors of a' +
        '\nlarge encoder; with a small model name ordinary pictures with --centre, and look at the scores on the page.',
    )
    .action(async (dataset: string | undefined, options) => {
      const { copyQuestions, curateDataset } = await import('../curation/index.js');
      if (options.printQuestions !== undefined) {
        await copyQuestions(options.printQuestions);
        const file = options.printQuestions;
        print(session, options, { json: { file }, text: file });
        return;
      }
      const source = needed(dataset, '<dataset>');
      const out = needed(options.out, '--out <folder>');
      const { model, bad, like, centre, badThreshold, likeThreshold, agreementThreshold } = options;
      const progress = watchProgress('judging', 'samples');
      const result = await curateDataset(source, out, {
        checks: options.checks,
        inverted: invertedMode(options.inverted),
        settings: {
          ...{ model, bad, like, centre, badThreshold, likeThreshold, agreementThreshold },
          reports: options.agreement === true ? source : undefined,
          judge: judgeOf(options),
        },
        signal: session.signal,
        onProgress: progress.update,
      }).finally(progress.stop);
      if (options.page !== undefined) {
        const { writeCurationPage } = await import('../study/curation-page/index.js');
        await writeCurationPage({ source, curated: out, out: options.page });
      }
      const { kept, rejected, mended, undecided } = result;
      const more = `${mended === 0 ? '' : `, ${mended} mended`}${undecided === 0 ? '' : `, ${undecided} undecided`}`;
      print(session, options, {
        json: { ...result, page: options.page ?? null },
        text: `${out}: ${kept} samples kept, ${rejected} refused${more}`,
      });
    });
}

interface JudgeOptions {
  readonly judge?: true;
  readonly baseUrl?: string;
  readonly modelName?: string;
  readonly questions?: string;
  readonly asks?: number;
  readonly pictureSize?: number;
  readonly replyTokens?: number;
  readonly apiKeyVariable?: string;
  readonly concurrency?: number;
  readonly timeout?: number;
  readonly sends?: number;
  readonly maxTokens?: number;
  readonly store?: string;
}

const JUDGE_OPTIONS = [
  'baseUrl',
  'modelName',
  'questions',
  'asks',
  'pictureSize',
  'replyTokens',
  'apiKeyVariable',
  'concurrency',
  'timeout',
  'sends',
  'maxTokens',
  'store',
] as const satisfies readonly (keyof JudgeOptions)[];

/** The judge's settings. @throws UsageError when they are not whole, or given without --judge. */
function judgeOf(options: JudgeOptions) {
  if (options.judge !== true) {
    const stray = JUDGE_OPTIONS.find(option => options[option] !== undefined);
    if (stray === undefined) return undefined;
    const flag = `--${stray.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
    throw new UsageError({ fault: `${flag} is for the judge`, mend: 'add --judge, or leave it out' });
  }
  const { questions, asks, pictureSize, replyTokens, apiKeyVariable } = options;
  const { concurrency, timeout, sends, maxTokens, store } = options;
  return {
    baseUrl: needed(options.baseUrl, '--base-url <url>'),
    model: needed(options.modelName, '--model-name <name>'),
    ...{ questions, asks, size: pictureSize, replyTokens, apiKeyVariable },
    ...{ concurrency, timeoutSeconds: timeout, sends, maxTokens, store },
  };
}

function invertedMode(text: string): 'reject' | 'mend' {
  if (text === 'reject' || text === 'mend') return text;
  throw new UsageError({ fault: `--inverted ${text}: there is no such mode`, mend: 'use reject or mend' });
}

/** @throws UsageError when something that this work needs is not given. */
function needed(value: string | undefined, what: string): string {
  if (value !== undefined) return value;
  const fault = what.startsWith('-') ? `required option '${what}' not specified` : `missing argument ${what}`;
  throw new UsageError({ fault, mend: 'see synray curate --help' });
}
