import { StepError } from '../step.error.js';
import { statusOf } from './api.failure.js';
import type { ClusterClient } from './cluster.client.js';
import { at, listAt, textAt } from './json.js';
import { builtInVersionOf } from './kind.versions.js';
import type { Resource } from './resource.js';

/** Finds out where kinds are served, and remembers it: definitions come and go far more rarely than they are asked for. */
export class ResourceCatalog {
  private readonly known = new Map<string, readonly Resource[]>();

  constructor(private readonly client: ClusterClient) {}

  /** @throws StepError STEP.REJECTED when the cluster has no such kind */
  async find(kind: string, given: string | undefined, signal: AbortSignal): Promise<Resource> {
    const apiVersion = given ?? builtInVersionOf(kind);
    if (apiVersion === undefined) {
      throw new StepError(
        'STEP.REJECTED',
        `${kind} is not a built-in kind: say its apiVersion, such as example.com/v1.`,
      );
    }
    const resources = this.known.get(apiVersion) ?? (await this.discover(apiVersion, signal));
    const found = resources.find((resource) => resource.kind === kind);
    if (found) return found;
    this.forget(apiVersion); // a definition may be installed later
    const served = resources.map((resource) => resource.kind).sort();
    throw new StepError('STEP.REJECTED', `The cluster serves no ${kind} in ${apiVersion}, only ${served.join(', ')}.`);
  }

  /** After a 404: the definition may be gone. */
  forget(apiVersion: string): void {
    this.known.delete(apiVersion);
  }

  private async discover(apiVersion: string, signal: AbortSignal): Promise<readonly Resource[]> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    try {
      const resources = readResources(apiVersion, await this.client.get({ path, signal }));
      this.known.set(apiVersion, resources);
      return resources;
    } catch (cause) {
      if (statusOf(cause) !== 404) throw cause;
      const hint = 'look at `kubectl api-versions`';
      throw new StepError('STEP.REJECTED', `The cluster does not serve apiVersion ${apiVersion}: ${hint}.`, { cause });
    }
  }
}

/** Reads a `metav1.APIResourceList`, where `plural/subresource` are rows of their own. */
export function readResources(apiVersion: string, answer: unknown): Resource[] {
  const [first = '', second] = apiVersion.split('/');
  const rows = listAt(answer, 'resources').map((row) => ({ row, name: textAt(row, 'name') ?? '' }));
  return rows
    .filter(({ name }) => name !== '' && !name.includes('/'))
    .map(({ row, name: plural }) => ({
      group: second === undefined ? '' : first,
      version: second ?? first,
      kind: textAt(row, 'kind') ?? '',
      plural,
      namespaced: at(row, 'namespaced') === true,
      subresources: rows
        .filter((sub) => sub.name.startsWith(`${plural}/`))
        .map((sub) => sub.name.slice(plural.length + 1)),
    }));
}
