import type { Command } from 'commander';
import { addVerb, listOf, print, type Session, wholeNumber } from './verb.js';

/** `synray gallery` */
export function galleryVerb(program: Command, session: Session): void {
  addVerb(program, 'gallery', "a page or contact sheet of a painter's findings, with what each changed", [
    'gallery --out gallery.html',
    'gallery --concepts cardiomegaly,"pleural effusion" --columns 6 --out two.png',
  ])
    .requiredOption('--out <file>', 'page (.html) or contact sheet (.png) to write')
    .option('--painter <name>', 'who paints', 'simulator')
    .option('--concepts <names>', 'findings to show (default: all that it can show)', listOf)
    .option('--columns <n>', 'examples of each', wholeNumber(1), 4)
    .option('--size <n>', 'side of each picture in pixels', wholeNumber(128), 192)
    .option('--seed <n>', 'seed', wholeNumber(0), 0)
    .action(async options => {
      const { renderGallery } = await import('../images/index.js');
      const { out, painter, concepts, columns, size, seed } = options;
      const result = await renderGallery({
        out,
        painter,
        concepts,
        columns,
        size,
        seed,
        signal: session.signal,
      });
      print(session, options, { json: result, text: `${out}: ${result.pictures} pictures` });
    });
}
