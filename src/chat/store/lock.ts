import { randomBytes } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { InputError, UsageError } from '../../base/index.js';

/** Milliseconds in which processes that want a folder at the same time find out who has it. */
const SETTLING = 20;

/** Who holds a folder. */
const Holder = z.object({ pid: z.int().min(1), started: z.string(), host: z.string() });
type Holder = z.infer<typeof Holder>;

/**
 * Keeps a folder for this process, by a file `lock` in it that names the process. The lock of a process that died
 * is taken over; processes are told apart by number and time of start, since numbers come round again.
 * @returns What gives the folder free.
 * @throws UsageError when another process, or another part of this one, holds the folder.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  const own = JSON.stringify({
    pid: process.pid,
    started: (await startOf(process.pid)) ?? '',
    host: hostname(),
    // Tells two locks of one process apart.
    mark: randomBytes(8).toString('hex'),
  });
  // Written aside and linked, so that no one ever reads half a lock.
  const draft = join(folder, `.lock.${process.pid}.${randomBytes(4).toString('hex')}`);
  await writeFile(draft, own);
  try {
    for (let turn = 0; ; turn++) {
      if (await linked(draft, path)) {
        if (await remains(path, own)) break;
        throw held(path, undefined);
      }
      const found = await contentOf(path);
      if (found === undefined) continue;
      const holder = await livingHolder(found, path);
      if (holder !== undefined || turn > 3) throw held(path, holder);
      await discard(path, found);
    }
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await contentOf(path)) === own) await rm(path, { force: true });
  };
}

/** The holder that a lock names, if it is alive or cannot be looked up from here. */
async function livingHolder(content: string, path: string): Promise<Holder | undefined> {
  let holder: Holder;
  try {
    holder = Holder.parse(JSON.parse(content));
  } catch {
    throw new InputError({
      file: path,
      fault: 'this is not a lock of synray',
      mend: 'remove it if no other process uses the folder',
    });
  }
  if (holder.host !== hostname()) return holder;
  const started = await startOf(holder.pid);
  if (started === undefined) return undefined;
  return holder.started === '' || started === '' || holder.started === started ? holder : undefined;
}

function held(path: string, holder: Holder | undefined): UsageError {
  if (holder !== undefined && holder.host !== hostname()) {
    return new UsageError({
      file: path,
      fault: `process ${holder.pid} on ${holder.host} uses this store of replies`,
      mend: 'give each run a store of its own, or remove the file if that process is gone',
    });
  }
  return new UsageError({
    file: path,
    fault: `${holder === undefined ? 'another process' : `process ${holder.pid}`} uses this store of replies`,
    mend: 'wait for it to end, or give this run a store of its own',
  });
}

/**
 * When a process started, in a form that only equality is asked of; '' where the system does not tell, undefined
 * when there is no such process.
 */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
  }
  try {
    // Field 22 of /proc/PID/stat; the name of the program before it may hold spaces and brackets.
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    return `${boot.trim()} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''}`;
  } catch {
    return '';
  }
}

/** Removes a dead process's lock, unless another process was faster and the file is now its lock. */
async function discard(path: string, expected: string): Promise<void> {
  const aside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await contentOf(aside)) !== expected) await linked(aside, path);
  await rm(aside, { force: true });
}

/**
 * Whether a lock just made is still there after a moment: of several processes that take over a dead one's lock
 * together, a slow one may have moved it aside for the dead one's.
 */
async function remains(path: string, own: string): Promise<boolean> {
  for (let look = 0; look < 5; look++) {
    await sleep(SETTLING);
    const content = await contentOf(path);
    if (content !== undefined) return content === own;
  }
  return false;
}

/** Gives a file a second name, if that is free. */
async function linked(file: string, name: string): Promise<boolean> {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
