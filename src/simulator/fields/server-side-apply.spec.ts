import { describe, expect, it } from '@jest/globals';

import { copy } from '../json.js';
import type { KubeObject } from '../objects.js';
import { recordFields } from './field.owners.js';
import { serverSideApply } from './server-side-apply.js';

const at = new Date('2026-01-01T00:00:00Z');

function config(data: Record<string, unknown>, spec?: unknown): KubeObject {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'c' },
    data,
    ...(spec !== undefined && { spec }),
  };
  return object as unknown as KubeObject;
}

function apply(current: KubeObject | undefined, wanted: KubeObject, manager = 'a', force = false): KubeObject {
  return serverSideApply(current, wanted, { manager, force, at });
}

const dataOf = (object: KubeObject): unknown => (object as unknown as { data: unknown }).data;
const managersOf = (object: KubeObject) => (object.metadata.managedFields ?? []).map((entry) => entry.manager);

describe(serverSideApply, () => {
  it('creates what is not there and owns its leaves', () => {
    const made = apply(undefined, config({ x: '1' }));
    expect(made.metadata.managedFields).toEqual([
      expect.objectContaining({ manager: 'a', operation: 'Apply', fieldsV1: { 'f:data': { 'f:x': {} } } }),
    ]);
  });

  it('deletes what its manager owned and no longer names', () => {
    const made = apply(undefined, config({ x: '1', y: '2' }));
    expect(dataOf(apply(made, config({ y: '2' })))).toEqual({ y: '2' });
  });

  it('keeps what another manager owns too', () => {
    const shared = apply(apply(undefined, config({ x: '1', y: '2' })), config({ x: '1' }), 'b');
    expect(dataOf(apply(shared, config({ y: '2' })))).toEqual({ x: '1', y: '2' });
  });

  it('shares a leaf whose value is the same', () => {
    expect(managersOf(apply(apply(undefined, config({ x: '1' })), config({ x: '1' }), 'b'))).toEqual(['a', 'b']);
  });

  it('names the field and its owner in a conflict', () => {
    const made = apply(undefined, config({ x: '1' }));
    const details = { causes: [expect.objectContaining({ reason: 'FieldManagerConflict', field: '.data.x' })] };
    expect(() => apply(made, config({ x: '2' }), 'b')).toThrow(expect.objectContaining({ code: 409, details }));
  });

  it('takes the field when forced, and the other loses it', () => {
    const taken = apply(apply(undefined, config({ x: '1' })), config({ x: '2' }), 'b', true);
    expect(dataOf(taken)).toEqual({ x: '2' });
    expect(managersOf(taken)).toEqual(['b']);
  });

  it('conflicts with a field that an update changed', () => {
    const made = apply(undefined, config({ x: '1' }));
    const changed = copy(made);
    Object.assign(changed, { data: { x: '5' } });
    recordFields(changed, made, at, { manager: 'editor' });
    expect(() => apply(changed, config({ x: '1' }))).toThrow(expect.objectContaining({ code: 409 }));
  });

  it('merges list items by their keys and drops only its own', () => {
    const first = {
      containers: [
        { name: 'app', image: '1' },
        { name: 'side', image: '1' },
      ],
    };
    const made = apply(undefined, config({}, first));
    const withOther = apply(made, config({}, { containers: [{ name: 'other', image: '1' }] }), 'b');
    const next = apply(withOther, config({}, { containers: [{ name: 'app', image: '2' }] }));
    expect(next.spec).toEqual({
      containers: [
        { name: 'app', image: '2' },
        { name: 'other', image: '1' },
      ],
    });
  });

  it('changes nothing, the time of the entry too, when the same is applied again', () => {
    const made = apply(undefined, config({ x: '1' }));
    const later = { manager: 'a', force: false, at: new Date('2027-01-01T00:00:00Z') };
    expect(serverSideApply(made, config({ x: '1' }), later)).toEqual(made);
  });
});
