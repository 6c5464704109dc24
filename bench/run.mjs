// `npm run bench NAME -- words`: runs bench/NAME.bench.mjs, whose default export gets the words. Without a name, lists them.
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { setupOrExit } from '../scripts/setup.mjs';

const FOLDER = dirname(fileURLToPath(import.meta.url));
const SUFFIX = '.bench.mjs';
const [name, ...words] = process.argv.slice(2);
const names = readdirSync(FOLDER)
  .filter(file => file.endsWith(SUFFIX))
  .map(file => file.slice(0, -SUFFIX.length));

if (name === undefined || !names.includes(name) || !existsSync(join(FOLDER, name + SUFFIX))) {
  process.stderr.write(
    `${name === undefined ? '' : `there is no bench "${name}". `}npm run bench NAME, with NAME one of: ${names.join(', ')}\n`,
  );
  process.exitCode = name === undefined ? 0 : 2;
} else {
  await setupOrExit();
  const bench = await import(pathToFileURL(join(FOLDER, name + SUFFIX)).href);
  await bench.default(words);
}
