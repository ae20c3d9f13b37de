import { link, readFile, rm, writeFile } from 'node:fs/promises';

import { EmbeddedError } from './embedded.error.ts';

/**
 * Holds `file` for this process until the returned function is called.
 * The holder is named by pid and start time, so that a reused pid does not look like the holder.
 */
export async function acquireLock(file: string, what: string): Promise<() => Promise<void>> {
  const mine = `${file}.${process.pid}`;
  try {
    await writeFile(mine, `${process.pid} ${(await startTime(process.pid)) ?? ''}`, { mode: 0o644 });
    // A link appears with its content, where a new file could be read while it is still empty.
    while (!(await linked(mine, file))) await removeStale(file, what);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EACCES') throw cause;
    throw new EmbeddedError('other-owner', `${file} cannot be written: start as the user who owns that folder.`, {
      cause,
    });
  } finally {
    await rm(mine, { force: true });
  }
  return () => rm(file, { force: true });
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeStale(file: string, what: string): Promise<void> {
  const [pid = '', since = ''] = (await readFile(file, 'utf8').catch(() => '')).split(' ');
  if (await isRunning(Number(pid), since)) {
    throw new EmbeddedError('in-use', `${what} is in use by process ${pid}: stop that one first (kill ${pid}).`);
  }
  await rm(file, { force: true });
}

/** True when the process exists and, where /proc can tell, is the one that started at `since`. */
async function isRunning(pid: number, since: string): Promise<boolean> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return since === '' || (await startTime(pid)) === since;
}

/** Ticks since boot at which a living process started (proc_pid_stat(5)); undefined for a zombie or without /proc. */
async function startTime(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' ? undefined : fields[18];
}
