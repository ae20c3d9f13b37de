import { isDeepStrictEqual } from 'node:util';

import { type FieldChange, fieldChange } from '../../../wpk/index.js';
import type { BeforeImage, Plan, StepContext } from '../adapter.js';
import { StepError } from '../step.error.js';
import { checkAccess } from './access.review.js';
import { statusOf } from './api.failure.js';
import { BeforeImages } from './before.images.js';
import type { Cluster, ObjectInput, Target } from './cluster.js';
import { diffObjects, mergePatchOf, valueAt } from './field.change.js';
import { type JsonObject, textAt } from './json.js';
import { presentable, titleOf, uidOf } from './object.reader.js';
import { pathOf } from './resource.js';

const ATTEMPTS = 5;

/** The fields that a step wants to be different in `current`; none when it is already as wanted. */
export type Decide = (current: JsonObject) => readonly FieldChange[];

export interface WriteOptions {
  readonly subresource?: string;
  /** Default merge. */
  readonly type?: 'merge' | 'strategic-merge';
  /** Fills in fields that the API server leaves out, before anything is compared. */
  readonly complete?: (object: JsonObject) => JsonObject;
}

export interface Written {
  /** The object, or its sub-resource, as it is now. */
  readonly object: JsonObject;
  /** What this step changed, also in an earlier attempt; absent when nothing. */
  readonly before?: BeforeImage;
}

interface Patched {
  readonly before: JsonObject;
  readonly after: JsonObject;
}

/**
 * Changes single fields of objects: read, decide, patch with the resource version that was read. Nobody else's write can
 * come between, so the before-image is exact.
 */
export class ObjectWriter {
  private readonly images = new BeforeImages();

  constructor(private readonly cluster: Cluster) {}

  async plan(input: ObjectInput, decide: Decide, context: StepContext, options: WriteOptions = {}): Promise<Plan> {
    const { signal } = context;
    const target = await this.locate(input, options, signal);
    const { ref, resource } = target;
    const need = { resource, ...options, namespace: ref.namespace, name: ref.name };
    const permissions = await checkAccess(
      this.cluster.client,
      ['get', 'patch'].map((verb) => ({ ...need, verb })),
      signal,
    );
    if (permissions.some((permission) => !permission.allowed)) {
      return {
        changes: [],
        permissions,
        unsimulated: 'The change was not tried: the worker lacks a permission for it.',
      };
    }
    const { before, after } = await this.patch(target, decide, signal, { ...options, dryRun: true });
    const fields = diffObjects(presentable(before), presentable(after));
    return { changes: [{ object: ref, operation: fields.length > 0 ? 'update' : 'none', fields }], permissions };
  }

  async write(input: ObjectInput, decide: Decide, context: StepContext, options: WriteOptions = {}): Promise<Written> {
    const target = await this.locate(input, options, context.signal);
    const remember = (current: JsonObject): readonly FieldChange[] => {
      const fields = decide(current);
      if (fields.length > 0) {
        this.images.remember(context.effectKey, { object: target.ref, uid: uidOf(current), fields });
      }
      return fields;
    };
    try {
      const { after } = await this.patch(target, remember, context.signal, options);
      const before = this.images.find(context.effectKey);
      return { object: after, ...(before?.uid === uidOf(after) && { before }) };
    } catch (cause) {
      if (cause instanceof StepError && !mayHaveWritten(cause)) this.images.forget(context.effectKey);
      throw cause;
    }
  }

  /** Restores what is still as the step left it, and is content with what is already restored. */
  async undo(image: BeforeImage, context: StepContext, options: WriteOptions = {}): Promise<void> {
    const target = await this.locate(image.object, options, context.signal);
    await this.patch(target, (current) => inverse(image, current), context.signal, options);
  }

  private async locate(input: ObjectInput, { subresource }: WriteOptions, signal: AbortSignal): Promise<Target> {
    const target = await this.cluster.locate(input, signal);
    if (subresource === undefined || target.resource.subresources.includes(subresource)) return target;
    throw new StepError('STEP.REJECTED', `A ${input.kind} has no ${subresource}.`);
  }

  private async patch(
    target: Target,
    decide: Decide,
    signal: AbortSignal,
    { type = 'merge', dryRun = false, subresource, complete = same }: WriteOptions & { dryRun?: boolean },
  ): Promise<Patched> {
    const place = subresource === undefined ? {} : { subresource };
    const path = pathOf(target.resource, { ...target.ref, ...place });
    for (let attempt = 1; ; attempt++) {
      const before = complete(await this.cluster.read(target, signal, place));
      const fields = decide(before);
      if (fields.length === 0) return { before, after: before };
      const version = fieldChange(
        '/metadata/resourceVersion',
        undefined,
        textAt(before, 'metadata', 'resourceVersion'),
      );
      const body = mergePatchOf([...fields, version]);
      try {
        return { before, after: complete(await this.cluster.client.patch({ path, body, type, dryRun, signal })) };
      } catch (cause) {
        // Controllers write status all the time; that alone must not fail the step.
        const isRace = cause instanceof StepError && cause.code === 'STEP.CONFLICT';
        if (!isRace || attempt === ATTEMPTS) throw cause;
      }
    }
  }
}

function same(object: JsonObject): JsonObject {
  return object;
}

/** Nobody knows whether the API server took the write: it did not answer, or broke on the way. */
function mayHaveWritten(error: StepError): boolean {
  const status = statusOf(error);
  return status === undefined ? error.code !== 'STEP.CONFLICT' && error.code !== 'STEP.REJECTED' : status >= 500;
}

function inverse({ object, uid, fields }: BeforeImage, current: JsonObject): FieldChange[] {
  if (uidOf(current) !== uid) {
    throw new StepError(
      'STEP.CONFLICT',
      `${titleOf(object)} was deleted and made again: it is not the object that was changed.`,
    );
  }
  return fields.flatMap(({ path, before, after }) => {
    const now = valueAt(current, path);
    if (isDeepStrictEqual(now, before)) return [];
    if (isDeepStrictEqual(now, after)) return [fieldChange(path, after, before)];
    throw new StepError(
      'STEP.CONFLICT',
      `${path} of ${titleOf(object)} was changed by somebody else since: it is left as it is.`,
    );
  });
}
