import { type Command, InvalidArgumentError, Option } from 'commander';
import type { OptionSpec } from '../base/index.js';

/** What a verb gets from the process. */
export interface Session {
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** What the process exits with when the verb ends without an error. */
  exitCode: 0 | 1;
}

/** What a verb answers. */
export interface Answer {
  /** The final JSON object of `--json`. */
  readonly json: object;
  /** The same for people. */
  readonly text: string;
  /** 1 when the verb did its work and what it found is a fault (doctor). */
  readonly exitCode?: 0 | 1;
}

/**
 * Adds a verb with `--json`, help with examples, and the printing of its answer.
 * @param examples - Command lines without the leading `synray`.
 */
export function addVerb(
  parent: Command,
  name: string,
  summary: string,
  examples: readonly string[],
): Command {
  return parent
    .command(name)
    .summary(summary)
    .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
    .option('--json', 'print one final JSON object on stdout (logs and progress go to stderr)')
    .option('--verbose', 'when something fails, show where in the code (so does SYNRAY_DEBUG=1)')
    .addHelpText('after', `\nExamples:\n${examples.map(line => `  synray ${line}`).join('\n')}`);
}

/** Adds the options that something in a registry declares. */
export function addOptions(verb: Command, specs: readonly OptionSpec[]): Command {
  for (const { flags, help, value = 'text', required = false } of specs) {
    const option = new Option(flags, help).makeOptionMandatory(required);
    if (value === 'list') option.argParser(listOf);
    else if (value === 'repeated') option.argParser(repeated);
    else if (typeof value === 'object') {
      option.argParser('whole' in value ? wholeNumber(value.whole) : numberBetween(value.from, value.to));
    }
    verb.addOption(option);
  }
  return verb;
}

/** Adds a group of verbs, such as `import`. */
export function addGroup(parent: Command, name: string, summary: string): Command {
  return parent
    .command(name)
    .summary(summary)
    .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
    .helpCommand(false);
}

/** Prints the answer on stdout: with `--json` as one line of JSON, else as text. */
export function print(session: Session, options: { json?: boolean }, answer: Answer): void {
  process.stdout.write(`${options.json === true ? JSON.stringify(answer.json) : answer.text}\n`);
  session.exitCode = answer.exitCode ?? 0;
}

/** Option value: a whole number from `least` up. */
export function wholeNumber(least: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`Give a whole number, ${least} or more.`);
    }
    return value;
  };
}

/** Option value: a number between two bounds, both included. */
export function numberBetween(least: number, most: number): (text: string) => number {
  return text => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most)) {
      throw new InvalidArgumentError(`Give a number from ${least} to ${most}.`);
    }
    return value;
  };
}

/** Option value: a word list, from an option that may be given again and again or with commas. */
export function listOf(text: string, before: readonly string[] = []): string[] {
  return [...before, ...text.split(',').map(word => word.trim())].filter(word => word !== '');
}

/** Option value: a path from an option that may be given again and again. */
export function repeated(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
