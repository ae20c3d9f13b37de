import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { createTokenText } from '../access/index.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** The files of `.atom/`, as paths relative to the project, as a person in it would write them. */
export const FILES = {
  state: '.atom',
  logs: '.atom/logs',
  keys: '.atom/keys',
  privateKey: '.atom/keys/dev.key',
  publicKey: '.atom/keys/dev.pub',
  token: '.atom/token',
  kubeconfig: '.atom/kubeconfig',
  databaseUrl: '.atom/database-url',
  lock: '.atom/quickstart.lock',
  source: '.atom/packages/restart-unhealthy',
  package: '.atom/packages/restart-unhealthy.wpk.tgz',
  playbook: 'playbooks/restart-unhealthy.wpk.yaml',
} as const;

export function inProject(file: string): string {
  return path.join(ROOT, file);
}

/** The folder stays open to others, the database account among them; each secret file in it is closed. */
export async function makeFolders(): Promise<void> {
  for (const folder of [FILES.state, FILES.logs, FILES.source]) await mkdir(inProject(folder), { recursive: true });
  await mkdir(inProject(FILES.keys), { recursive: true, mode: 0o700 });
}

export async function writeSecret(file: string, text: string): Promise<void> {
  await writeFile(inProject(file), text, { mode: 0o600 });
  await chmod(inProject(file), 0o600); // the mode above counts for new files only
}

/** The admin token of this installation: the given one, else the one of the last start, else a new one. */
export async function bootstrapToken(given: string | undefined): Promise<string> {
  const known = await readFile(inProject(FILES.token), 'utf8').catch(() => '');
  const token = given ?? (known.trim() || createTokenText());
  await writeSecret(FILES.token, `${token}\n`);
  return token;
}
