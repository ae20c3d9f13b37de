import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { aPackage } from '../builders/signed-package.js';
import { findDockerRegistry, findOlareg, type Search } from './programs.js';
import { RegistryProcess } from './registry.process.js';
import { Workshop } from './workshop.js';

describeRegistry('a registry that lists referrers (olareg)', 'registry', await findOlareg(), (program) =>
  RegistryProcess.olareg(program),
);
describeRegistry('a registry without referrers (Distribution 2.8)', 'tag', await findDockerRegistry(), (program) =>
  RegistryProcess.distribution(program),
);

function describeRegistry(
  what: string,
  keptBy: 'registry' | 'tag',
  search: Search,
  start: (program: string) => Promise<RegistryProcess>,
): void {
  describe(what, () => {
    if ('missing' in search) it('was not tried', () => console.warn(search.missing));
    else contract(keptBy, () => start(search.program));
  });
}

/** What holds for every registry, whoever keeps the list of referrers. */
function contract(keptBy: 'registry' | 'tag', start: () => Promise<RegistryProcess>): void {
  let registry: RegistryProcess;
  let workshop: Workshop;

  beforeAll(async () => {
    [registry, workshop] = await Promise.all([start(), Workshop.open()]);
  });
  afterAll(() => Promise.all([registry.stop(), workshop.close()]));

  const place = (name: string): string => `oci://${registry.host}/team/runbooks/${name}`;
  /** The entries that the list of referrers of a manifest has. */
  const referrersOf = async (name: string, manifest: string): Promise<Record<string, unknown>[]> => {
    const route = keptBy === 'registry' ? `referrers/${manifest}` : `manifests/${manifest.replace(':', '-')}`;
    return (await registry.json(`team/runbooks/${name}/${route}`))['manifests'] as Record<string, unknown>[];
  };

  it('gives back the bytes and the bundle that were pushed, verified', async () => {
    const { file, bytes, bundle } = await workshop.signed('round');
    const pushed = await workshop.json('oci', 'push', file, place('round'));
    expect(pushed).toMatchObject({ name: 'round', version: '1.0.0', isNew: true, referrers: keptBy });
    const pulled = await workshop.json('oci', 'pull', `${place('round')}:1.0.0`, '--out', 'r', '--key', 'cosign.pub');
    expect(pulled).toMatchObject({
      file: 'r/round-1.0.0.wpk.yaml',
      digest: pushed['digest'],
      manifest: pushed['manifest'],
      verified: true,
      bundles: [{ path: 'r/round-1.0.0.wpk.yaml.sigstore.json', keyId: workshop.signer.keyId }],
    });
    expect(await workshop.read('r/round-1.0.0.wpk.yaml')).toEqual(bytes);
    expect(String(await workshop.read('r/round-1.0.0.wpk.yaml.sigstore.json'))).toBe(bundle);
  });

  it('stores package and signature as form D says', async () => {
    const { file } = await workshop.signed('form', { description: 'What it is for.' });
    const { manifest, digest, signatures } = await workshop.json('oci', 'push', file, place('form'));
    expect(await registry.json('team/runbooks/form/manifests/1.0.0')).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType: 'application/vnd.atom.wpk.v1+yaml',
      config: {
        mediaType: 'application/vnd.oci.empty.v1+json',
        digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
        size: 2,
      },
      layers: [
        {
          mediaType: 'application/vnd.atom.wpk.v1+yaml',
          digest,
          size: (await workshop.read(file)).length,
          annotations: { 'org.opencontainers.image.title': 'form-1.0.0.wpk.yaml' },
        },
      ],
      annotations: {
        'org.opencontainers.image.title': 'form',
        'org.opencontainers.image.version': '1.0.0',
        'org.opencontainers.image.description': 'What it is for.',
      },
    });
    const [signature] = signatures as { manifest: string }[];
    const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
    expect(await registry.json(`team/runbooks/form/manifests/${signature!.manifest}`)).toMatchObject({
      artifactType: bundleType,
      layers: [{ mediaType: bundleType }],
      subject: { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: manifest },
      annotations: {
        'dev.sigstore.bundle.content': 'message-signature',
        'org.opencontainers.image.created': expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    });
    const listed = await referrersOf('form', String(manifest));
    expect(listed).toMatchObject([{ digest: signature!.manifest, artifactType: bundleType }]);
  });

  it('is not changed by pushing again', async () => {
    const { file } = await workshop.signed('again');
    const first = await workshop.json('oci', 'push', file, place('again'));
    const second = await workshop.json('oci', 'push', file, place('again'));
    const [signature] = first['signatures'] as object[];
    expect(second).toEqual({ ...first, isNew: false, signatures: [{ ...signature, isNew: false }] });
    expect(await referrersOf('again', String(first['manifest']))).toHaveLength(1);
  });

  it('keeps the signatures of others when one is added', async () => {
    const { file, bytes } = await workshop.signed('two');
    const { manifest } = await workshop.json('oci', 'push', file, place('two'));
    await workshop.write('stranger.json', workshop.stranger.bundle(bytes));
    const second = await workshop.json('oci', 'push', file, place('two'), '--bundle', 'stranger.json');
    expect(second).toMatchObject({ isNew: false, signatures: [{ path: 'stranger.json', isNew: true }] });
    expect(await referrersOf('two', String(manifest))).toHaveLength(2);

    await workshop.json('oci', 'pull', `${place('two')}:1.0.0`, '--out', 'two');
    expect(await workshop.list('two')).toEqual([
      'two-1.0.0.wpk.yaml',
      'two-1.0.0.wpk.yaml.2.sigstore.json',
      'two-1.0.0.wpk.yaml.sigstore.json',
    ]);
    await workshop.write('stranger.pub', workshop.stranger.publicKeyPem);
    const key = ['--key', 'stranger.pub'];
    expect(await workshop.json('oci', 'pull', `${place('two')}:1.0.0`, '--out', 'strange', ...key)).toMatchObject({
      bundles: [{ keyId: workshop.stranger.keyId }, { keyId: null }],
    });
    const verified = await workshop.call('verify', 'strange/two-1.0.0.wpk.yaml', ...key);
    expect(verified.code).toBe(0);
  });

  if (keptBy === 'tag') {
    it('overwrites no tag of its list that somebody uses for something else', async () => {
      const { file, bytes } = await workshop.signed('taken');
      const { manifest } = await workshop.json('oci', 'push', file, place('taken'));
      const route = `http://${registry.host}/v2/team/runbooks/taken/manifests`;
      const tag = `${route}/${String(manifest).replace(':', '-')}`;
      const headers = { accept: 'application/vnd.oci.image.manifest.v1+json' };
      const body = await (await fetch(`${route}/1.0.0`, { headers })).text();
      await fetch(tag, { method: 'PUT', body, headers: { 'content-type': headers.accept } });
      await workshop.write('stranger.json', workshop.stranger.bundle(bytes));
      const { code, stderr } = await workshop.call('oci', 'push', file, place('taken'), '--bundle', 'stranger.json');
      expect(code).toBe(1);
      expect(stderr).toContain('its list of referrers is no image index');
      expect(await (await fetch(tag, { headers })).text()).toBe(body);
    });
  }

  it('carries a pulled package on to another repository with every signature', async () => {
    const { file, bytes } = await workshop.signed('carry');
    await workshop.write('stranger.json', workshop.stranger.bundle(bytes));
    const bundles = ['--bundle', `${file}.sigstore.json`, '--bundle', 'stranger.json'];
    const here = await workshop.json('oci', 'push', file, place('carry'), ...bundles);
    await workshop.json('oci', 'pull', `${place('carry')}:1.0.0`, '--out', 'carry');
    const there = await workshop.json('oci', 'push', 'carry/carry-1.0.0.wpk.yaml', place('carried'));
    expect(there['manifest']).toBe(here['manifest']);
    expect(there['signatures']).toHaveLength(2);
  });

  it('never moves a tag to another package, unless forced', async () => {
    const { file } = await workshop.signed('moving');
    const first = await workshop.json('oci', 'push', file, place('moving'));
    await workshop.signed('moving', { description: 'Another text.' });
    const refused = await workshop.call('oci', 'push', file, place('moving'));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`the tag 1.0.0 names another content already (${String(first['manifest'])})`);
    const { bundles } = await workshop.json('oci', 'pull', `${place('moving')}:1.0.0`, '--out', 'before');
    expect(bundles).toHaveLength(1);

    const forced = await workshop.json('oci', 'push', file, place('moving'), '--force');
    const now = await workshop.json('oci', 'pull', `${place('moving')}:1.0.0`, '--out', 'after');
    expect(now['manifest']).toBe(forced['manifest']);
    const byDigest = `${place('moving')}@${String(first['manifest'])}`;
    expect((await workshop.json('oci', 'pull', byDigest, '--out', 'old'))['digest']).toBe(first['digest']);
  });

  it('takes an archive of some megabytes', async () => {
    const { file, digest } = await anArchive(workshop);
    await workshop.json('oci', 'push', file, place('large'));
    const pulled = await workshop.json('oci', 'pull', `${place('large')}:1.0.0`, '--out', 'l', '--key', 'cosign.pub');
    expect(pulled).toMatchObject({ file: 'l/large-1.0.0.wpk.tgz', digest });
    const manifest = await registry.json('team/runbooks/large/manifests/1.0.0');
    expect(manifest['artifactType']).toBe('application/vnd.atom.wpk.v1+tar.gzip');
    expect(manifest['layers']).toMatchObject([{ mediaType: 'application/vnd.atom.wpk.v1.tar+gzip' }]);
  });

  it('names the tag after the version, with _ for what no tag may hold', async () => {
    const { file } = await workshop.signed('meta', { version: '1.0.0-rc.1+build.5' });
    const pushed = await workshop.json('oci', 'push', file, place('meta'));
    expect(pushed['reference']).toBe(`${registry.host}/team/runbooks/meta:1.0.0-rc.1_build.5`);
  });

  it('says what is not there', async () => {
    const { code, stderr } = await workshop.call('oci', 'pull', `${place('nobody')}:1.0.0`, '--out', 'nothing');
    expect(code).toBe(1);
    expect(stderr).toContain('there is no 1.0.0 in this repository');
    expect(await workshop.list('nothing')).toEqual([]);
  });

  it('writes nothing that the key did not sign', async () => {
    const { file } = await workshop.signed('unknown');
    await workshop.json('oci', 'push', file, place('unknown'));
    await workshop.write('stranger.pub', workshop.stranger.publicKeyPem);
    const key = ['--key', 'stranger.pub'];
    const { code, stderr } = await workshop.call('oci', 'pull', `${place('unknown')}:1.0.0`, '--out', 'no', ...key);
    expect(code).toBe(1);
    expect(stderr).toContain('names a key that is not trusted here');
    expect(await workshop.list('no')).toEqual([]);
  });

  it('replaces no file that holds something else', async () => {
    const { file } = await workshop.signed('kept');
    await workshop.json('oci', 'push', file, place('kept'));
    const pull = ['oci', 'pull', `${place('kept')}:1.0.0`, '--out', 'kept'];
    await workshop.json(...pull);
    await workshop.json(...pull); // the same content is no obstacle
    await workshop.write('kept/kept-1.0.0.wpk.yaml.sigstore.json', 'mine');
    const { code, stderr } = await workshop.call(...pull);
    expect(code).toBe(1);
    expect(stderr).toContain('exists already and holds something else');
    expect(String(await workshop.read('kept/kept-1.0.0.wpk.yaml.sigstore.json'))).toBe('mine');
  });
}

describe('a package that cannot be pushed', () => {
  let workshop: Workshop;
  beforeAll(async () => {
    workshop = await Workshop.open();
  });
  afterAll(() => workshop.close());
  const push = (...args: string[]) => workshop.call('oci', 'push', ...args);
  // Nothing listens there: whatever is wrong with the package is found before the registry is asked.
  const nowhere = '127.0.0.1:9/team/runbook';

  it('has a bare signature only: a bundle is asked for, and how to make one is said', async () => {
    const bytes = aPackage({ name: 'bare' });
    await workshop.write('bare.wpk.yaml', bytes);
    await workshop.write('bare.wpk.yaml.sig', workshop.signer.signature(bytes));
    for (const more of [[], ['--bundle', 'bare.wpk.yaml.sig']]) {
      const { code, stderr } = await push('bare.wpk.yaml', nowhere, ...more);
      expect(code).toBe(1);
      expect(stderr).toContain('bare.wpk.yaml.sig is a bare signature, and a registry takes bundles only');
      expect(stderr).toContain('`atomctl sign bare.wpk.yaml --key cosign.key` makes a bundle');
    }
  });

  it('has no signature', async () => {
    await workshop.write('plain.wpk.yaml', aPackage({ name: 'plain' }));
    const { code, stderr } = await push('plain.wpk.yaml', nowhere);
    expect(code).toBe(1);
    expect(stderr).toContain('has no bundle beside it');
  });

  it('has the bundle of another file', async () => {
    const { file } = await workshop.signed('one');
    const other = await workshop.signed('other');
    const { code, stderr } = await push(file, nowhere, '--bundle', `${other.file}.sigstore.json`);
    expect(code).toBe(1);
    expect(stderr).toContain('signs other bytes than those of the package');
  });

  it('is no package', async () => {
    await workshop.write('broken.wpk.yaml', 'apiVersion: atom.dev/v1\n');
    expect((await push('broken.wpk.yaml', nowhere)).code).toBe(1);
  });

  it('goes to a registry that cannot be reached', async () => {
    const { file } = await workshop.signed('lost');
    const { code, stderr } = await push(file, nowhere);
    expect(code).toBe(3);
    expect(stderr).toContain('cannot reach http://127.0.0.1:9');
  });
});

/** A signed archive whose README does not shrink. */
async function anArchive(workshop: Workshop): Promise<{ file: string; digest: unknown }> {
  const { mkdir } = await import('node:fs/promises');
  const { randomBytes } = await import('node:crypto');
  await mkdir(workshop.path('large'));
  await workshop.write('large/wpk.yaml', aPackage({ name: 'large' }));
  await workshop.write('large/CHANGELOG.md', randomBytes(2_000_000).toString('base64'));
  const { file, digest } = await workshop.json('pack', 'large');
  const bytes = await workshop.read(String(file));
  await workshop.write(`${String(file)}.sigstore.json`, workshop.signer.bundle(bytes));
  return { file: String(file), digest };
}
