import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, SetupError } from './errors.js';

/** The folder of what was built from C++: `SYNRAY_NATIVE`, else `build/native` in the package. */
export function nativeFolder(): string {
  const chosen = process.env.SYNRAY_NATIVE;
  return chosen !== undefined && chosen !== '' ? resolve(chosen) : join(packageRoot(), 'build', 'native');
}

/**
 * Loads a library that was built from C++.
 * @param name - NAME.node in {@link nativeFolder}.
 * @param called - What people call it, for errors.
 * @param hint - Why it may not load although it is there.
 * @throws SetupError where it was not built, or does not load.
 */
export function loadAddon(name: string, called: string, hint: string): unknown {
  const path = join(nativeFolder(), `${name}.node`);
  if (!existsSync(path)) {
    throw new SetupError({ file: path, fault: `${called} is not built`, mend: 'run npm run setup' });
  }
  try {
    return createRequire(import.meta.url)(path);
  } catch (error) {
    throw new SetupError({
      file: path,
      fault: `${called} does not load: ${messageOf(error)}`,
      mend: `run npm run setup again: ${hint}`,
      cause: error,
    });
  }
}

function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
