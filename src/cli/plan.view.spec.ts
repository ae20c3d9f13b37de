import { describe, expect, it } from '@jest/globals';

import type { FieldChange, PermissionCheck, Plan, PlannedChange, Run, Step } from './api.types.js';
import { Paint } from './output/paint.js';
import { summarize } from './plan.summary.js';
import { planView } from './plan.view.js';

const plain = new Paint(false);
const aRun = (more: Partial<Run> = {}): Run => ({
  ...{ id: 'run-1', workflow: 'restart', version: '1.0.0', digest: 'sha256:00', dryRun: true, state: 'succeeded' },
  ...{ createdAt: '2026-01-01T00:00:00.000Z', target: 'shop/deployments/web' },
  ...more,
});
const aStep = (plan: Plan | undefined, more: Partial<Step> = {}): Step => ({
  ...{ index: 0, name: 'restart', action: 'kubernetes/restart', state: 'succeeded', attempt: 1 },
  outputs: plan ? { plan } : null,
  ...more,
});
const aChange = (fields: readonly FieldChange[], more: Partial<PlannedChange> = {}): PlannedChange => ({
  object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
  operation: 'update',
  fields,
  ...more,
});
const changing = (...changes: PlannedChange[]): Plan => ({ changes, permissions: [] });
const reading: Plan = { changes: [], permissions: [] };
const denied: PermissionCheck = {
  ...{ verb: 'patch', group: 'apps', resource: 'deployments', namespace: 'shop', allowed: false },
};
const scaled = { path: '/spec/replicas', before: 2, after: 3 };
const dependent: Plan = { ...reading, unsimulated: 'It depends on an earlier step.' };

const view = (steps: readonly Step[], run = aRun(), paint = plain) => planView(run, steps, paint);
const linesOf = (...args: Parameters<typeof view>) => view(...args).split('\n');

describe('planView', () => {
  it('shows each step, then what would change in all', () => {
    const steps = [aStep(reading, { name: 'look', action: 'kubernetes/get' }), aStep(changing(aChange([scaled])))];
    expect(view(steps)).toBe(
      [
        'restart@1.0.0 on shop/deployments/web',
        '',
        'look  kubernetes/get',
        '  reads only',
        '',
        'restart  kubernetes/restart',
        '  ~ Deployment shop/web',
        '      ~ spec.replicas: 2 → 3',
        '',
        '1 object would change, 1 step reads only, 0 could not be planned.',
        'This was a dry-run: nothing was changed.',
      ].join('\n'),
    );
  });

  it.each([
    ['create', '  + Deployment shop/web'],
    ['delete', '  - Deployment shop/web'],
    ['none', '  = Deployment shop/web: already as the step would make it'],
  ] as const)('marks what a step does: %s', (operation, line) => {
    expect(linesOf([aStep(changing(aChange([], { operation })))])).toContain(line);
  });

  it.each([
    [{ path: '/spec/paused', after: true }, '+ spec.paused: true'],
    [{ path: '/spec/paused', before: null }, '- spec.paused: null'],
    [{ path: '/metadata/annotations/a.b~1c~0d', after: 'x' }, '+ metadata.annotations["a.b/c~d"]: "x"'],
    [{ path: '/spec/tags', before: ['a'], after: ['b'] }, '~ spec.tags: ["a"] → ["b"]'],
  ])('writes a field as %j', (field, line) => {
    expect(linesOf([aStep(changing(aChange([field])))])).toContain(`      ${line}`);
  });

  it('names an object without a namespace by its name alone', () => {
    const object = { apiVersion: 'v1', kind: 'Node', name: 'a' };
    expect(linesOf([aStep(changing(aChange([scaled], { object })))])).toContain('  ~ Node a');
  });

  it('cuts a long value and says where it is whole', () => {
    const text = view([aStep(changing(aChange([{ path: '/data/x', after: 'y'.repeat(5000) }])))]);
    expect(text.length).toBeLessThan(600);
    expect(text).toContain('-o json');
  });

  it('names each missing permission, where it is missing', () => {
    const lines = linesOf([aStep({ changes: [], permissions: [denied], unsimulated: 'Not tried.' })]);
    expect(lines).toContain('  ? not planned: Not tried.');
    expect(lines).toContain('  ! permission missing: patch deployments.apps in namespace shop');
  });

  it('names a permission of the core group with its subresource', () => {
    const logs = { verb: 'get', group: '', resource: 'pods/log', allowed: false };
    expect(linesOf([aStep({ changes: [], permissions: [logs] })])).toContain('  ! permission missing: get pods/log');
  });

  it('says what a step that was planned cannot simulate', () => {
    const lines = linesOf([aStep({ ...reading, unsimulated: 'Nothing is waited for.' })]);
    expect(lines).toContain('  reads only');
    expect(lines).toContain('  not simulated: Nothing is waited for.');
  });

  it('says why a dry-run went wrong', () => {
    const error = { code: 'STEP.NOT_FOUND', message: 'no such deployment' };
    const run = aRun({ state: 'failed', reason: { code: 'STEP_FAILED', message: 'Step restart' } });
    const lines = linesOf([aStep(undefined, { state: 'failed', error })], run);
    expect(lines).toContain('  ? not planned: STEP.NOT_FOUND: no such deployment');
    expect(lines).toContain('dry-run: failed (STEP_FAILED: Step restart)');
  });

  it('shows nothing that a terminal would act on', () => {
    const hostile = 'a\u001b[2J\u202e\nb';
    const object = { apiVersion: 'v1', kind: hostile, namespace: hostile, name: hostile };
    const permissions = [{ ...denied, verb: hostile, resource: hostile, namespace: hostile }];
    const fields = [{ path: `/${hostile}`, before: hostile, after: { [hostile]: hostile } }];
    const plan = { changes: [aChange(fields, { object })], permissions, unsimulated: hostile };
    const why = { code: hostile, message: hostile };
    const steps = [
      aStep(plan, { name: hostile, action: hostile }),
      aStep(undefined, { error: why }),
      aStep({ ...reading, unsimulated: hostile }, { state: 'skipped' }),
    ];
    const run = aRun({ workflow: hostile, version: hostile, target: hostile, state: hostile, reason: why });
    const text = view(steps, run);
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/u);
    expect(text).not.toMatch(/^b/m);
  });

  it('is coloured where colour is wanted', () => {
    expect(view([aStep(changing(aChange([scaled])))], aRun(), new Paint(true))).toContain('\u001b[33m~\u001b[0m');
  });
});

describe('summarize', () => {
  it('counts an object once, however many steps change it', () => {
    const other = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'other' };
    const twice = changing(aChange([scaled]), aChange([scaled], { object: other }));
    const steps = [aStep(changing(aChange([scaled]))), aStep(twice)];
    expect(summarize(aRun(), steps)).toMatchObject({ objectsChanged: 2, stepsReadOnly: 0, stepsUnplanned: 0 });
  });

  it('counts a missing permission once, however many steps need it', () => {
    const step = aStep({ changes: [], permissions: [denied, { ...denied, allowed: true }], unsimulated: 'Not tried.' });
    expect(summarize(aRun(), [step, step])).toMatchObject({ permissionsMissing: 1, stepsUnplanned: 2 });
  });

  it('tells a step that reads, one that finds nothing to do, and one that its condition leaves out', () => {
    const none = changing(aChange([], { operation: 'none' }));
    const steps = [aStep(reading), aStep(none), aStep(undefined, { state: 'skipped' })];
    expect(summarize(aRun(), steps)).toEqual({
      ...{ objectsChanged: 0, stepsReadOnly: 1, stepsWithoutChange: 1, stepsUnplanned: 0, permissionsMissing: 0 },
    });
  });

  it('counts what depends on a step that did not really run as unplanned', () => {
    const steps = [aStep(reading), aStep(dependent, { state: 'skipped', attempt: 0 })];
    expect(summarize(aRun(), steps)).toMatchObject({ stepsReadOnly: 1, stepsUnplanned: 1 });
  });

  it.each(['pending', 'skipped', 'cancelled'])('counts a step that a failed dry-run left %s as unplanned', (state) => {
    expect(summarize(aRun({ state: 'failed' }), [aStep(undefined, { state })])).toMatchObject({ stepsUnplanned: 1 });
  });
});
