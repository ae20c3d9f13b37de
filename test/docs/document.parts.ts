import { access, constants } from 'node:fs/promises';
import path from 'node:path';

import { COSIGN_MAJORS, findCosign } from '../interop/cosign.js';
import { findDockerRegistry, findOlareg, findOras, type Search } from '../oci/programs.js';
import { RegistryProcess } from '../oci/registry.process.js';
import { type DocumentStep } from './console-blocks.js';
import type { DocumentParts } from './document.runner.js';
import { AtomService, RegistryService, SigstoreService } from './document.services.js';

export interface FoundParts extends DocumentParts {
  /** Why this machine lacks a program or a service, by its name. */
  readonly missing: Readonly<Record<string, string>>;
}

/** What the documents of Atom call and start. CI fails where something is missing. */
export async function findParts(): Promise<FoundParts> {
  const searches: Record<string, Search> = { oras: await findOras(), kubectl: await findKubectl() };
  // `cosign` is version 3 there, `cosign2` version 2.
  for (const major of COSIGN_MAJORS) searches[major === 3 ? 'cosign' : `cosign${major}`] = await findCosign(major);
  const services: DocumentParts['services'] = {
    atom: () => new AtomService(),
    sigstore: () => new SigstoreService(),
  };
  const registry = await findRegistry();
  const all = Object.entries({ ...searches, registry });
  return {
    programs: Object.fromEntries(
      Object.entries(searches).flatMap(([name, found]) => ('program' in found ? [[name, found.program]] : [])),
    ),
    services: 'start' in registry ? { ...services, registry: () => new RegistryService(registry.start) } : services,
    missing: Object.fromEntries(all.flatMap(([name, found]) => ('missing' in found ? [[name, found.missing]] : []))),
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

type RegistrySearch = { readonly start: () => Promise<RegistryProcess> } | { readonly missing: string };

async function findRegistry(): Promise<RegistrySearch> {
  const debian = await findDockerRegistry();
  if ('program' in debian) return { start: () => RegistryProcess.distribution(debian.program) };
  const olareg = await findOlareg();
  return 'program' in olareg ? { start: () => RegistryProcess.olareg(olareg.program) } : olareg;
}

async function findKubectl(): Promise<Search> {
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const program = path.join(folder, 'kubectl');
    try {
      await access(program, constants.X_OK);
      return { program };
    } catch {
      continue; // not here
    }
  }
  return { missing: 'kubectl is not on the PATH: install kubernetes-client.' };
}
