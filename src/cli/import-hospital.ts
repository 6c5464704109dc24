import type { Command } from 'commander';
import { watchProgress } from '../base/index.js';
import { addVerb, print, type Session, wholeNumber } from './verb.js';

/** `synray import hospital` */
export function importHospitalVerb(group: Command, session: Session): void {
  addVerb(
    group,
    'hospital',
    'simulate a hospital: patients, pictures and reports that stand in for real ones where there are none',
    [
      'import hospital --patients 2000 --seed 1 --out runs/hospital',
      'import hospital --hospital b --patients 300 --enrich 50 --seed 1 --out runs/hospital-test',
    ],
  )
    .requiredOption(
      '--patients <number>',
      'patients as they come, each with one study or several',
      wholeNumber(1),
    )
    .requiredOption('--out <folder>', 'folder of the data set; goes on where it stopped')
    .option('--seed <number>', 'of all that is drawn', wholeNumber(0), 0)
    .option('--hospital <name>', 'a (for training), b (for tests), or a YAML file like theirs', 'a')
    .option(
      '--enrich <number>',
      'let more patients in until each of the 14 labels has so many pictures',
      wholeNumber(0),
      0,
    )
    .option('--size <pixels>', 'side of the square pictures, 128 to 1024', wholeNumber(128), 128)
    .action(async ({ patients, out, seed, hospital, enrich, size, ...options }) => {
      const { simulateHospital } = await import('../jobs/index.js');
      const progress = watchProgress('patients', 'patients');
      const result = await simulateHospital({
        recipe: { hospital, patients, enrich, size, seed },
        out,
        signal: session.signal,
        onProgress: progress.update,
      }).finally(progress.stop);
      const { samples, seconds } = result;
      print(session, options, {
        json: result,
        text: `${out}: ${samples} simulated studies of ${result.patients} patients in ${seconds.toFixed(0)} s`,
      });
    });
}
