import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { findDockerRegistry, findOlareg, findOras, type Search } from './programs.js';
import { RegistryProcess } from './registry.process.js';
import { Workshop } from './workshop.js';

const oras = await findOras();
compareAt('olareg', await findOlareg(), (program) => RegistryProcess.olareg(program));
compareAt('Distribution 2.8', await findDockerRegistry(), (program) => RegistryProcess.distribution(program));

function compareAt(what: string, search: Search, start: (program: string) => Promise<RegistryProcess>): void {
  describe(`atomctl and oras at one registry (${what})`, () => {
    if ('missing' in oras) it('was not compared', () => console.warn(oras.missing));
    else if ('missing' in search) it('was not compared', () => console.warn(search.missing));
    else compare(oras.program, () => start(search.program));
  });
}

const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';

function compare(program: string, start: () => Promise<RegistryProcess>): void {
  let registry: RegistryProcess;
  let workshop: Workshop;

  beforeAll(async () => {
    [registry, workshop] = await Promise.all([start(), Workshop.open()]);
  });
  afterAll(() => Promise.all([registry.stop(), workshop.close()]));

  const run = async (...args: string[]): Promise<string> => {
    const env = { PATH: process.env['PATH'], HOME: workshop.folder };
    const { stdout } = await promisify(execFile)(program, args, { cwd: workshop.folder, env, timeout: 30_000 });
    return stdout;
  };

  it('oras pulls and discovers what atomctl pushed', async () => {
    const { file, bytes, bundle } = await workshop.signed('ours');
    const place = `${registry.host}/team/ours`;
    const { signatures } = await workshop.json('oci', 'push', file, place);
    await run('pull', '--plain-http', `${place}:1.0.0`, '-o', 'ours');
    expect(await workshop.read('ours/ours-1.0.0.wpk.yaml')).toEqual(bytes);

    const [signature] = signatures as { manifest: string }[];
    const found = JSON.parse(await run('discover', '--plain-http', '--format', 'json', `${place}:1.0.0`)) as object;
    expect(JSON.stringify(found)).toContain(signature!.manifest);
    expect(JSON.stringify(found)).toContain(bundleType);
    const { layers } = JSON.parse(
      await run('manifest', 'fetch', '--plain-http', `${place}@${signature!.manifest}`),
    ) as {
      layers: { digest: string }[];
    };
    const fetched = await run('blob', 'fetch', '--plain-http', '-o', '-', `${place}@${layers[0]!.digest}`);
    expect(fetched).toBe(bundle);
  });

  it('atomctl pulls, verified, what oras pushed and attached', async () => {
    const { file, bytes, bundle } = await workshop.signed('theirs');
    const place = `${registry.host}/team/theirs:1.0.0`;
    const types = ['--artifact-type', 'application/vnd.atom.wpk.v1+yaml'];
    await run('push', '--plain-http', ...types, place, `${file}:application/vnd.atom.wpk.v1+yaml`);
    const attach = ['attach', '--plain-http', '--artifact-type', bundleType, place];
    await run(...attach, `${file}.sigstore.json:${bundleType}`);
    await run('attach', '--plain-http', '--artifact-type', 'application/vnd.example.sbom', place, 'cosign.pub');
    const pulled = await workshop.json('oci', 'pull', place, '--out', 'theirs', '--key', 'cosign.pub');
    expect(pulled).toMatchObject({ file: 'theirs/theirs.wpk.yaml', verified: true, bundles: [{}] });
    expect(await workshop.read('theirs/theirs.wpk.yaml')).toEqual(bytes);
    expect(String(await workshop.read('theirs/theirs.wpk.yaml.sigstore.json'))).toBe(bundle);
  });

  it('what oras copies through a folder, into a place without a network, is pulled with its signature', async () => {
    const { file } = await workshop.signed('carried');
    const here = `${registry.host}/team/carried:1.0.0`;
    const there = `${registry.host}/inside/carried:1.0.0`;
    const { manifest } = await workshop.json('oci', 'push', file, here);
    await mkdir(workshop.path('disk'));
    await run('cp', '-r', '--from-plain-http', here, '--to-oci-layout', 'disk:1.0.0');
    await run('cp', '-r', '--from-oci-layout', 'disk:1.0.0', '--to-plain-http', there);
    const pulled = await workshop.json('oci', 'pull', there, '--out', 'inside', '--key', 'cosign.pub');
    expect(pulled).toMatchObject({ manifest, verified: true });
  });
}
