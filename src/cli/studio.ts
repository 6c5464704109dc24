import type { Command } from 'commander';
import { say } from '../base/index.js';
import { addVerb, print, type Session, wholeNumber } from './verb.js';

/** `synray studio` */
export function studioVerb(program: Command, session: Session): void {
  addVerb(program, 'studio', 'look at data sets and runs in the browser', [
    'studio runs/quickstart',
    'studio runs --port 8080',
  ])
    .argument('<folder>', 'a data set, a run, or a folder of them')
    .option('--port <n>', 'port (0: any free one)', wholeNumber(0), 4870)
    .option(
      '--host <address>',
      'address to listen on: pictures of patients are not for the network',
      '127.0.0.1',
    )
    .action(async (folder, options) => {
      const { serveStudio } = await import('../studio/index.js');
      const studio = await serveStudio({
        folder,
        host: options.host,
        port: options.port,
        signal: session.signal,
      });
      say(`studio: ${studio.url} (Ctrl-C ends it)`);
      await studio.closed;
      print(session, options, { json: { url: studio.url }, text: '' });
    });
}
