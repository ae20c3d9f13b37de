import type { ObjectRef } from '../adapter.js';
import { StepError } from '../step.error.js';
import { statusOf } from './api.failure.js';
import type { ClusterClient } from './cluster.client.js';
import { isJsonObject, type JsonObject, listAt, textAt } from './json.js';
import { ResourceCatalog } from './resource.catalog.js';
import { apiVersionOf, pathOf, type Place, type Resource } from './resource.js';

const PAGE = 250;

/** What an input says of an object. */
export type ObjectInput = {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
};

/** An object that may or may not exist, with the place where its kind is served. */
export interface Target {
  readonly ref: ObjectRef;
  readonly resource: Resource;
}

export interface ListQuery {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

export interface Listed {
  readonly items: readonly JsonObject[];
  /** To watch from. */
  readonly resourceVersion: string;
}

type Enough = (items: readonly JsonObject[]) => boolean;

/** Objects of any kind, read through one client. Rejects as the client does. */
export class Cluster {
  private readonly catalog: ResourceCatalog;

  constructor(readonly client: ClusterClient) {
    this.catalog = new ResourceCatalog(client);
  }

  /** @throws StepError STEP.REJECTED for an unknown kind, and for a namespace too many or too few */
  async locate(input: ObjectInput, signal: AbortSignal): Promise<Target> {
    const { kind, namespace, name } = input;
    const resource = await this.findKind(input, signal);
    if (resource.namespaced && namespace === undefined) {
      throw new StepError('STEP.REJECTED', `${kind} lives in a namespace: say which one.`);
    }
    const ref = { apiVersion: apiVersionOf(resource), kind, ...(namespace !== undefined && { namespace }), name };
    return { ref, resource };
  }

  async findKind({ kind, apiVersion, namespace }: Omit<ObjectInput, 'name'>, signal: AbortSignal): Promise<Resource> {
    const resource = await this.catalog.find(kind, apiVersion, signal);
    if (!resource.namespaced && namespace !== undefined) {
      throw new StepError('STEP.REJECTED', `${kind} lives in no namespace: leave \`namespace\` out.`);
    }
    return resource;
  }

  async read(
    { ref, resource }: Target,
    signal: AbortSignal,
    place: Pick<Place, 'subresource'> = {},
  ): Promise<JsonObject> {
    const path = pathOf(resource, { ...ref, ...place });
    return this.attending(resource, this.client.get({ path, signal }));
  }

  /** All pages, until `enough` answers true. Items carry apiVersion and kind, which the API server leaves out in lists. */
  async list(resource: Resource, query: ListQuery, signal: AbortSignal, enough: Enough = () => false): Promise<Listed> {
    const { namespace, labelSelector, fieldSelector } = query;
    const path = pathOf(resource, { namespace });
    const type = { apiVersion: apiVersionOf(resource), kind: resource.kind };
    const items: JsonObject[] = [];
    let token: string | undefined;
    for (let restarts = 0; ;) {
      const page = { labelSelector, fieldSelector, limit: PAGE, continue: token };
      try {
        const answer = await this.attending(resource, this.client.get({ path, query: page, signal }));
        for (const item of listAt(answer, 'items')) if (isJsonObject(item)) items.push({ ...type, ...item });
        token = textAt(answer, 'metadata', 'continue');
        const resourceVersion = textAt(answer, 'metadata', 'resourceVersion') ?? '';
        if (!token || enough(items)) return { items, resourceVersion };
      } catch (cause) {
        // The server has forgotten the state that the first page was taken from: start again, once.
        if (statusOf(cause) !== 410 || !token || restarts++ > 0) throw cause;
        items.length = 0;
        token = undefined;
      }
    }
  }

  private async attending<T>(resource: Resource, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (cause) {
      if (statusOf(cause) === 404) this.catalog.forget(apiVersionOf(resource));
      throw cause;
    }
  }
}
