import type { Command } from 'commander';
import { addVerb, print, type Session } from './verb.js';

/** `synray doctor` */
export function doctorVerb(program: Command, session: Session): void {
  addVerb(program, 'doctor', 'what is installed, what is missing, and how to mend it', [
    'doctor',
    'doctor --json',
  ]).action(async options => {
    const { examine, formatExamination } = await import('../study/doctor/index.js');
    const examination = await examine();
    print(session, options, {
      json: examination,
      text: formatExamination(examination),
      exitCode: examination.faults > 0 ? 1 : 0,
    });
  });
}
