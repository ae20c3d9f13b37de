import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ADMIN_TOKEN, type RegistryApp, startRegistry } from '../registry/registry.app.js';
import { findDockerRegistry } from './programs.js';
import { RegistryProcess } from './registry.process.js';
import { Workshop } from './workshop.js';

const search = await findDockerRegistry();

describe('registering in Atom what lies in an OCI registry', () => {
  if ('missing' in search) it('was not tried', () => console.warn(search.missing));
  else contract(search.program);
});

function contract(program: string): void {
  let oci: RegistryProcess;
  let atom: RegistryApp;
  let workshop: Workshop;

  beforeAll(async () => {
    workshop = await Workshop.open();
    [oci, atom] = await Promise.all([
      RegistryProcess.distribution(program),
      startRegistry(workshop.signer.publicKeyPem),
    ]);
    workshop.env = { ...workshop.env, ATOM_URL: atom.url, ATOM_TOKEN: ADMIN_TOKEN };
  });
  afterAll(() => Promise.all([oci.stop(), atom.close(), workshop.close()]));

  it('takes the very bytes and the signature, and leaves no file behind', async () => {
    const { file, bytes } = await workshop.signed('direct');
    const { digest } = await workshop.json('oci', 'push', file, `${oci.host}/team/direct`);
    const before = await workshop.list('.');
    const version = await workshop.json('push', `oci://${oci.host}/team/direct:1.0.0`);
    expect(version).toMatchObject({
      name: 'direct',
      version: '1.0.0',
      digest,
      signer: { keyId: workshop.signer.keyId },
    });
    const stored = await atom.request('/v1/workflows/direct/versions/1.0.0/package');
    expect(Buffer.from(await stored.arrayBuffer())).toEqual(bytes);
    expect(await workshop.list('.')).toEqual(before);
  });

  it('may be repeated', async () => {
    const { file } = await workshop.signed('twice');
    await workshop.json('oci', 'push', file, `${oci.host}/team/twice`);
    const push = ['push', `oci://${oci.host}/team/twice:1.0.0`];
    expect(await workshop.call(...push)).toMatchObject({ code: 0 });
    const { code, stderr } = await workshop.call(...push);
    expect(code).toBe(0);
    expect(stderr).toContain('nothing changed');
  });

  it('is refused by Atom when its keys did not sign', async () => {
    const { file, bytes } = await workshop.signed('strange');
    await workshop.write(`${file}.sigstore.json`, workshop.stranger.bundle(bytes));
    await workshop.json('oci', 'push', file, `${oci.host}/team/strange`);
    const { code, stderr } = await workshop.call('push', `oci://${oci.host}/team/strange:1.0.0`);
    expect(code).toBe(1);
    expect(stderr).toContain('signer-not-trusted');
  });

  it('takes the signatures from the registry and from nowhere else', async () => {
    const { code, stderr } = await workshop.call('push', `oci://${oci.host}/team/direct:1.0.0`, '--bundle', 'x.json');
    expect(code).toBe(2);
    expect(stderr).toContain('the signatures come out of the registry');
  });
}
