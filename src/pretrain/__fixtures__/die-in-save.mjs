/**
 * Loaded with `node --import` before the program: kills the process (SIGKILL, nothing is cleaned up) when it has
 * written half of the tensors of a checkpoint. `DIE_IN_SAVE` says of which, counted from 1.
 */
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const open = promises.open;
let saves = 0;

promises.open = async (path, ...rest) => {
  const file = await open(path, ...rest);
  if (rest[0] !== 'w' || !/\.step-\d+\.safetensors\..*\.tmp$/.test(String(path))) return file;
  if (++saves !== Number(process.env.DIE_IN_SAVE)) return file;
  const write = file.writeFile.bind(file);
  let writes = 0;
  file.writeFile = async content => {
    if (++writes === 20) process.kill(process.pid, 'SIGKILL');
    await write(content);
  };
  return file;
};
syncBuiltinESMExports();
