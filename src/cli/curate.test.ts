import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { checkNames } from '../curation/index.js';
import { curateVerb } from './curate.js';

describe('synray curate --help', () => {
  it('names every check that --checks takes', () => {
    let help = '';
    const program = new Command().configureOutput({ writeOut: text => (help += text) });
    curateVerb(program, { signal: new AbortController().signal, exitCode: 0 });
    program.commands[0]!.configureOutput({ writeOut: text => (help += text) }).outputHelp();
    for (const name of checkNames()) expect(help).toMatch(new RegExp(`\\b${name}\\b`));
  });
});
