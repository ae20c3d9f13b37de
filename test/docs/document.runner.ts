import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { type CommandStep, type DocumentStep, outputMatches, readDocument } from './console-blocks.js';
import { ConsoleSession } from './console-session.js';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** What a document may start. */
export interface DocumentService {
  /** Answers the environment that the commands after it get. Called again, it goes on with its data and other settings. */
  start(folder: string, settings: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

export interface DocumentParts {
  /** Programs beside `atomctl`, by the name that the document calls them. */
  readonly programs: Readonly<Record<string, string>>;
  /** Made anew for each document. */
  readonly services: Readonly<Record<string, () => DocumentService>>;
}

/**
 * Does what a document says, from its first line to its last, in one terminal and an empty folder, with no way to the
 * network. Answers the commands that it ran; throws at the first that does not do what the document promises, with its line.
 */
export async function runDocument(file: string, parts: DocumentParts): Promise<readonly CommandStep[]> {
  const steps = readDocument(await readFile(path.resolve(ROOT, file), 'utf8'));
  const home = await mkdtemp(path.join(os.tmpdir(), 'atom-docs-'));
  const folder = path.join(home, 'work');
  await mkdir(folder);
  const session = new ConsoleSession(folder, await environment(home, parts.programs));
  const services = new Map<string, DocumentService>();
  const ran: CommandStep[] = [];
  try {
    for (const step of steps) {
      await explained(file, step, async () => {
        if (step.kind === 'file') await writeDeep(path.join(folder, step.path), step.content);
        else if (step.kind === 'start') await start(step, folder, session, parts, services);
        else ran.push(await runCommand(step, session));
      });
    }
    return ran;
  } finally {
    await session.close();
    for (const service of [...services.values()].reverse()) await service.stop();
    await rm(home, { recursive: true, force: true });
  }
}

async function runCommand(step: CommandStep, session: ConsoleSession): Promise<CommandStep> {
  const { output, succeeded } = await session.run(step.text, step.mustFail);
  if (succeeded === step.mustFail) {
    throw new Error(`${step.mustFail ? 'it had to fail and did not' : 'it failed'}. It printed:\n${output}`);
  }
  if (step.output !== undefined && !outputMatches(step.output, output)) {
    throw new Error(`the document shows other output than was printed:\n${output}`);
  }
  return step;
}

async function start(
  step: Extract<DocumentStep, { kind: 'start' }>,
  folder: string,
  session: ConsoleSession,
  parts: DocumentParts,
  started: Map<string, DocumentService>,
): Promise<void> {
  const service = started.get(step.service) ?? parts.services[step.service]?.();
  if (!service) throw new Error(`nothing is called "${step.service}" here`);
  started.set(step.service, service);
  const settings: Record<string, string> = {};
  for (const [name, value] of Object.entries(step.settings)) settings[name] = await expanded(value, session);
  const exported = Object.entries(await service.start(folder, settings));
  for (const [name, value] of exported) await session.run(`export ${name}='${value}'`);
}

/** With the variables that it names, as the terminal has them. */
async function expanded(value: string, session: ConsoleSession): Promise<string> {
  if (!value.includes('$')) return value;
  const { output, succeeded } = await session.run(`printf %s "${value}"`);
  if (!succeeded) throw new Error(output);
  return output;
}

async function explained(file: string, step: DocumentStep, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const shown = step.kind === 'command' ? `$ ${step.text}` : `<!-- ${step.kind} -->`;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${file}:${step.line}: ${shown}\n${reason}`, { cause });
  }
}

/** Nothing of the test's own environment but PATH; a home of its own, so that no program finds a person's settings. */
async function environment(
  home: string,
  programs: DocumentParts['programs'],
): Promise<Readonly<Record<string, string>>> {
  const shims = path.join(home, 'bin');
  const calls = { ...programs, atomctl: `${process.execPath}' '${path.join(ROOT, 'dist/cli/atomctl.js')}` };
  for (const [name, call] of Object.entries(calls)) {
    await writeDeep(path.join(shims, name), `#!/bin/sh\nexec '${call}' "$@"\n`);
    await chmod(path.join(shims, name), 0o755);
  }
  const nowhere = 'http://127.0.0.1:1'; // whoever asks the network is refused at once
  return {
    PATH: `${shims}${path.delimiter}${process.env['PATH'] ?? ''}`,
    HOME: home,
    REPOSITORY: ROOT,
    LANG: 'C.UTF-8',
    NO_COLOR: '1',
    HTTP_PROXY: nowhere,
    HTTPS_PROXY: nowhere,
    NO_PROXY: '127.0.0.1,localhost',
  };
}

async function writeDeep(file: string, content: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
}
