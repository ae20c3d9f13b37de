import { createHash } from 'node:crypto';

import { describe, expect, it } from '@jest/globals';

import { packArchive } from '../archive/archive.packer.js';
import { WpkError } from '../wpk.error.js';
import type { PackageFile } from './package.file.js';
import { readPackage } from './package.reader.js';
import { requireSupported } from './package.support.js';

const HEAD = 'apiVersion: atom.dev/v1\nkind: WorkflowPackage\nmetadata: {name: demo, version: 1.0.0}\n';
const WAIT = '{kind: Deployment, namespace: shop, name: web, for: rollout}';
const STEPS = `  steps:\n    - {name: one, uses: kubernetes/wait, with: ${WAIT}}\n`;
const minimal = `${HEAD}spec:\n${STEPS}`;

/** A package with one more member under spec, before or instead of the usual steps. */
const withSpec = (lines: string, steps = STEPS): string => `${HEAD}spec:\n${lines}${steps}`;
const withSteps = (...steps: string[]): string =>
  withSpec('', `  steps:\n${steps.map((step) => `    - ${step}\n`).join('')}`);

async function refusal(text: string): Promise<WpkError> {
  try {
    requireSupported(await readPackage(Buffer.from(text)));
  } catch (error) {
    if (error instanceof WpkError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const read = (text: string): Promise<PackageFile> => readPackage(Buffer.from(text));

describe('readPackage', () => {
  it('fills in the defaults', async () => {
    const { package: found, mediaType, files } = await read(minimal);
    expect({ mediaType, files }).toEqual({ mediaType: 'application/vnd.atom.wpk.v1+yaml', files: [] });
    expect(found).toEqual({
      ...{ apiVersion: 'atom.dev/v1', kind: 'WorkflowPackage', metadata: { name: 'demo', version: '1.0.0', tags: [] } },
      spec: {
        ...{ inputs: { type: 'object' }, permissions: [], outputs: {} },
        safety: { mode: 'manual', approvalRequired: false, dryRunRequired: false },
        timeouts: { runMs: 1_800_000, queueMs: 3_600_000 },
        steps: [
          {
            ...{ name: 'one', uses: 'kubernetes/wait', timeoutMs: 300_000, continueOnError: false },
            with: { kind: 'Deployment', namespace: 'shop', name: 'web', for: 'rollout' },
            retry: {
              limit: 0,
              backoff: { initialMs: 5_000, factor: 2, capMs: 60_000, jitter: 0.2 },
              on: ['transient'],
            },
          },
        ],
      },
    });
  });

  it('takes what is written over the defaults, durations in milliseconds', async () => {
    const retry =
      'retry: {limit: 3, backoff: {initial: 500ms, factor: 3, cap: 1h30m, jitter: 0}, on: [timeout, failure]}';
    const step = `{name: one, uses: kubernetes/wait, timeout: 90s, if: "\${{ true }}", ${retry}, with: ${WAIT}}`;
    const text = withSpec(
      '  timeouts: {run: 2h, queue: 10m, step: 45s}\n  safety: {mode: auto, approvalRequired: true, maxObjects: 3}\n',
      `  steps:\n    - ${step}\n    - {name: two, uses: kubernetes/wait, with: ${WAIT}}\n`,
    );
    const { spec } = (await read(text)).package;
    expect(spec.timeouts).toEqual({ runMs: 7_200_000, queueMs: 600_000 });
    expect(spec.safety).toEqual({ mode: 'auto', approvalRequired: true, dryRunRequired: false, maxObjects: 3 });
    expect(spec.steps).toMatchObject([
      {
        ...{ timeoutMs: 90_000, if: '${{ true }}' },
        retry: {
          limit: 3,
          backoff: { initialMs: 500, factor: 3, capMs: 5_400_000, jitter: 0 },
          on: ['timeout', 'failure'],
        },
      },
      { timeoutMs: 45_000 },
    ]);
  });

  it('identifies a package by its bytes', async () => {
    const digest = createHash('sha256').update(minimal).digest('hex');
    expect((await read(minimal)).digest).toBe(`sha256:${digest}`);
    expect((await read(`${minimal}# one more comment\n`)).digest).not.toBe(`sha256:${digest}`);
  });

  it('reads the same package from an archive', async () => {
    const bytes = await packArchive([
      { path: 'README.md', bytes: Buffer.from('# Demo\n') },
      { path: 'manifests/a/job.yaml', bytes: Buffer.from('a: 1\n') },
      { path: 'wpk.yaml', bytes: Buffer.from(minimal) },
    ]);
    const file = await readPackage(bytes);
    expect(file).toMatchObject({
      ...{ mediaType: 'application/vnd.atom.wpk.v1.tar+gzip', readme: '# Demo\n' },
      files: ['README.md', 'manifests/a/job.yaml', 'wpk.yaml'],
      package: (await read(minimal)).package,
    });
    expect(file.locate('/spec/steps/0')).toEqual({ line: 6, column: 7 });
  });

  it.each<[string, string, string, number]>([
    ['no object', '[1]\n', '', 1],
    ['another apiVersion', minimal.replace('dev/v1', 'dev/v2'), '/apiVersion', 1],
    ['no steps', `${HEAD}spec: {}\n`, '/spec', 4],
    ['an empty list of steps', `${HEAD}spec: {steps: []}\n`, '/spec/steps', 4],
    ['an unknown member', withSpec('  stepz: []\n'), '/spec/stepz', 5],
    ['a version that is a number', minimal.replace('1.0.0', '1.10'), '/metadata/version', 3],
    ['a version that is not SemVer', minimal.replace('1.0.0', 'v1.0.0'), '/metadata/version', 3],
    ['a name that is no DNS label', minimal.replace('demo', 'Demo_1'), '/metadata/name', 3],
    ['a duration without unit', withSpec('  timeouts: {run: "30"}\n'), '/spec/timeouts/run', 5],
    ['a duration of nothing', withSpec('  timeouts: {run: 0s}\n'), '/spec/timeouts/run', 5],
    ['a duration of weeks', withSpec('  timeouts: {run: 1000h}\n'), '/spec/timeouts/run', 5],
    [
      'a step timeout beyond a day',
      withSteps(`{name: a, uses: kubernetes/wait, timeout: 25h, with: ${WAIT}}`),
      '/spec/steps/0/timeout',
      6,
    ],
    ['an action without family', withSteps('{name: a, uses: wait}'), '/spec/steps/0/uses', 6],
    [
      'two steps of one name',
      withSteps(`{name: a, uses: kubernetes/wait, with: ${WAIT}}`, `{name: a, uses: kubernetes/wait, with: ${WAIT}}`),
      '/spec/steps/1/name',
      7,
    ],
    [
      'a step that needs itself',
      withSteps(`{name: a, needs: [a], uses: kubernetes/wait, with: ${WAIT}}`),
      '/spec/steps/0/needs/0',
      6,
    ],
    [
      'an input of an action that is missing',
      withSteps('{name: a, uses: kubernetes/restart, with: {kind: Deployment}}'),
      '/spec/steps/0/with',
      6,
    ],
    [
      'a literal of the wrong type',
      withSteps('{name: a, uses: kubernetes/scale, with: {kind: Deployment, namespace: s, name: x, replicas: "3"}}'),
      '/spec/steps/0/with/replicas',
      6,
    ],
    ['no with where one is needed', withSteps('{name: a, uses: kubernetes/restart}'), '/spec/steps/0/with', 6],
    [
      'a bad inputs schema',
      withSpec('  inputs: {type: object, properties: {a: {type: string, anyOf: []}}}\n'),
      '/spec/inputs/properties/a/anyOf',
      5,
    ],
    ['an alert trigger without match', withSpec('  triggers: [{type: alert}]\n'), '/spec/triggers/0', 5],
    ['an unknown trigger', withSpec('  triggers: [{type: cron}]\n'), '/spec/triggers/0/type', 5],
    [
      'a member of another trigger',
      withSpec('  triggers: [{type: webhook, name: a, cron: x}]\n'),
      '/spec/triggers/0/cron',
      5,
    ],
    [
      'an unknown retry reason',
      withSteps(`{name: a, uses: kubernetes/wait, retry: {on: [always]}, with: ${WAIT}}`),
      '/spec/steps/0/retry/on/0',
      6,
    ],
  ])('refuses %s with pointer and line', async (_what, text, pointer, line) => {
    const { code, problems } = await refusal(text);
    expect(code).toBe('WPK.SCHEMA');
    expect(problems).toContainEqual(expect.objectContaining({ pointer, line }));
  });

  const wait = (more: string, name = 'a'): string => `{name: ${name}, uses: kubernetes/wait, ${more}, with: ${WAIT}}`;
  const inputs = '  inputs: {type: object, properties: {ns: {type: string}}}\n';
  const get = '{name: got, uses: kubernetes/get, with: {kind: Pod, name: x}}';

  it.each<[string, string, string]>([
    ['a syntax error', withSteps(wait('if: "${{ 1 + }}"')), '/spec/steps/0/if'],
    ['an unknown name', withSteps(wait('if: "${{ env.HOME == 1 }}"')), '/spec/steps/0/if'],
    ['an if that is no boolean', withSteps(wait('if: "${{ \'yes\' }}"')), '/spec/steps/0/if'],
    ['an undeclared input', withSpec(`${inputs}  target: "\${{ inputs.nss }}"\n`), '/spec/target'],
    ['a run that does not exist yet', withSpec('  target: "${{ run.id }}"\n'), '/spec/target'],
    ['a target that is no text', withSpec('  target: "${{ 1 + 1 }}"\n'), '/spec/target'],
    ['a target that the package does not have', withSteps(wait('if: "${{ target == \'a\' }}"')), '/spec/steps/0/if'],
    ['an unknown step', withSteps(wait('if: "${{ steps.zz.outputs.met }}"')), '/spec/steps/0/if'],
    ['the step itself', withSteps(wait('if: "${{ steps.a.outputs.met }}"')), '/spec/steps/0/if'],
    [
      'a later step',
      withSteps(wait('if: "${{ steps.b.outputs.met }}"'), wait('continueOnError: true', 'b')),
      '/spec/steps/0/if',
    ],
    ['a step by a computed name', withSteps(get, wait('if: "${{ steps[run.id].outputs.met }}"')), '/spec/steps/1/if'],
    ['a step member that is unknown', withSteps(get, wait('if: "${{ steps.got.result == 1 }}"')), '/spec/steps/1/if'],
    [
      'an output that the action does not have',
      withSteps(get, wait('if: "${{ steps.got.outputs.text == \'\' }}"')),
      '/spec/steps/1/if',
    ],
    ['an unknown member of run', withSteps(wait('if: "${{ run.user == \'x\' }}"')), '/spec/steps/0/if'],
    ['item outside of forEach', withSteps(wait('if: "${{ item == 1 }}"')), '/spec/steps/0/if'],
    ['an undeclared secret', withSteps(wait('if: "${{ secrets.x == \'\' }}"')), '/spec/steps/0/if'],
    [
      'mixed text in with',
      withSteps('{name: a, uses: kubernetes/get, with: {kind: Pod, name: "web-${{ run.id }}"}}'),
      '/spec/steps/0/with/name',
    ],
    ['mixed text in outputs', withSpec('  outputs: {a: "x ${{ run.id }}"}\n'), '/spec/outputs/a'],
    ['an open mark', withSpec('  outputs: {a: "${{ run.id"}\n'), '/spec/outputs/a'],
    [
      'an expression where none is evaluated',
      withSpec('  permissions: [{apiGroups: [""], resources: ["${{ inputs.r }}"], verbs: [get]}]\n'),
      '/spec/permissions/0/resources/0',
    ],
    [
      'an expression as a default',
      withSpec('  inputs: {type: object, properties: {a: {type: string, default: "${{ run.id }}"}}}\n'),
      '/spec/inputs/properties/a/default',
    ],
    [
      'an expression as a key',
      withSteps(
        `{name: a, uses: kubernetes/annotate, with: {kind: Pod, name: x, annotations: "\${{ {'a': 'b'} }}"}}`,
      ).replace('annotations:', '"${{ 1 }}": 1, annotations:'),
      '/spec/steps/0/with/${{ 1 }}',
    ],
    [
      'a step reference in permissions',
      withSpec(
        '  permissions: [{apiGroups: [""], resources: [pods], verbs: [get], namespaces: ["${{ steps.one.outputs.observed }}"]}]\n',
      ),
      '/spec/permissions/0/namespaces/0',
    ],
  ])('refuses an expression with %s', async (_what, text, pointer) => {
    const { problems } = await refusal(text);
    expect(problems.map((problem) => problem.pointer)).toContain(pointer);
    expect(problems.every(({ line }) => line !== undefined)).toBe(true);
  });

  it('gives expressions their own code when nothing else is wrong', async () => {
    expect(await refusal(withSteps(wait('if: "${{ 1 + }}"')))).toMatchObject({ code: 'WPK.EXPRESSION' });
  });

  it('accepts what is known at each place', async () => {
    const text = withSpec(
      `${inputs}  target: "\${{ inputs.ns + '/x' }}"\n  outputs: {o: "\${{ steps.got.outputs.object.metadata.name + target + run.id }}"}\n`,
      `  steps:\n    - ${get}\n    - ${wait('if: "${{ steps.got.state == \'succeeded\' && has(inputs.ns) && steps.?got.?outputs.?object.hasValue() }}"')}\n`,
    );
    await expect(read(text)).resolves.toMatchObject({ package: { spec: { outputs: {} } } });
  });

  it('reports at most fifty problems', async () => {
    const steps = Array.from({ length: 100 }, (_, i) => `{name: s${i}, uses: kubernetes/wait, zz: 1}`);
    expect((await refusal(withSteps(...steps))).problems).toHaveLength(50);
  });

  it('says where and what to do', async () => {
    const [problem] = (await refusal(withSpec('  stepz: []\n'))).problems;
    expect(problem?.hint).toContain('steps');
    expect((await refusal(withSpec('  stepz: []\n'))).message).toContain('Line 5');
  });
});

describe('requireSupported', () => {
  const step = (more: string): string =>
    withSteps(
      `{name: b, uses: kubernetes/wait, with: ${WAIT}}`,
      `{name: a, uses: kubernetes/wait, ${more}, with: ${WAIT}}`,
    );

  it.each<[string, string, string]>([
    ['needs', step('needs: [b]'), '/spec/steps/1/needs'],
    ['forEach', step('forEach: "${{ [1, 2] }}"'), '/spec/steps/1/forEach'],
    ['maxParallel of a step', step('maxParallel: 2'), '/spec/steps/1/maxParallel'],
    ['rollback of a step', step('rollback: {uses: kubernetes/restart}'), '/spec/steps/1/rollback'],
    [
      'an action of a later version',
      withSteps('{name: a, uses: http/request, with: {url: "https://x"}}'),
      '/spec/steps/0/uses',
    ],
    ['onFailure', withSpec(`  onFailure: [{name: f, uses: kubernetes/wait, with: ${WAIT}}]\n`), '/spec/onFailure'],
    ['finally', withSpec(`  finally: [{name: f, uses: kubernetes/wait, with: ${WAIT}}]\n`), '/spec/finally'],
    ['rollback', withSpec('  rollback: {enabled: true}\n'), '/spec/rollback'],
    ['triggers', withSpec('  triggers: [{type: schedule, cron: "0 2 * * *"}]\n'), '/spec/triggers'],
    ['secrets', withSpec('  secrets: [{name: a, from: "vault:secret/a#b"}]\n'), '/spec/secrets'],
    ['egress', withSpec('  egress: [example.com]\n'), '/spec/egress'],
    ['concurrency', withSpec('  concurrency: {key: a}\n'), '/spec/concurrency'],
    ['maxParallel', withSpec('  maxParallel: 3\n'), '/spec/maxParallel'],
    [
      'a sensitive input',
      withSpec('  inputs: {type: object, properties: {t: {type: string, x-atom-sensitive: true}}}\n'),
      '/spec/inputs/properties/t/x-atom-sensitive',
    ],
  ])('refuses %s, which is valid, with pointer and line', async (_what, text, pointer) => {
    await expect(read(text)).resolves.toBeDefined();
    const { code, problems } = await refusal(text);
    expect(code).toBe('WPK.UNSUPPORTED');
    expect(problems).toMatchObject([{ pointer, line: expect.any(Number), hint: expect.any(String) }]);
  });

  it('lets empty and switched-off features pass', async () => {
    const text = withSpec(
      '  onFailure: []\n  finally: []\n  rollback: {enabled: false}\n  triggers: []\n  secrets: []\n  egress: []\n',
    );
    const file = await read(text);
    expect(() => requireSupported(file)).not.toThrow();
  });
});

describe('any mutation of a package', () => {
  const pieces = [
    '${{',
    '}}',
    ': ',
    '- ',
    '\n',
    '  ',
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    '&a ',
    '*a',
    '!!x ',
    '%',
    '\u0000',
    '😀',
    '0',
    'null',
    '~',
    '<<: ',
    '1e999',
    'steps.',
    'inputs',
    '|\n',
    '#',
    '__proto__',
  ];

  it('is read or refused with a WpkError', async () => {
    let state = 7;
    const random = (below: number): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % below;
    const source = withSpec(
      '  inputs: {type: object, properties: {ns: {type: string, pattern: "^a+$", default: aa}}}\n  target: "${{ inputs.ns }}"\n',
    );
    let refusals = 0;
    for (let round = 0; round < 400; round++) {
      let text = source;
      for (let change = 0; change <= random(3); change++) {
        const at = random(text.length);
        text = text.slice(0, at) + (pieces[random(pieces.length)] ?? '') + text.slice(at + random(8));
      }
      const outcome = await read(text).catch((error: unknown) => error);
      if (outcome instanceof Error) {
        expect([text, outcome.name]).toEqual([text, 'WpkError']);
        refusals += 1;
      }
    }
    expect(refusals).toBeGreaterThan(200);
  });
});
