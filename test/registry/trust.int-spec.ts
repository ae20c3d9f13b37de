import { generateKeyPairSync } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';

import { aPackage, aSigner, type Signer } from '../builders/signed-package.js';
import { type RegistryApp, startRegistry } from './registry.app.js';

const environment = aSigner();
const stranger = aSigner();
let registry: RegistryApp;
let serial = 0;

beforeAll(async () => {
  registry = await startRegistry(environment.publicKeyPem);
});

afterAll(() => registry.close());

const post = (path: string, json?: unknown) => registry.send('POST', `/v1/trust/${path}`, json ?? {});
const get = (path: string) => registry.send('GET', path === '' ? '/v1/trust' : `/v1/trust/${path}`);

/** A key pair whose public key the registry has under a new name. */
async function aTrusted(): Promise<Signer & { readonly name: string }> {
  const signer = aSigner();
  const name = `key-${++serial}`;
  expect(await post('keys', { name, publicKey: signer.publicKeyPem })).toMatchObject({ status: 201 });
  return { ...signer, name };
}

const checked = (bytes: Buffer, ...signers: readonly Pick<Signer, 'bundle'>[]) => ({
  package: bytes.toString('base64'),
  bundles: signers.map((signer) => signer.bundle(bytes)),
});

/** Sets a policy whose checks are a package that `signers` signed and one that a stranger signed. */
function putPolicy(
  name: string,
  names: string[],
  signers: readonly (Signer & { readonly name: string })[],
  more: object = {},
) {
  const bytes = aPackage({ name: names[0]?.replaceAll('*', 'x') ?? '' });
  const checks = { good: checked(bytes, ...signers), bad: checked(bytes, stranger) };
  const any = signers.map((signer) => ({ key: signer.name }));
  return registry.send('PUT', `/v1/trust/policies/${name}`, { names, any, checks, ...more });
}

async function register(name: string, version: string, ...signers: readonly Pick<Signer, 'bundle'>[]) {
  const bytes = aPackage({ name, version });
  const bundles = signers.map((signer) => ['bundle', signer.bundle(bytes)] as const);
  const response = await registry.upload([['package', bytes], ...bundles]);
  const body = (await response.json()) as { code?: string; detail?: string };
  return { status: response.status, code: body.code, detail: body.detail };
}

describe('keys and identities', () => {
  it('are added, shown, retired and revoked, each change on record', async () => {
    const { name, keyId, publicKeyPem } = await aTrusted();
    expect(await get(`keys/${name}`)).toEqual({
      status: 200,
      body: { name, state: 'active', keyId, publicKey: publicKeyPem },
    });
    const retired = await post(`keys/${name}/retire`, { reason: 'rotation' });
    expect(retired).toMatchObject({
      status: 200,
      body: { state: 'retired', reason: 'rotation', retiredAt: expect.any(String) },
    });
    expect(await post(`keys/${name}/revoke`, { reason: ' ' })).toMatchObject({ status: 422 });
    const revoked = await post(`keys/${name}/revoke`, { reason: 'stolen' });
    expect(revoked).toMatchObject({ status: 200, body: { state: 'revoked', reason: 'stolen' } });
    const { body } = await registry.send('GET', `/v1/audit?subject=trust/keys/${name}`);
    expect((body as { items: unknown[] }).items).toMatchObject([
      { actor: 'bootstrap', action: 'trust-key.revoke', body: { reason: 'stolen' } },
      { action: 'trust-key.retire', body: { reason: 'rotation' } },
      { action: 'trust-key.add', body: { publicKey: publicKeyPem } },
    ]);
  });

  it('cannot come back once they are revoked, nor be retired', async () => {
    const { name, publicKeyPem } = await aTrusted();
    await post(`keys/${name}/revoke`, { reason: 'stolen' });
    expect(await post(`keys/${name}/retire`)).toMatchObject({ status: 409, body: { code: 'trust-conflict' } });
    expect(await post('keys', { name, publicKey: aSigner().publicKeyPem })).toMatchObject({ status: 409 });
    const again = await post('keys', { name: `${name}-again`, publicKey: publicKeyPem });
    expect(again).toMatchObject({ status: 422, body: { code: 'trust-invalid' } });
  });

  it('do the same when they are told twice', async () => {
    const { name } = await aTrusted();
    const first = await post(`keys/${name}/revoke`, { reason: 'stolen' });
    const revision = ((await get('')).body as { revision: number }).revision;
    expect(await post(`keys/${name}/revoke`, { reason: 'again' })).toEqual(first);
    expect(await get('')).toMatchObject({ body: { revision } });
  });

  it.each([
    ['what is no key', 'hello'],
    ['a private key', environment.publicKeyPem.replaceAll('PUBLIC', 'PRIVATE')],
    [
      'an RSA key',
      generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'pem', type: 'spki' }),
    ],
    ['two keys at once', aSigner().publicKeyPem + aSigner().publicKeyPem],
  ])('are not %s', async (_what, publicKey) => {
    const refused = await post('keys', { name: 'never', publicKey });
    expect(refused).toMatchObject({
      status: 422,
      body: { code: 'trust-invalid', errors: [{ pointer: expect.any(String) }] },
    });
    expect(await get('keys/never')).toMatchObject({ status: 404, body: { code: 'trust-not-found' } });
  });

  it('end at a time that everybody reads alike, or are refused: an end that nobody can read would be none', async () => {
    for (const notAfter of ['2020-W01-1', '20200101T000000Z', '2020-01-01T00:00:00']) {
      const refused = await post('keys', { name: 'endless', publicKey: aSigner().publicKeyPem, notAfter });
      expect(refused).toMatchObject({ status: 422, body: { code: 'trust-invalid' } });
    }
  });

  it('may be identities of a certificate', async () => {
    const identity = { issuer: 'https://issuer.example', subject: 'https://ci.example/acme/*' };
    expect(await post('identities', { name: 'release', ...identity })).toMatchObject({ status: 201 });
    expect(await get('identities/release')).toMatchObject({ body: { ...identity, state: 'active' } });
    expect(await post('identities/release/revoke', { reason: 'moved' })).toMatchObject({ body: { state: 'revoked' } });
  });

  it('are changed one after the other, however many ask at the same time', async () => {
    const before = ((await get('')).body as { revision: number }).revision;
    const answers = await Promise.all(
      Array.from({ length: 4 }, (_, i) => post('keys', { name: `parallel-${i}`, publicKey: aSigner().publicKeyPem })),
    );
    const added = answers.filter(({ status }) => status === 201).length;
    expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect(((await get('')).body as { revision: number }).revision).toBe(before + added);
  });

  it('are shown to every role and changed by admins only', async () => {
    const created = await registry.send('POST', '/v1/tokens', { name: 'author-of-trust', role: 'author' });
    const { token } = created.body as { token: string };
    expect(await registry.send('GET', '/v1/trust', undefined, token)).toMatchObject({ status: 200 });
    const key = { name: 'mine', publicKey: aSigner().publicKeyPem };
    expect(await registry.send('POST', '/v1/trust/keys', key, token)).toMatchObject({ status: 403 });
    expect(await registry.send('GET', '/v1/audit', undefined, token)).toMatchObject({ status: 403 });
  });
});

describe('a trust policy', () => {
  it('decides whose packages of a name are registered; the keys of the environment only what it leaves', async () => {
    const team = await aTrusted();
    expect(await register('team-a-web', '1.0.0', team)).toMatchObject({ status: 403, code: 'signatures-insufficient' });
    expect(await putPolicy('team-a', ['team-a-*'], [team])).toMatchObject({
      status: 200,
      body: { name: 'team-a', threshold: 1 },
    });
    expect(await register('team-a-web', '1.0.0', team)).toMatchObject({ status: 201 });
    expect(await register('team-a-db', '1.0.0', environment)).toMatchObject({
      status: 403,
      code: 'signatures-insufficient',
    });
    expect(await register('elsewhere', '1.0.0', environment)).toMatchObject({ status: 201 });
    expect(await registry.send('DELETE', '/v1/trust/policies/team-a')).toMatchObject({ status: 204 });
    expect(await register('team-a-db', '1.0.0', environment)).toMatchObject({ status: 201 });
  });

  it('may ask for two signers, who may come one after the other', async () => {
    const [first, second] = [await aTrusted(), await aTrusted()];
    await putPolicy('prod', ['prod-*'], [first, second], { threshold: 2 });
    expect(await register('prod-web', '1.0.0', first)).toMatchObject({ status: 403, code: 'signatures-insufficient' });
    expect(await register('prod-web', '1.0.0', first, second)).toMatchObject({ status: 201 });
    expect(await register('prod-web', '1.0.0', second)).toMatchObject({ status: 200 });
  });

  it('that asks for an attestation is satisfied by the one that came with a bare signature of the same signer', async () => {
    const team = await aTrusted();
    const claims = { name: 'attested-web', version: '1.0.0' };
    const bytes = aPackage(claims);
    const checks = {
      good: { package: bytes.toString('base64'), bundles: [team.attestation(bytes, claims)] },
      bad: checked(bytes, stranger),
    };
    await putPolicy('attested', ['attested-*'], [team], { requireAttestation: true, checks });
    const signatures = [
      ['signature', team.signature(bytes)],
      ['bundle', team.attestation(bytes, claims)],
    ] as const;
    expect((await registry.upload([['package', bytes], ...signatures])).status).toBe(201);
    const verification = '/v1/workflows/attested-web/versions/1.0.0/verification';
    expect(await registry.send('GET', verification)).toMatchObject({ status: 200, body: { accepted: true } });
  });

  it('that asks for an attestation is satisfied by one that the same signer brings later', async () => {
    const team = await aTrusted();
    const claims = { name: 'later-web', version: '1.0.0' };
    const bytes = aPackage(claims);
    const attested = team.attestation(bytes, claims);
    await putPolicy('later', ['later-*'], [team]);
    const bare = [['package', bytes], ['signature', team.signature(bytes)]] as const; // prettier-ignore
    expect((await registry.upload(bare)).status).toBe(201);
    const checks = { good: { package: bytes.toString('base64'), bundles: [attested] }, bad: checked(bytes, stranger) };
    await putPolicy('later', ['later-*'], [team], { requireAttestation: true, checks });
    const verification = async (): Promise<unknown> =>
      (await registry.send('GET', '/v1/workflows/later-web/versions/1.0.0/verification')).body;
    expect(await verification()).toMatchObject({ accepted: false });
    const stronger = [['package', bytes], ['bundle', attested]] as const; // prettier-ignore
    expect((await registry.upload(stronger)).status).toBe(200);
    expect(await verification()).toMatchObject({ accepted: true });
    const { body } = await registry.send('GET', '/v1/workflows/later-web/versions/1.0.0/signatures');
    expect(body).toMatchObject({
      items: [
        { kind: 'signature', attested: false },
        { kind: 'bundle', attested: true },
      ],
    });
  });

  it('that would lock everybody out or let everybody in does not come into force', async () => {
    const team = await aTrusted();
    const bytes = aPackage({ name: 'safe-x' });
    const [good, bad] = [checked(bytes, team), checked(bytes, stranger)];
    const put = (checks: object) =>
      registry.send('PUT', '/v1/trust/policies/safe', { names: ['safe-*'], any: [{ key: team.name }], checks });
    for (const [checks, pointer] of [
      [{ good: bad, bad }, '#/checks/good'],
      [{ good, bad: good }, '#/checks/bad'],
      [{ good: checked(aPackage({ name: 'other' }), team), bad }, '#/checks/good/package'],
      [{ good: { package: 'AAAA' }, bad }, '#/checks/good/package'],
    ] as const) {
      expect(await put(checks)).toMatchObject({
        status: 422,
        body: { code: 'trust-policy-fails', errors: [{ pointer }] },
      });
    }
    expect(await get('policies/safe')).toMatchObject({ status: 404 });
    expect(await put({ good, bad })).toMatchObject({ status: 200 });
  });

  it.each([
    ['without checks', { checks: undefined }, 422],
    ['with a list for checks', { checks: [] }, 422],
    ['with lists for packages', { checks: { good: [], bad: [] } }, 422],
    ['with a key that is not there', { any: [{ key: 'nobody' }] }, 422],
    ['with an authority that is nothing', { any: [{}] }, 422],
    ['with an authority that is two things', { any: [{ key: 'a', identity: 'b' }] }, 422],
    ['with a threshold that nobody reaches', { threshold: 3 }, 422],
    ['with an unknown member', { allowEverything: true }, 422],
  ])('is refused %s', async (_what, more, status) => {
    const team = await aTrusted();
    expect(await putPolicy('refused', ['refused-*'], [team], more)).toMatchObject({ status });
  });
});

describe('a key that is', () => {
  it('retired counts for what was stored before, and for nothing new', async () => {
    const team = await aTrusted();
    await putPolicy('rotating', ['rotating-*'], [team]);
    expect(await register('rotating-web', '1.0.0', team)).toMatchObject({ status: 201 });
    await post(`keys/${team.name}/retire`);
    expect(await register('rotating-web', '1.1.0', team)).toMatchObject({ status: 403, code: 'signer-not-trusted' });
    // The same bytes again are what is registered, and that is still believed.
    expect(await register('rotating-web', '1.0.0', team)).toMatchObject({ status: 200 });
    const verification = '/v1/workflows/rotating-web/versions/1.0.0/verification';
    expect(await registry.send('GET', verification)).toMatchObject({ status: 200, body: { accepted: true } });
  });

  it('retired brings nothing back that was being deleted', async () => {
    const team = await aTrusted();
    await putPolicy('leaving', ['leaving-*'], [team]);
    await register('leaving-web', '1.0.0', team);
    await post(`keys/${team.name}/retire`);
    // As it lies there when a process dies between the mark and the bytes.
    const database = new pg.Client({ connectionString: registry.database.url });
    await database.connect();
    await database.query(`UPDATE workflow_version SET state = 'deleted' WHERE name = 'leaving-web'`);
    await database.end();
    expect(await register('leaving-web', '1.0.0', team)).toMatchObject({ status: 403, code: 'signer-not-trusted' });
  });

  it('revoked counts for nothing, and everybody is told why', async () => {
    const team = await aTrusted();
    await putPolicy('revoking', ['revoking-*'], [team]);
    await register('revoking-web', '1.0.0', team);
    await post(`keys/${team.name}/revoke`, { reason: 'laptop stolen' });
    const refused = await register('revoking-web', '1.1.0', team);
    expect(refused).toMatchObject({
      status: 403,
      code: 'key-revoked',
      detail: expect.stringContaining('laptop stolen'),
    });
    expect(await registry.send('GET', '/v1/workflows/revoking-web/versions/1.0.0/verification')).toMatchObject({
      status: 200,
      body: {
        accepted: false,
        problem: { code: 'key-revoked' },
        signatures: [{ counts: false, signer: { keyId: team.keyId }, problem: { code: 'key-revoked' } }],
        policies: [{ name: 'revoking', satisfied: false, satisfiedBy: [] }],
      },
    });
  });
});

describe('POST /v1/trust/explain', () => {
  it('says what would become of an upload, and stores nothing', async () => {
    const bytes = aPackage({ name: 'explained' });
    const explain = async (...signers: readonly Pick<Signer, 'bundle'>[]) => {
      const bundles = signers.map((signer) => ['bundle', signer.bundle(bytes)] as const);
      const response = await registry.upload([['package', bytes], ...bundles], undefined, '/v1/trust/explain');
      return { status: response.status, body: (await response.json()) as object };
    };
    expect(await explain(environment)).toMatchObject({
      status: 200,
      body: { name: 'explained', accepted: true, policies: [{ name: 'environment', satisfied: true }] },
    });
    expect(await explain(stranger)).toMatchObject({
      body: { accepted: false, problem: { code: 'signer-not-trusted' } },
    });
    expect(await explain()).toMatchObject({ body: { accepted: false, problem: { code: 'signature-missing' } } });
    expect(await registry.send('GET', '/v1/workflows/explained')).toMatchObject({ status: 404 });
  });
});

describe('two processes', () => {
  it('agree about trust from the next request on', async () => {
    const other = await startRegistry('', { DATABASE_URL: registry.database.url });
    try {
      const team = await aTrusted();
      await putPolicy('shared', ['shared-*'], [team]);
      const upload = async (version: string): Promise<number> => {
        const bytes = aPackage({ name: 'shared-web', version });
        return (await other.upload([['package', bytes], ['bundle', team.bundle(bytes)]])).status; // prettier-ignore
      };
      expect(await upload('1.0.0')).toBe(201);
      await post(`keys/${team.name}/revoke`, { reason: 'stolen' });
      expect(await upload('1.1.0')).toBe(403);
    } finally {
      await other.close();
    }
  });
});
