import { describe, expect, it } from '@jest/globals';

import { blobPath, elsewhere, expectRefused, out, pull, registry, serve, workshop, yaml } from './hostile.bench.js';
import {
  BUNDLE_TYPE,
  type Content,
  descriptorOf,
  digestOf,
  INDEX_TYPE,
  json,
  MANIFEST_TYPE,
  send,
  sendForever,
  YAML_TYPE,
} from './hostile.registry.js';

it('serves a good package until a test says otherwise', async () => {
  serve();
  expect((await pull('--key', 'cosign.pub')).code).toBe(0);
  expect(await workshop.list(out)).toEqual(['demo-1.0.0.wpk.yaml', 'demo-1.0.0.wpk.yaml.sigstore.json']);
});

describe('the bytes of a package', () => {
  it('are refused when they have another digest', async () => {
    const served = serve();
    const changed = Buffer.from(yaml);
    changed[changed.length - 2]! ^= 1;
    registry.blob({ mediaType: YAML_TYPE, bytes: changed }, digestOf(served.content.bytes));
    await expectRefused(`has the digest ${digestOf(changed)}`);
  });

  it('are refused when they are longer than their manifest says', async () => {
    const served = serve();
    const bytes = Buffer.concat([yaml, Buffer.from('#')]);
    registry.blob({ mediaType: YAML_TYPE, bytes }, digestOf(served.content.bytes));
    await expectRefused(`longer than the ${yaml.length} bytes that it may have`);
  });

  it('are refused when they are shorter', async () => {
    const served = serve();
    registry.blob({ mediaType: YAML_TYPE, bytes: yaml.subarray(1) }, digestOf(served.content.bytes));
    await expectRefused(`should be ${yaml.length} bytes long and is ${yaml.length - 1}`);
  });

  it('are refused when they do not end, and are hung up on', async () => {
    registry.on(blobPath(serve()), (response) => sendForever(response, YAML_TYPE));
    await expectRefused(`longer than the ${yaml.length} bytes that it may have`);
  });

  it('are refused when the length is a lie of a header', async () => {
    registry.on(blobPath(serve()), (response) => {
      response.writeHead(200, { 'content-length': String(yaml.length) }).write(yaml.subarray(0, 10));
      response.destroy();
    });
    await expectRefused('cannot reach', 3);
  });

  it('are refused when they do not come in time', async () => {
    registry.on(blobPath(serve()), (response) => void response.writeHead(200).write('a'));
    await expectRefused('did not finish its answer within 1 s', 3, '--timeout', '1s');
  });

  it('are taken without a Content-Length', async () => {
    registry.on(blobPath(serve()), (response) => {
      response.writeHead(200, { 'transfer-encoding': 'chunked' });
      response.write(yaml.subarray(0, 10));
      response.end(yaml.subarray(10));
    });
    expect((await pull()).code).toBe(0);
  });

  it('are refused before they are fetched when the manifest says more than a package may have', async () => {
    const served = serve({ layer: { size: 20 * 1024 * 1024 + 1 } });
    await expectRefused('a package has at most 20971520');
    expect(registry.seen.map(({ line }) => line)).not.toContain(`GET ${blobPath(served)}`);
  });

  it('are refused when they are no package', async () => {
    registry.serve(workshop.signer, Buffer.from('apiVersion: atom.dev/v1\n'));
    await expectRefused('kind');
  });

  it('are refused when they are of another kind than their manifest says', async () => {
    serve({ layer: { mediaType: 'application/vnd.atom.wpk.v1.tar+gzip' } });
    await expectRefused('the package is application/vnd.atom.wpk.v1+yaml');
  });
});

describe('a manifest', () => {
  it.each([
    [
      'an index',
      json(INDEX_TYPE, { manifests: [] }),
      'it is of another kind (application/vnd.oci.image.index.v1+json)',
    ],
    [
      'an index that is sent as a manifest',
      { mediaType: MANIFEST_TYPE, bytes: json(INDEX_TYPE, { manifests: [] }).bytes },
      'it is of another kind',
    ],
    ['no JSON', { mediaType: MANIFEST_TYPE, bytes: Buffer.from('<html>') }, 'is not JSON'],
    [
      'JSON with a member that stands twice',
      { mediaType: MANIFEST_TYPE, bytes: Buffer.from('{"schemaVersion":2,"layers":[],"layers":[]}') },
      'stands twice in one object',
    ],
    ['a web page', { mediaType: 'text/html', bytes: Buffer.from('<html>') }, 'it is of another kind (text/html)'],
  ] as [string, Content, string][])('is refused when it is %s', async (_what, content, message) => {
    serve();
    registry.manifest(content, '1.0.0');
    await expectRefused(message);
  });

  it.each([
    ['an image', { artifactType: undefined }, {}, 'its artifact type is not named'],
    ['an artifact of others', { artifactType: 'application/vnd.cncf.helm.config.v1+json' }, {}, 'its artifact type is'],
    ['without layers', { layers: [] }, {}, 'it has 0 layers in place of one'],
    ['with a layer of others', {}, { mediaType: 'application/vnd.oci.image.layer.v1.tar' }, 'its layer is'],
    ['with a size below zero', {}, { size: -1 }, 'one of its descriptors is malformed'],
    ['with a path for a digest', {}, { digest: '../../../_catalog' }, 'one of its descriptors is malformed'],
  ])('is refused when it is %s', async (_what, manifest, layer, message) => {
    serve({ manifest, layer });
    await expectRefused(message);
  });

  it('is refused when it has another digest than was asked for', async () => {
    const { subject } = serve();
    const other = json(MANIFEST_TYPE, { layers: [] });
    registry.manifest(other, digestOf(subject.bytes));
    const reference = `${registry.host}/team/demo@${digestOf(subject.bytes)}`;
    const { code, stderr } = await workshop.call('oci', 'pull', reference, '--out', out);
    expect(code).toBe(1);
    expect(stderr).toContain(`should have the digest ${digestOf(subject.bytes)} and has ${digestOf(other.bytes)}`);
    expect(await workshop.list(out)).toEqual([]);
  });

  it('is refused when it spells control characters, and they do not reach the terminal', async () => {
    serve({ layer: { annotations: { 'org.opencontainers.image.title': 'x\u001b[2J.yaml' } } });
    const { code, stderr } = await pull();
    expect([code, await workshop.list(out)]).toEqual([1, []]);
    expect(stderr).not.toContain('\u001b');
  });

  it('is refused when it does not end', async () => {
    registry.on('/v2/team/demo/manifests/1.0.0', (response) => sendForever(response, MANIFEST_TYPE));
    await expectRefused('longer than the 1048576 bytes');
  });

  it.each(['../../x', '/etc/cron.d/x.yaml', 'a\\b.yaml', '.hidden.yaml', 'x.sh', '-rf.yaml', 'x.tgz'])(
    'names no file as %j: its own name is used',
    async (title) => {
      serve({ layer: { annotations: { 'org.opencontainers.image.title': title } } });
      const { code, stderr } = await pull();
      expect(code).toBe(0);
      expect(stderr).toContain('which is no safe name for a package; it is not used');
      expect(stderr).not.toContain('\u001b');
      expect(await workshop.list(out)).toEqual(['demo-1.0.0.wpk.yaml', 'demo-1.0.0.wpk.yaml.sigstore.json']);
      expect(await workshop.list('.')).not.toContain('x');
    },
  );
});

describe('a signature', () => {
  it('is refused when it belongs to another content', async () => {
    const other = json(MANIFEST_TYPE, { artifactType: YAML_TYPE, layers: [] });
    serve({ signature: { subject: descriptorOf(other) } });
    await expectRefused('it belongs to another content than it is listed for');
  });

  it('is refused when it belongs to nothing', async () => {
    serve({ signature: { subject: undefined } });
    await expectRefused('it belongs to another content than it is listed for');
  });

  it('is refused when it holds something else than one bundle', async () => {
    serve({ signature: { layers: [] } });
    await expectRefused('it does not hold exactly one Sigstore bundle');
  });

  it('is refused when its bundle is too large', async () => {
    serve({
      signature: { layers: [{ mediaType: BUNDLE_TYPE, digest: `sha256:${'0'.repeat(64)}`, size: 2 ** 20 + 1 }] },
    });
    await expectRefused('at most 1048576 are read');
  });

  it('is refused when it is listed and not there', async () => {
    const { subject, signed } = serve();
    const digest = `sha256:${'1'.repeat(64)}`;
    registry.referrers(subject, [{ ...descriptorOf(signed), digest, artifactType: BUNDLE_TYPE }]);
    await expectRefused('it is listed and not there');
  });

  it('is refused when there are more than 32', async () => {
    const { subject, signed } = serve();
    registry.referrers(
      subject,
      Array.from({ length: 33 }, () => ({ ...descriptorOf(signed), artifactType: BUNDLE_TYPE })),
    );
    await expectRefused('33 signatures refer to the package; at most 32 are read');
  });

  it('is refused when the list of them has no end', async () => {
    const { subject } = serve();
    const list = `/v2/team/demo/referrers/${digestOf(subject.bytes)}`;
    registry.on(list, (response) => {
      response.setHeader('link', `<${list}?page=2>; rel="next"`);
      send(response, json(INDEX_TYPE, { manifests: [] }));
    });
    await expectRefused('its list of referrers has too many pages');
  });

  it('is refused when the list goes on at another host', async () => {
    const { subject } = serve();
    registry.on(`/v2/team/demo/referrers/${digestOf(subject.bytes)}`, (response) => {
      response.setHeader('link', `<http://${elsewhere.host}/more>; rel="next"`);
      send(response, json(INDEX_TYPE, { manifests: [] }));
    });
    await expectRefused('the list of referrers goes on at another host');
    expect(elsewhere.seen).toEqual([]);
  });

  it('is refused when no key made it: nothing is written without a valid one', async () => {
    registry.serve(workshop.stranger, yaml);
    await expectRefused('names a key that is not trusted here', 1, '--key', 'cosign.pub');
  });

  it('is missed when the registry lists none', async () => {
    const { subject } = serve();
    registry.referrers(subject, []);
    await expectRefused('the package has no signature in this registry', 1, '--key', 'cosign.pub');
  });

  it('is told from other things that refer to the package', async () => {
    const { subject, signed } = serve();
    const sbom = json(MANIFEST_TYPE, {
      artifactType: 'application/spdx+json',
      layers: [],
      subject: descriptorOf(subject),
    });
    registry.manifest(sbom).referrers(subject, [
      { ...descriptorOf(sbom), artifactType: 'application/spdx+json' },
      { ...descriptorOf(sbom), artifactType: 'application/vnd.oci.empty.v1+json' },
      { mediaType: MANIFEST_TYPE, digest: 'sha512:00', size: 1, artifactType: BUNDLE_TYPE },
      { ...descriptorOf(signed), artifactType: 'application/vnd.oci.empty.v1+json' },
    ]);
    expect((await pull('--key', 'cosign.pub')).code).toBe(0);
  });
});
