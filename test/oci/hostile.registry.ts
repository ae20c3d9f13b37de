import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Signer } from '../builders/signed-package.js';

export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
export const YAML_TYPE = 'application/vnd.atom.wpk.v1+yaml';

export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

export interface Content {
  readonly mediaType: string;
  readonly bytes: Buffer;
}

export const digestOf = (bytes: Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

export const json = (mediaType: string, value: object): Content => ({
  mediaType,
  bytes: Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...value })),
});

export const descriptorOf = ({ mediaType, bytes }: Content): object => ({
  mediaType,
  digest: digestOf(bytes),
  size: bytes.length,
});

/**
 * A registry on loopback that serves one signed package at `team/demo:1.0.0` as it should, until a test puts something else
 * in the place of one answer. Real registries do not misbehave on demand; everything else is tested with those.
 */
export class HostileRegistry {
  /** `METHOD /path` with the Authorization header that came along. */
  readonly seen: { readonly line: string; readonly authorization: string | undefined }[] = [];
  private readonly answers = new Map<string, Answer>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<HostileRegistry> {
    const server = createServer();
    const registry = new HostileRegistry(server);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => registry.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Forgets everything, and serves the package again. */
  reset(): void {
    this.seen.length = 0;
    this.answers.clear();
  }

  on(path: string, answer: Answer): this {
    this.answers.set(path, answer);
    return this;
  }

  /** Content under its digest, or under another name in place of it. */
  manifest(content: Content, reference = digestOf(content.bytes)): this {
    return this.on(`/v2/team/demo/manifests/${reference}`, (response) => send(response, content));
  }

  blob(content: Content, digest = digestOf(content.bytes)): this {
    return this.on(`/v2/team/demo/blobs/${digest}`, (response) => send(response, content));
  }

  referrers(subject: Content, entries: readonly object[]): this {
    const list = json(INDEX_TYPE, { manifests: entries });
    return this.on(`/v2/team/demo/referrers/${digestOf(subject.bytes)}`, (response) => send(response, list));
  }

  /** The package with a signature of this signer; the parts of a manifest may be replaced. */
  serve(signer: Signer, yaml: Buffer, { manifest = {}, layer = {}, signature = {} }: Replacements = {}): Served {
    const content = { mediaType: YAML_TYPE, bytes: yaml };
    const bundle = { mediaType: BUNDLE_TYPE, bytes: Buffer.from(signer.bundle(yaml)) };
    const layers = [{ ...descriptorOf(content), ...layer }];
    const subject = json(MANIFEST_TYPE, { artifactType: YAML_TYPE, layers, ...manifest });
    const refers = { artifactType: BUNDLE_TYPE, layers: [descriptorOf(bundle)], subject: descriptorOf(subject) };
    const signed = json(MANIFEST_TYPE, { ...refers, ...signature });
    this.manifest(subject, '1.0.0').manifest(subject).manifest(signed).blob(content).blob(bundle);
    this.referrers(subject, [{ ...descriptorOf(signed), artifactType: BUNDLE_TYPE }]);
    return { content, bundle, subject, signed };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').split('?')[0] ?? '';
    this.seen.push({ line: `${request.method ?? ''} ${path}`, authorization: request.headers.authorization });
    response.on('error', () => undefined); // the client hangs up on what is too long
    const answer = this.answers.get(path);
    if (answer) answer(response, request);
    else response.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":[]}');
  }
}

export interface Replacements {
  readonly manifest?: object;
  readonly layer?: object;
  readonly signature?: object;
}

export interface Served {
  readonly content: Content;
  readonly bundle: Content;
  readonly subject: Content;
  readonly signed: Content;
}

export function send(response: ServerResponse, { mediaType, bytes }: Content): void {
  response.writeHead(200, { 'content-type': mediaType, 'content-length': bytes.length }).end(bytes);
}

/** Bytes without end and without a length, as fast as they are taken. */
export function sendForever(response: ServerResponse, mediaType: string): void {
  response.writeHead(200, { 'content-type': mediaType });
  const chunk = Buffer.alloc(64 * 1024, ' ');
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}
