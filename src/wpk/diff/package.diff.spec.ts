import { describe, expect, it } from '@jest/globals';

import type { PackageDocument, SpecDocument, StepDocument } from '../package/package.document.js';
import { diffPackages, type PackageDiff } from './package.diff.js';

function aStep(name: string, more: Partial<StepDocument> = {}): StepDocument {
  return { name, uses: 'kubernetes/get', with: { kind: 'Deployment', name }, ...more };
}

type Options = Partial<SpecDocument> & { readonly metadata?: Partial<PackageDocument['metadata']> };

function aSide({ metadata, ...spec }: Options = {}, files: readonly string[] = [], readme?: string) {
  const document: PackageDocument = {
    ...{ apiVersion: 'atom.dev/v1', kind: 'WorkflowPackage' },
    metadata: { name: 'demo', version: '1.0.0', ...metadata },
    spec: { steps: [aStep('look')], ...spec },
  };
  return { document, files, ...(readme !== undefined && { readme }) };
}

const diff = (before: Options, after: Options): PackageDiff => diffPackages(aSide(before), aSide(after));
const steps = (...names: readonly string[]): Pick<SpecDocument, 'steps'> => ({
  steps: names.map((name) => aStep(name)),
});
const changesOf = ({ steps: found }: PackageDiff): unknown[] => found.map(({ name, changes }) => [name, ...changes]);

describe(diffPackages.name, () => {
  it('finds nothing between a package and itself', () => {
    const side = aSide({ inputs: { type: 'object' }, outputs: { a: 1 } }, ['wpk.yaml', 'README.md'], 'text');
    expect(diffPackages(side, structuredClone(side))).toEqual({
      ...{ sections: [], steps: [], files: { added: [], removed: [] }, readmeChanged: false, isCut: false },
    });
  });

  it('names the fields of each section that differ, sections in a fixed order', () => {
    const before = {
      metadata: { tags: ['a'] },
      inputs: { type: 'object', properties: { ns: { type: 'string' }, gone: { type: 'boolean' } } },
      ...{ target: 'a', outputs: { x: 1 } },
      ...({ timeouts: { run: '5m' }, safety: { mode: 'manual' } } as const),
    } as const;
    const after = {
      metadata: { version: '1.1.0', tags: ['a', 'b'], description: 'New.' },
      inputs: { type: 'object', required: ['ns'], properties: { ns: { type: 'string', default: 'shop' } } },
      ...({ timeouts: { run: '5m', step: '9s' }, safety: { mode: 'auto' } } as const),
      ...{ concurrency: { key: 'k' }, maxParallel: 2 },
      rollback: { enabled: true },
    } as const;
    const { sections } = diff(before, after);
    expect(sections.map(({ section, fields }) => [section, ...fields.map(({ path }) => path)])).toEqual([
      ['metadata', '/metadata/description', '/metadata/tags', '/metadata/version'],
      ['inputs', '/spec/inputs/properties/gone/type', '/spec/inputs/properties/ns/default', '/spec/inputs/required'],
      ['target', '/spec/target'],
      ['safety', '/spec/safety/mode'],
      ['concurrency', '/spec/concurrency/key'],
      ['maxParallel', '/spec/maxParallel'],
      ['timeouts', '/spec/timeouts/step'],
      ['rollback', '/spec/rollback/enabled'],
      ['outputs', '/spec/outputs/x'],
    ]);
    expect(sections[0]?.fields).toEqual([
      { path: '/metadata/description', after: 'New.', isCut: false },
      { path: '/metadata/tags', before: ['a'], after: ['a', 'b'], isCut: false },
      { path: '/metadata/version', before: '1.0.0', after: '1.1.0', isCut: false },
    ]);
  });

  it('shows which permissions, secrets, hosts and triggers come and go, whatever their order', () => {
    const permission = (verb: string) => ({ apiGroups: ['apps'], resources: ['deployments'], verbs: [verb] });
    const secret = (name: string) => ({ name, from: 'vault:x' });
    const { sections } = diff(
      {
        permissions: [permission('get'), permission('patch')],
        secrets: [secret('a')],
        egress: ['a.example', 'b.example'],
      },
      {
        permissions: [permission('patch'), permission('delete')],
        egress: ['b.example', 'a.example'],
        triggers: [{ type: 'x' }],
      },
    );
    expect(sections).toMatchObject([
      {
        section: 'permissions',
        fields: [
          { path: '/spec/permissions/0', before: permission('get') },
          { path: '/spec/permissions/1', after: permission('delete') },
        ],
      },
      { section: 'secrets', fields: [{ path: '/spec/secrets/0', before: secret('a') }] },
      { section: 'triggers', fields: [{ path: '/spec/triggers/0', after: { type: 'x' } }] },
    ]);
  });

  it('knows steps by their names: added, removed, and what of them changed', () => {
    const before = { steps: [aStep('look'), aStep('old'), aStep('act', { timeout: '5s' })] };
    const after = { steps: [aStep('look'), aStep('act', { with: { kind: 'Pod', name: 'act' } }), aStep('new')] };
    expect(diff(before, after).steps).toEqual([
      {
        ...{
          name: 'act',
          changes: ['changed'],
          before: { list: 'steps', index: 2 },
          after: { list: 'steps', index: 1 },
        },
        fields: [
          { path: '/timeout', before: '5s', isCut: false },
          { path: '/with/kind', before: 'Deployment', after: 'Pod', isCut: false },
        ],
      },
      {
        ...{ name: 'new', changes: ['added'], before: null, after: { list: 'steps', index: 2 } },
        fields: [
          { path: '/uses', after: 'kubernetes/get', isCut: false },
          { path: '/with/kind', after: 'Deployment', isCut: false },
          { path: '/with/name', after: 'new', isCut: false },
        ],
      },
      {
        ...{ name: 'old', changes: ['removed'], before: { list: 'steps', index: 1 }, after: null },
        fields: [
          { path: '/uses', before: 'kubernetes/get', isCut: false },
          { path: '/with/kind', before: 'Deployment', isCut: false },
          { path: '/with/name', before: 'old', isCut: false },
        ],
      },
    ]);
  });

  it.each<[string, string, unknown[]]>([
    ['a b c d', 'a b c d', []],
    ['a b c d', 'd a b c', [['d', 'moved']]],
    ['a b c d', 'b c d a', [['a', 'moved']]],
    ['a b', 'b a', [['a', 'moved']]],
    ['a b c', 'x a y b c', [['x', 'added'], ['y', 'added']]], // prettier-ignore
    ['a b c d', 'c d', [['a', 'removed'], ['b', 'removed']]], // prettier-ignore
    ['a b c d e', 'a e d c b', [['d', 'moved'], ['c', 'moved'], ['b', 'moved']]], // prettier-ignore
  ])('takes as few steps as possible for moved: %s to %s', (before, after, expected) => {
    expect(changesOf(diff(steps(...before.split(' ')), steps(...after.split(' '))))).toEqual(expected);
  });

  it('sees a step that moves to another list, and changes on the way', () => {
    const before = { ...steps('look', 'tell'), onFailure: [aStep('undo')] };
    const after = { ...steps('look'), finally: [aStep('tell', { if: '${{ true }}' })], onFailure: [aStep('undo')] };
    expect(diff(before, after).steps).toEqual([
      {
        ...{
          name: 'tell',
          changes: ['moved', 'changed'],
          fields: [{ path: '/if', after: '${{ true }}', isCut: false }],
        },
        ...{ before: { list: 'steps', index: 1 }, after: { list: 'finally', index: 0 } },
      },
    ]);
  });

  it('names files that came and went, and says that the readme is another', () => {
    const before = aSide({}, ['wpk.yaml', 'b.txt', 'README.md'], 'old');
    const after = aSide({}, ['z.txt', 'wpk.yaml', 'a.txt', 'README.md'], 'new');
    expect(diffPackages(before, after)).toMatchObject({
      ...{ files: { added: ['a.txt', 'z.txt'], removed: ['b.txt'] }, readmeChanged: true },
    });
    expect(diffPackages(aSide(), after)).toMatchObject({ readmeChanged: true });
  });

  it('cuts a long value and says so', () => {
    const { sections } = diff({ outputs: { text: 'short' } }, { outputs: { text: 'x'.repeat(100_000) } });
    expect(sections).toEqual([
      {
        section: 'outputs',
        fields: [{ path: '/spec/outputs/text', before: 'short', after: `"${'x'.repeat(1_999)}`, isCut: true }],
      },
    ]);
  });

  it('shows no more than 500 fields, names every step all the same, and says so', () => {
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`k${index}`, index]));
    const found = diff({ outputs: {} }, { outputs: many, steps: [aStep('look', { timeout: '1s' }), aStep('new')] });
    expect(found.sections[0]?.fields).toHaveLength(500);
    expect(found.isCut).toBe(true);
    expect(changesOf(found)).toEqual([['look', 'changed'], ['new', 'added']]); // prettier-ignore
    expect(diff({ outputs: {} }, { outputs: { a: 1 } }).isCut).toBe(false);
  });
});
