import { describe, expect, it } from '@jest/globals';

import { checkFields } from './field.check.js';
import { decodeProtobuf } from './protobuf.js';
import { API_TYPES, jsonFields } from './schema.js';

const SPECIAL = ['string', 'bytes', 'bool', 'int32', 'int64', 'double'];
const OPAQUE = ['resource.Quantity', 'intstr.IntOrString', 'runtime.RawExtension'];

describe('the table of API types', () => {
  it('defines every type that a field names', () => {
    const named = [...API_TYPES.values()].flatMap((type) => [...jsonFields(type).values()].map((field) => field.type));
    const missing = named.filter((name) => !API_TYPES.has(name) && ![...SPECIAL, ...OPAQUE].includes(name));
    expect(missing).toEqual([]);
  });

  it('shows the fields of an embedded type as those of its parent', () => {
    expect([...jsonFields(API_TYPES.get('core/v1.Probe')!).keys()]).toEqual(
      expect.arrayContaining(['httpGet', 'periodSeconds']),
    );
  });
});

describe(checkFields, () => {
  const deployment = (spec: unknown) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec,
  });

  it('names unknown fields with their path and drops them', () => {
    const containers = [{ name: 'a', imagePullPolice: 'Always' }];
    const check = checkFields(deployment({ replica: 3, template: { spec: { containers } } }), 'apps/v1', 'Deployment');
    expect(check.unknown).toEqual(['spec.replica', 'spec.template.spec.containers[0].imagePullPolice']);
    expect(check.pruned['spec']).toEqual({ template: { spec: { containers: [{ name: 'a' }] } } });
  });

  it.each([
    [{ replicas: '3' }],
    [{ paused: 'yes' }],
    [{ replicas: 1.5 }],
    [{ template: { spec: { containers: {} } } }],
    [{ template: { metadata: { annotations: { port: 8080 } } } }],
  ])('finds what cannot be decoded in %j', (spec) => {
    expect(checkFields(deployment(spec), 'apps/v1', 'Deployment').undecodable).toHaveLength(1);
  });

  it('takes numbers for quantities and both forms of an int-or-string', () => {
    const resources = { limits: { cpu: 1, memory: '1Gi' } };
    const spec = {
      strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } },
      template: { spec: { containers: [{ name: 'a', resources }] } },
    };
    const { unknown, undecodable } = checkFields(deployment(spec), 'apps/v1', 'Deployment');
    expect([...unknown, ...undecodable]).toEqual([]);
  });
});

describe(decodeProtobuf, () => {
  const bytes = (field: number, ...parts: (Buffer | string)[]): Buffer => {
    const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
    return Buffer.concat([Buffer.from([(field << 3) | 2, content.length]), content]);
  };
  const envelope = (apiVersion: string, kind: string, raw: Buffer): Buffer =>
    Buffer.concat([Buffer.from('k8s\0'), bytes(1, bytes(1, apiVersion), bytes(2, kind)), bytes(2, raw)]);

  it('reads names, maps and bytes, and leaves out what nobody set', () => {
    const metadata = bytes(1, bytes(1, 's'), bytes(3, ''), bytes(8), bytes(11, bytes(1, 'app'), bytes(2, 'web')));
    const secret = Buffer.concat([metadata, bytes(2, bytes(1, 'key'), bytes(2, 'value')), bytes(3, 'Opaque')]);
    expect(decodeProtobuf(envelope('v1', 'Secret', secret))).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', labels: { app: 'web' } },
      data: { key: Buffer.from('value').toString('base64') },
      type: 'Opaque',
    });
  });

  it('keeps a zero that somebody set', () => {
    const spec = Buffer.from([(2 << 3) | 2, 2, 1 << 3, 0]);
    expect(decodeProtobuf(envelope('apps/v1', 'Deployment', spec))).toMatchObject({ spec: { replicas: 0 } });
  });

  it.each([
    ['no prefix', Buffer.from('{}')],
    ['a length past the end', Buffer.from([...Buffer.from('k8s\0'), 0x0a, 0x7f])],
    ['an endless varint', Buffer.from([...Buffer.from('k8s\0'), ...Array.from({ length: 12 }, () => 0xff)])],
    ['a kind that is not known', envelope('v1', 'Nope', Buffer.alloc(0))],
  ])('refuses %s', (_, body) => {
    expect(() => decodeProtobuf(body)).toThrow(RangeError);
  });
});
