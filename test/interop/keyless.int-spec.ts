import { readFile } from 'node:fs/promises';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import {
  generateKeyPair,
  loadPublicKey,
  loadTrustRoot,
  PACKAGE_PREDICATE_TYPE,
  type TrustedKey,
  verifySignature,
} from '../../src/wpk/signatures/index.js';
import { COSIGN_MAJORS, CosignBench, type CosignMajor, findCosign } from './cosign.js';
import { LocalSigstore } from './local-sigstore.js';

const IDENTITY = 'https://ci.example/team/runbooks/.github/workflows/sign.yml@refs/heads/main';
const ISSUER = 'https://issuer.example';
const since = 'start-time=2020-01-01T00:00:00Z';
const bytes = Buffer.from('apiVersion: atom.dev/v1\nkind: WorkflowPackage\n');
const refusal = expect.objectContaining({ name: 'SignatureError' });

for (const major of COSIGN_MAJORS) {
  const search = await findCosign(major);
  describe(`cosign ${major} with a Sigstore on this machine`, () => {
    if ('program' in search) compare(search.program, major);
    else it('was not compared', () => console.warn(search.missing));
  });
}

/** Real cosign against the services of @sigstore/mock; trusted_root.json and the signing configurations are made by cosign. */
function compare(program: string, major: CosignMajor): void {
  let sigstore: LocalSigstore;
  let cosign: CosignBench;
  let key: TrustedKey;

  beforeAll(async () => {
    cosign = await CosignBench.open(program);
    sigstore = await LocalSigstore.start();
    await describeSigstore(cosign, sigstore);
    const files = generateKeyPair('');
    key = loadPublicKey(files.publicKeyPem);
    await cosign.write('cosign.key', files.privateKeyFile);
    await cosign.write('cosign.pub', files.publicKeyPem);
    await cosign.write('token.jwt', sigstore.token(IDENTITY, ISSUER));
    await cosign.write('predicate.json', JSON.stringify({ name: 'demo', version: '1.0.0' }));
    await cosign.write('pkg', bytes);
    await cosign.write('changed', Buffer.concat([bytes, Buffer.from('#\n')]));
  });
  afterAll(async () => {
    await sigstore.close();
    await cosign.close();
  });

  const newFormat = major === 2 ? ['--new-bundle-format'] : [];
  const sign = (verb: 'sign-blob' | 'attest-blob', config: string, bundle: string, ...who: string[]) =>
    cosign.run(
      ...[verb, '--yes', ...who, '--signing-config', config, '--trusted-root', 'trusted_root.json'],
      ...(verb === 'attest-blob' ? ['--predicate', 'predicate.json', '--type', PACKAGE_PREDICATE_TYPE] : []),
      ...['--bundle', bundle, 'pkg'],
    );
  const verify = (bundle: string, blob: string, ...who: string[]) =>
    cosign.run('verify-blob', '--bundle', bundle, ...newFormat, '--trusted-root', 'trusted_root.json', ...who, blob);
  const byIdentity = (identity: string, issuer: string) => [
    ...['--certificate-identity', identity, '--certificate-oidc-issuer', issuer],
  ];
  const here = async (bundle: string) =>
    verifySignature(bytes, { kind: 'bundle', text: await readFile(cosign.path(bundle), 'utf8') }, { keys: [key] });

  it.each(['log.json', 'log-and-time.json'])('signs without a key (%s), and verifies who it was', async (config) => {
    await sign('sign-blob', config, 'keyless.json', '--identity-token', 'token.jwt');
    await verify('keyless.json', 'pkg', ...byIdentity(IDENTITY, ISSUER));
    for (const [blob, identity, issuer] of [
      ['changed', IDENTITY, ISSUER],
      ['pkg', `${IDENTITY}x`, ISSUER],
      ['pkg', IDENTITY, `${ISSUER}.evil`],
    ] as const) {
      await expect(verify('keyless.json', blob, ...byIdentity(identity, issuer))).rejects.toThrow();
    }
  });

  it.each([
    ['sign-blob', 'log.json'],
    ['sign-blob', 'log-and-time.json'],
    ['attest-blob', 'log.json'],
  ] as const)('%s without a key (%s) is accepted here for whom we trust, and for nobody else', async (verb, config) => {
    await sign(verb, config, 'trusted.json', '--identity-token', 'token.jwt');
    const signature = { kind: 'bundle', text: await readFile(cosign.path('trusted.json'), 'utf8') } as const;
    const root = loadTrustRoot(await readFile(cosign.path('trusted_root.json'), 'utf8'));
    const subject = IDENTITY.replace('/main', '/*');
    const verified = verifySignature(bytes, signature, { keys: [], identities: [{ issuer: ISSUER, subject }], root });
    expect(verified).toMatchObject({
      signer: { kind: 'identity', subject: IDENTITY, issuer: ISSUER },
      ...{ isLogged: true, signedAt: expect.any(Date) },
    });
    for (const [content, identity] of [
      [Buffer.concat([bytes, Buffer.from('#')]), { issuer: ISSUER, subject }],
      [bytes, { issuer: `${ISSUER}.evil`, subject }],
      [bytes, { issuer: ISSUER, subject: IDENTITY.slice(0, -1) }],
    ] as const) {
      expect(() => verifySignature(content, signature, { keys: [key], identities: [identity], root })).toThrow(refusal);
    }
  });

  it('a stranger signs without a key, and no key here lets it pass', async () => {
    await sign('sign-blob', 'log.json', 'keyless.json', '--identity-token', 'token.jwt');
    await expect(here('keyless.json')).rejects.toThrow(refusal);
    await sign('attest-blob', 'log.json', 'keyless-attestation.json', '--identity-token', 'token.jwt');
    await expect(here('keyless-attestation.json')).rejects.toThrow(refusal);
  });

  it.each(['sign-blob', 'attest-blob'] as const)('%s with a key and a log is accepted by both', async (verb) => {
    await sign(verb, 'log.json', 'logged.json', '--key', 'cosign.key');
    if (verb === 'sign-blob') await verify('logged.json', 'pkg', '--key', 'cosign.pub');
    expect((await here('logged.json')).signer).toEqual({ kind: 'key', keyId: key.id });
  });
}

/** As an operator of a private Sigstore does it: docs/signing.md. */
async function describeSigstore(cosign: CosignBench, sigstore: LocalSigstore): Promise<void> {
  const { url, timestampUrl } = sigstore;
  await sigstore.writeTrust(cosign.folder);
  await cosign.run(
    ...['trusted-root', 'create', '--out', 'trusted_root.json'],
    ...['--fulcio', `url=${url},certificate-chain=fulcio.pem`, '--ctfe', `url=${url},public-key=ctfe.pub,${since}`],
    ...['--rekor', `url=${url},public-key=rekor.pub,${since}`],
    ...['--tsa', `url=${timestampUrl},certificate-chain=tsa.pem`],
  );
  const service = (at: string) => `url=${at},api-version=1,${since},operator=local`;
  const log = ['--fulcio', service(url), '--rekor', service(url), '--rekor-config', 'ANY'];
  const time = ['--tsa', service(timestampUrl), '--tsa-config', 'ANY'];
  await cosign.run('signing-config', 'create', ...log, '--out', 'log.json');
  await cosign.run('signing-config', 'create', ...log, ...time, '--out', 'log-and-time.json');
}
