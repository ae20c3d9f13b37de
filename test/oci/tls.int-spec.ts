import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { findOlareg } from './programs.js';
import { RegistryProcess } from './registry.process.js';
import { Workshop } from './workshop.js';

const search = await findOlareg();

describe('a registry with TLS', () => {
  if ('missing' in search) it('was not tried', () => console.warn(search.missing));
  else contract(search.program);
});

function contract(program: string): void {
  let registry: RegistryProcess;
  let workshop: Workshop;

  beforeAll(async () => {
    workshop = await Workshop.open();
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const files = ['-subj', '/CN=registry', '-keyout', 'tls.key', '-out', 'tls.pem'];
    const name = ['-addext', 'subjectAltName=IP:127.0.0.1'];
    await promisify(execFile)('openssl', [...request, ...files, ...name], { cwd: workshop.folder });
    const tls = ['--tls-cert', workshop.path('tls.pem'), '--tls-key', workshop.path('tls.key')];
    registry = await RegistryProcess.olareg(program, tls);
    await workshop.signed('demo');
  });
  afterAll(() => Promise.all([registry.stop(), workshop.close()]));

  const push = (...more: string[]) =>
    workshop.call('oci', 'push', 'demo.wpk.yaml', `${registry.host}/team/demo`, ...more);

  it('is refused while nobody vouches for its certificate', async () => {
    const { code, stderr } = await push('--no-plain-http');
    expect(code).toBe(3);
    expect(stderr).toContain('NODE_EXTRA_CA_CERTS');
  });

  it('is used when its authority is known', async () => {
    workshop.env = { ...workshop.env, NODE_EXTRA_CA_CERTS: workshop.path('tls.pem') };
    expect(await push('--no-plain-http')).toMatchObject({ code: 0 });
    const pull = ['oci', 'pull', `${registry.host}/team/demo:1.0.0`, '--no-plain-http', '--out', 'got'];
    expect(await workshop.json(...pull, '--key', 'cosign.pub')).toMatchObject({ verified: true });
  });

  it('is not spoken to without TLS by accident', async () => {
    const { code, stderr } = await push();
    expect(code).toBe(1);
    expect(stderr).toContain('HTTP 400');
  });
}
