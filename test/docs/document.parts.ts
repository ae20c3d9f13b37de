import { access, constants } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { COSIGN_MAJORS, findCosign } from '../interop/cosign.js';
import { findDockerRegistry, findOlareg, findOras, type Search } from '../oci/programs.js';
import { RegistryProcess } from '../oci/registry.process.js';
import { findVaultServer } from '../vault/vault.server.js';
import type { DocumentStep } from './console-blocks.js';
import type { DocumentParts, DocumentService } from './document.runner.js';
import { AtomService, RegistryService, SigstoreService, VaultService } from './document.services.js';

export interface FoundParts extends DocumentParts {
  /** Why this machine lacks a program or a service, by its name. */
  readonly missing: Readonly<Record<string, string>>;
}

type ServiceSearch = { readonly open: () => DocumentService } | { readonly missing: string };

/** What the documents of Atom call and start. CI fails where something is missing. */
export async function findParts(): Promise<FoundParts> {
  const programs: Record<string, Search> = {
    oras: await findOras(),
    kubectl: await findOnMachine('kubectl', 'Install kubernetes-client.'),
    vault: await findOnMachine('vault', 'Build it with `scripts/tools/install.sh vault`, which takes minutes once.'),
  };
  // `cosign` is version 3 there, `cosign2` version 2.
  for (const major of COSIGN_MAJORS) programs[major === 3 ? 'cosign' : `cosign${major}`] = await findCosign(major);
  const services: Record<string, ServiceSearch> = {
    atom: { open: () => new AtomService() },
    sigstore: { open: () => new SigstoreService() },
    registry: await findRegistry(),
    vault: await findVault(programs['vault']!),
  };
  return {
    programs: those(programs, (found) => ('program' in found ? found.program : undefined)),
    services: those(services, (found) => ('open' in found ? found.open : undefined)),
    missing: those({ ...programs, ...services }, (found) => ('missing' in found ? found.missing : undefined)),
  };
}

/** Why a document cannot be run here; nothing when it can. */
export function missingFor(steps: readonly DocumentStep[], { missing }: FoundParts): readonly string[] {
  return Object.entries(missing).flatMap(([name, why]) => (steps.some((step) => needs(step, name)) ? [why] : []));
}

function needs(step: DocumentStep, name: string): boolean {
  if (step.kind === 'start') return step.service === name;
  return step.kind === 'command' && new RegExp(`(^|[|&;(]\\s*)${name}\\s`, 'm').test(step.text);
}

function those<From, To>(all: Readonly<Record<string, From>>, choose: (from: From) => To | undefined) {
  const chosen = Object.entries(all).flatMap(([name, from]): (readonly [string, To])[] => {
    const to = choose(from);
    return to === undefined ? [] : [[name, to]];
  });
  return Object.fromEntries(chosen);
}

async function findRegistry(): Promise<ServiceSearch> {
  const debian = await findDockerRegistry();
  if ('program' in debian) {
    return { open: () => new RegistryService(() => RegistryProcess.distribution(debian.program)) };
  }
  const olareg = await findOlareg();
  if ('missing' in olareg) return olareg;
  return { open: () => new RegistryService(() => RegistryProcess.olareg(olareg.program)) };
}

/** The server is of no use to a document without the command line. */
async function findVault(commandLine: Search): Promise<ServiceSearch> {
  const search = 'missing' in commandLine ? commandLine : await findVaultServer();
  return 'missing' in search ? search : { open: () => new VaultService(search.program) };
}

/** From the PATH, or where scripts/tools/install.sh puts what it builds. */
async function findOnMachine(name: string, advice: string): Promise<Search> {
  const cache = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache'), 'atom', 'bin');
  for (const folder of [...(process.env['PATH'] ?? '').split(path.delimiter), process.env['ATOM_TOOLS'] ?? cache]) {
    const program = path.join(folder, name);
    try {
      await access(program, constants.X_OK);
      return { program };
    } catch {
      continue; // not here
    }
  }
  const missing = `${name} is not on this machine. ${advice}`;
  if (['true', '1'].includes(process.env['CI'] ?? '')) throw new Error(missing);
  return { missing };
}
