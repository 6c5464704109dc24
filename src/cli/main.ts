import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { messageOf, SynrayError, say } from '../base/index.js';
import { compareVerb } from './compare.js';
import { curateVerb } from './curate.js';
import { doctorVerb } from './doctor.js';
import { entitiesVerb } from './entities.js';
import { evaluateVerb } from './evaluate.js';
import { exportVerb } from './export.js';
import { galleryVerb } from './gallery.js';
import { generateVerb } from './generate.js';
import { importVerb } from './import.js';
import { Interrupted, watchSignals } from './interrupt.js';
import { planVerb } from './plan.js';
import { pretrainVerb } from './pretrain.js';
import { quickstartVerb } from './quickstart.js';
import { reportsVerb } from './reports.js';
import { studioVerb } from './studio.js';
import { studyVerb } from './study.js';
import type { Session } from './verb.js';
import { verifyVerb } from './verify.js';

/** In the order of the work, as `synray --help` lists them. */
const VERBS = [
  quickstartVerb,
  doctorVerb,
  importVerb,
  verifyVerb,
  entitiesVerb,
  planVerb,
  reportsVerb,
  generateVerb,
  curateVerb,
  pretrainVerb,
  evaluateVerb,
  compareVerb,
  studyVerb,
  exportVerb,
  studioVerb,
  galleryVerb,
];

/**
 * Runs one command line.
 * @param words - What stands after `synray`.
 * @returns the exit code: 0, 1 failed or interrupted, 2 wrong usage
 */
export async function main(words: readonly string[]): Promise<0 | 1 | 2> {
  const signals = watchSignals();
  const session: Session = { signal: signals.signal, exitCode: 0 };
  const program = new Command('synray')
    .description('Synthetic chest X-rays and reports, models trained on them, and the measure of both.')
    .version(version(), '--version', 'print the version')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .addHelpText('after', '\nEvery verb has --help, with examples, and --json.');
  for (const add of VERBS) await add(program, session, words);
  // Faults are printed once, below, in the one form that all errors have.
  forEachCommand(program, command => command.exitOverride().configureOutput({ outputError: () => {} }));
  // A reader such as `head` may close the pipe early: that is no fault.
  process.stdout.on('error', error => {
    if ('code' in error && error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    await program.parseAsync(words, { from: 'user' });
    return session.exitCode;
  } catch (error) {
    return report(
      error,
      signals.signal,
      words.includes('--verbose') || process.env.SYNRAY_DEBUG !== undefined,
    );
  } finally {
    signals.stop();
  }
}

/** Says in one line what went wrong. The stack is for who asks for it. */
function report(error: unknown, signal: AbortSignal, verbose: boolean): 0 | 1 | 2 {
  if (error instanceof CommanderError) return reportUsage(error);
  if (signal.aborted && (error instanceof Interrupted || isAbort(error))) {
    say('synray: stopped; what is finished is kept: run the same command again to go on');
    return 1;
  }
  const known = error instanceof SynrayError;
  say(`synray: ${known ? '' : 'unexpected error: '}${messageOf(error)}`);
  if (verbose && error instanceof Error) say(error.stack ?? '');
  else if (!known) say('synray: --verbose shows where it happened');
  return known ? error.exitCode : 1;
}

function reportUsage(error: CommanderError): 0 | 2 {
  const asked = ['commander.help', 'commander.helpDisplayed', 'commander.version'].includes(error.code);
  if (asked && error.exitCode === 0) return 0;
  if (error.code === 'commander.help') return 2;
  say(`synray: ${messageOf(error).replace(/^error: /, '')} (see synray --help, or --help after the verb)`);
  return 2;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.cause instanceof Interrupted);
}

function forEachCommand(command: Command, visit: (command: Command) => void): void {
  visit(command);
  for (const child of command.commands) forEachCommand(child, visit);
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}
