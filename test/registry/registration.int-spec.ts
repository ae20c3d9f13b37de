import { createHash } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import type { WorkflowVersionDto } from '../../src/registry/workflows/workflow.dto.js';
import { aPackage, aSigner, type PackageOptions } from '../builders/signed-package.js';
import { type RegistryApp, startRegistry } from './registry.app.js';

const signer = aSigner();
const stranger = aSigner();
let registry: RegistryApp;
let database: pg.Pool;

beforeAll(async () => {
  registry = await startRegistry(signer.publicKeyPem);
  database = new pg.Pool({ connectionString: registry.database.url, max: 2 });
});

afterAll(async () => {
  await database.end();
  await registry.close();
});

/** Sends a package with the bundle of the trusted signer. */
const register = (options: PackageOptions): Promise<Response> => registerBytes(aPackage(options));

function registerBytes(bytes: Buffer): Promise<Response> {
  return registry.upload([
    ['package', bytes],
    ['bundle', signer.bundle(bytes)],
  ]);
}

async function read(path: string): Promise<{ status: number; body: unknown }> {
  const response = await registry.request(path);
  return { status: response.status, body: await response.json() };
}

describe('POST /v1/workflows', () => {
  it('registers a package with a bundle, and says all that is known of it', async () => {
    const bytes = aPackage({ name: 'with-bundle' });
    const response = await registerBytes(bytes);
    expect(response.status).toBe(201);
    expect(response.headers.get('location')).toBe('/v1/workflows/with-bundle/versions/1.0.0');
    expect(await response.json()).toEqual({
      ...{ name: 'with-bundle', version: '1.0.0', size: bytes.length, mediaType: expect.any(String) },
      digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
      ...{ description: 'A runbook.', author: 'platform-team', tags: ['demo', 'health'] },
      signer: { kind: 'key', keyId: signer.keyId },
      decision: expect.objectContaining({ outcome: 'allow', requiredApprovals: 0, reasons: [] }),
      ...{ uploadedBy: 'bootstrap', createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) },
      ...{ runtimes: ['kubernetes'], safetyMode: 'manual', override: null },
      ...{ state: 'active', stateReason: null, stateBy: null, stateAt: null },
    });
  });

  it('registers a package with a bare signature', async () => {
    const bytes = aPackage({ name: 'with-signature' });
    const response = await registry.upload([
      ['signature', signer.signature(bytes)],
      ['package', bytes],
    ]);
    expect(response.status).toBe(201);
  });

  it('keeps one signature of each signer when several come with the package', async () => {
    const bytes = aPackage({ name: 'signed-twice' });
    const bundle = signer.bundle(bytes);
    const response = await registry.upload([
      ...[['package', bytes] as const, ['bundle', bundle] as const, ['bundle', bundle] as const],
      ['signature', signer.signature(bytes)],
    ]);
    expect(response.status).toBe(201);
    const { body } = await read('/v1/workflows/signed-twice/versions/1.0.0/signatures');
    expect((body as { items: unknown[] }).items).toHaveLength(1);
  });

  it('answers the same bytes again with 200 and what was registered first', async () => {
    const bytes = aPackage({ name: 'again' });
    const first = await (await registerBytes(bytes)).json();
    const second = await registerBytes(bytes);
    expect(second.status).toBe(200);
    expect(await second.json()).toEqual(first);
  });

  it('refuses a bad signature of bytes that are registered', async () => {
    const bytes = aPackage({ name: 'again-badly' });
    expect((await registerBytes(bytes)).status).toBe(201);
    for (const [kind, text, status] of [
      ['bundle', stranger.bundle(bytes), 403],
      ['bundle', signer.bundle(aPackage({ name: 'other' })), 422],
      ['signature', stranger.signature(bytes), 422],
      ['bundle', '{}', 422],
    ] as const) {
      expect((await registry.upload([['package', bytes], [kind, text]])).status).toBe(status); // prettier-ignore
    }
  });

  it('refuses other bytes under the same name and version', async () => {
    await register({ name: 'immutable' });
    const response = await register({ name: 'immutable', description: 'Something else.' });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: 'version-exists' });
  });

  it('lets exactly one of many different uploads of one version win', async () => {
    for (let round = 0; round < 5; round++) {
      const name = `race-${round}`;
      const contents = Array.from({ length: 12 }, (_, i) => aPackage({ name, description: `Variant ${i}.` }));
      const responses = await Promise.all(contents.map(registerBytes));
      expect(responses.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(11).fill(409)]);
      const winner = contents[responses.findIndex(({ status }) => status === 201)]!;
      const bytes = await registry.request(`/v1/workflows/${name}/versions/1.0.0/package`);
      expect(Buffer.from(await bytes.arrayBuffer()).equals(winner)).toBe(true);
    }
    const { rows } = await database.query(
      `SELECT (SELECT count(*) FROM package) - (SELECT count(*) FROM workflow_version) AS orphans`,
    );
    expect(rows).toEqual([{ orphans: '0' }]);
  });

  it('creates once what many upload at the same time', async () => {
    const bytes = aPackage({ name: 'same-race' });
    const responses = await Promise.all(Array.from({ length: 12 }, () => registerBytes(bytes)));
    expect(responses.map(({ status }) => status).sort()).toEqual([...Array<number>(11).fill(200), 201]);
  });

  it('admits what needs approval, with the decision on it', async () => {
    const response = await register({ name: 'careful', safety: '{approvalRequired: true}' });
    expect(response.status).toBe(201);
    const { decision } = (await response.json()) as WorkflowVersionDto;
    expect(decision).toMatchObject({ outcome: 'requireApproval', requiredApprovals: 1 });
    const { rows } = await database.query('SELECT stage, outcome FROM policy_decision WHERE id = $1', [decision.id]);
    expect(rows).toEqual([{ stage: 'admission', outcome: 'requireApproval' }]);
  });

  it('keeps a second signature of registered bytes by another trusted key, and one of each key', async () => {
    const bytes = aPackage({ name: 'signed-again' });
    await registerBytes(bytes);
    await registerBytes(bytes);
    await registry.upload([
      ['package', bytes],
      ['signature', signer.signature(bytes)],
    ]);
    const { body } = await read('/v1/workflows/signed-again/versions/1.0.0/signatures');
    expect(body).toEqual({
      items: [
        {
          ...{ kind: 'bundle', signer: { kind: 'key', keyId: signer.keyId }, bundle: expect.any(String) },
          ...{ storedAt: expect.any(String), signedAt: null, logged: false, attested: false },
        },
      ],
    });
  });

  it('needs the right to write', async () => {
    const created = await registry.request('/v1/tokens', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'reader', role: 'viewer' }),
    });
    const { token } = (await created.json()) as { token: string };
    const bytes = aPackage({ name: 'forbidden' });
    const response = await registry.upload([['package', bytes]], token);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 'permission-missing' });
  });
});

describe('POST /v1/workflows refuses', () => {
  const bytes = aPackage({ name: 'refused' });
  const bundle = signer.bundle(bytes);
  const other = aPackage({ name: 'refused', description: 'Other bytes.' });
  const signed = (text: string | Buffer): [string, Uint8Array | string][] => {
    const content = Buffer.from(text);
    return [
      ['package', content],
      ['bundle', signer.bundle(content)],
    ];
  };
  const withBundle = (text: string): [string, Uint8Array | string][] => [
    ['package', bytes],
    ['bundle', text],
  ];
  const withSignature = (text: string): [string, Uint8Array | string][] => [
    ['package', bytes],
    ['signature', text],
  ];
  const system = '[{apiGroups: [apps], resources: [deployments], verbs: ["*"], namespaces: [web]}]';
  const tooNew = '[{name: tell, uses: notify/slack, with: {text: hello}}]';

  it.each<[string, number, string, [string, Uint8Array | string][]]>([
    ['no package', 400, 'part-missing', [['bundle', bundle]]],
    ['no part at all', 400, 'part-missing', []],
    ['an unknown part', 400, 'part-unexpected', [...withBundle(bundle), ['note', 'hello']]],
    ['two packages', 400, 'part-unexpected', [...withBundle(bundle), ['package', bytes]]],
    [
      'more signatures than are read',
      400,
      'part-unexpected',
      [['package', bytes], ...Array.from({ length: 11 }, () => ['bundle', bundle] as [string, string])],
    ],
    ['a bundle beyond its limit', 413, 'part-too-large', withBundle(' '.repeat(1024 * 1024 + 1))],
    ['a signature beyond its limit', 413, 'part-too-large', withSignature('A'.repeat(16 * 1024 + 1))],
    ['a package beyond its limit', 413, 'package-too-large', signed(Buffer.alloc(20 * 1024 * 1024 + 1, '#'))],
    ['YAML beyond its limit', 413, 'package-too-large', signed(Buffer.alloc(1024 * 1024 + 1, '#'))],
    ['an empty package', 400, 'package-malformed', signed('')],
    ['what is no YAML', 400, 'package-malformed', signed('{')],
    ['what is no text', 400, 'package-malformed', signed(Buffer.from([0xff, 0xfe, 0x00]))],
    ['what is no archive', 400, 'package-malformed', signed(Buffer.from([0x1f, 0x8b, 8, 0, 0, 0]))],
    ['a NUL in a text', 400, 'package-malformed', signed(aPackage({ description: 'a\0b' }))],
    ['another kind of document', 422, 'package-invalid', signed('apiVersion: v1\nkind: Pod\n')],
    [
      'a version that cannot be ordered',
      422,
      'package-invalid',
      signed(aPackage({ version: '99999999999999999999.0.0' })),
    ],
    ['an action that is not there yet', 422, 'package-unsupported', signed(aPackage({ steps: tooNew }))],
    ['a package without a signature', 422, 'signature-missing', [['package', bytes]]],
    ['an empty signature', 422, 'signature-missing', withSignature('\n')],
    ['an empty bundle', 422, 'signature-missing', withBundle('')],
    ['a signature that is no base64', 422, 'signature-invalid', withSignature('hello world')],
    ['a signature of other bytes', 422, 'signature-invalid', withSignature(signer.signature(other))],
    ['a bare signature by a stranger', 422, 'signature-invalid', withSignature(stranger.signature(bytes))],
    ['a bundle by a stranger', 403, 'signer-not-trusted', withBundle(stranger.bundle(bytes))],
    ['a bundle of other bytes', 422, 'digest-mismatch', withBundle(signer.bundle(other))],
    ['a bundle that is no JSON', 400, 'bundle-malformed', withBundle('{')],
    ['a bundle of an unknown kind', 422, 'signature-unsupported', withBundle('{"mediaType":"application/x"}')],
    ['what policy denies', 403, 'policy-denied', signed(aPackage({ name: 'denied', permissions: system }))],
  ])('%s: %i %s', async (_, status, code, parts) => {
    const response = await registry.upload(parts);
    const body: unknown = await response.json();
    expect({ status: response.status, body }).toMatchObject({ status, body: { code } });
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  });

  it('another content type with 415', async () => {
    for (const contentType of ['application/json', 'application/yaml', 'multipart/mixed; boundary=x']) {
      const response = await registry.request('/v1/workflows', {
        method: 'POST',
        headers: { 'content-type': contentType },
        body: '{}',
      });
      expect(response.status).toBe(415);
      expect(await response.json()).toMatchObject({ code: 'media-type-unsupported' });
    }
  });

  it('a form where only JSON is read with 415, also where a body may be absent', async () => {
    const response = await registry.request('/v1/trust/keys/anything/retire', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x--',
    });
    expect(response.status).toBe(415);
  });

  it('a body that ends too early', async () => {
    const response = await registry.request('/v1/workflows', {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\ncontent-disposition: form-data; name="package"; filename="p"\r\n\r\napiVersion: atom.dev/v1',
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'part-malformed' });
  });

  it('with every reason and its line when policy denies', async () => {
    const response = await registry.upload(signed(aPackage({ name: 'denied', permissions: system })));
    const { errors } = (await response.json()) as { errors: unknown[] };
    expect(errors).toEqual([
      { pointer: '#/spec/permissions/0/verbs/0', detail: expect.stringContaining('ATOM-RBAC-001'), line: 11 },
    ]);
  });

  it('with pointer, line and column when the schema does', async () => {
    const response = await registry.upload(signed(aPackage({ safety: '{mode: careless}' })));
    const { errors } = (await response.json()) as { errors: unknown[] };
    expect(errors).toContainEqual(expect.objectContaining({ pointer: '#/spec/safety/mode', line: 10 }));
  });

  it('without storing anything', async () => {
    const { rows } = await database.query(
      `SELECT count(*)::int AS n FROM workflow_version WHERE name IN ('refused', 'denied', 'forbidden')`,
    );
    expect(rows).toEqual([{ n: 0 }]);
    expect((await read('/v1/workflows/refused')).status).toBe(404);
  });
});

describe('the metrics', () => {
  it('count registrations, validations, signatures and violations', async () => {
    const text = await (await registry.request('/metrics', {}, null)).text();
    for (const sample of [
      /^workflow_registrations_total\{result="created"\} [1-9]/m,
      /^workflow_registrations_total\{result="unchanged"\} [1-9]/m,
      /^workflow_registrations_total\{result="refused"\} [1-9]/m,
      /^workflow_validations_total\{result="ok"\} [1-9]/m,
      /^workflow_validations_total\{result="refused"\} [1-9]/m,
      /^workflow_signatures_verified_total\{result="ok",kind="bundle"\} [1-9]/m,
      /^workflow_signatures_verified_total\{result="ok",kind="signature"\} [1-9]/m,
      /^workflow_signatures_verified_total\{result="refused",kind="bundle"\} [1-9]/m,
      /^policy_violations_total\{rule="ATOM-RBAC-001",severity="critical"\} [1-9]/m,
    ]) {
      expect(text).toMatch(sample);
    }
  });

  it('count what is refused by its reason, from the first byte on', async () => {
    const refused = async (reason: string): Promise<number> => {
      const text = await (await registry.request('/metrics', {}, null)).text();
      return Number(
        new RegExp(`^workflow_packages_refused_total\\{reason="${reason}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? 0,
      );
    };
    const reasons = ['signature-missing', 'part-missing', 'media-type-unsupported', 'package-malformed'];
    const before = await Promise.all(reasons.map(refused));
    await registry.upload([['package', aPackage({ name: 'unsigned' })]]);
    await registry.upload([['bundle', '{}']]);
    await registry.request('/v1/workflows', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' });
    await registerBytes(Buffer.from('{{'));
    expect(await Promise.all(reasons.map(refused))).toEqual(before.map((count) => count + 1));
  });
});
