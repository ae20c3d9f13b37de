import { type Descriptor, type Digest, digestOf, isDigest } from './descriptor.js';
import type { HttpAnswer } from './http.js';
import { OCI_LIMITS } from './limits.js';
import { INDEX_TYPE, MANIFEST_TYPE } from './media.types.js';
import type { RegistryConnection } from './registry.connection.js';
import { brokenAnswer } from './registry.failure.js';

/** A manifest or index as the registry keeps it. The digest is of the bytes, not what a header says. */
export interface StoredManifest extends Descriptor {
  readonly bytes: Buffer;
  readonly etag: string | undefined;
}

export interface PutManifest {
  readonly reference: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  /** Replaces only what has this ETag; not every registry looks at it. */
  readonly ifMatch?: string | undefined;
}

export interface PutOutcome {
  /** False when `ifMatch` did not match any more. */
  readonly isStored: boolean;
  /** Whether the registry says that it lists the manifest with its subject (OCI-Subject). */
  readonly keepsReferrers: boolean;
}

export interface ReferrersPage {
  readonly bytes: Buffer;
  readonly next: string | undefined;
}

/** The OCI distribution API 1.1 of one repository, as far as packages need it. */
export class RegistryClient {
  constructor(private readonly connection: RegistryConnection) {}

  get host(): string {
    return this.connection.base.host;
  }

  /** By tag or digest; undefined when there is none. */
  async manifest(reference: string): Promise<StoredManifest | undefined> {
    const task = `read the manifest ${reference}`;
    const headers = { accept: `${MANIFEST_TYPE}, ${INDEX_TYPE}` };
    const answer = await this.connection.send(`manifests/${reference}`, {
      task,
      headers,
      limit: OCI_LIMITS.manifestBytes,
    });
    if (answer.status === 404) return undefined;
    const { bytes } = this.expect(answer, 200, task);
    const digest = digestOf(bytes);
    const promised = reference.startsWith('sha256:') ? reference : answer.headers.get('docker-content-digest');
    if (isDigest(promised) && promised !== digest) {
      throw brokenAnswer(this.host, `the manifest ${reference} should have the digest ${promised} and has ${digest}`);
    }
    const mediaType = typeOf(answer);
    return { mediaType, digest, size: bytes.length, bytes, etag: answer.headers.get('etag') ?? undefined };
  }

  async putManifest({ reference, mediaType, bytes, ifMatch }: PutManifest): Promise<PutOutcome> {
    const task = `store the manifest ${reference}`;
    const headers = { 'content-type': mediaType, ...(ifMatch !== undefined && { 'if-match': ifMatch }) };
    const answer = await this.connection.send(`manifests/${reference}`, {
      task,
      headers,
      method: 'PUT',
      body: bytes,
      limit: OCI_LIMITS.errorBytes,
      writes: true,
    });
    if (answer.status === 412 && ifMatch !== undefined) return { isStored: false, keepsReferrers: false };
    this.expect(answer, 201, task);
    return { isStored: true, keepsReferrers: answer.headers.has('oci-subject') };
  }

  /** The bytes that the descriptor points at: exactly so long, exactly this digest. */
  async blob({ digest, size }: Descriptor): Promise<Buffer> {
    const task = `read the content ${digest}`;
    const answer = await this.connection.send(`blobs/${digest}`, { task, limit: size });
    const { bytes } = this.expect(answer, 200, task);
    if (bytes.length !== size) {
      throw brokenAnswer(this.host, `${digest} should be ${size} bytes long and is ${bytes.length}`);
    }
    const found = digestOf(bytes);
    if (found !== digest) throw brokenAnswer(this.host, `the content of ${digest} has the digest ${found}`);
    return bytes;
  }

  /** Stores the bytes unless the repository has them. */
  async putBlob(bytes: Buffer): Promise<void> {
    const digest = digestOf(bytes);
    const task = `store the content ${digest}`;
    const asked = await this.connection.send(`blobs/${digest}`, { task, method: 'HEAD', limit: 0 });
    if (asked.status === 200) return;
    // Whatever else it is, the upload says it better: an answer to HEAD explains nothing.
    const limit = OCI_LIMITS.errorBytes;
    const opened = await this.connection.send('blobs/uploads/', { task, method: 'POST', limit, writes: true });
    this.expect(opened, 202, task);
    const location = opened.headers.get('location') ?? '';
    if (!URL.canParse(location, opened.url.href)) {
      throw brokenAnswer(this.host, 'it opens an upload and does not say where');
    }
    const target = new URL(location, opened.url);
    target.searchParams.set('digest', digest);
    const stored = await this.connection.send(target.href, {
      task,
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
      limit,
      writes: true,
    });
    this.expect(stored, 201, task);
  }

  /** One page of the referrers API; undefined when the registry has no such API. */
  async referrers(subject: Digest, page?: string): Promise<ReferrersPage | undefined> {
    const task = `list what refers to ${subject}`;
    const answer = await this.connection.send(page ?? `referrers/${subject}`, {
      task,
      headers: { accept: INDEX_TYPE },
      limit: OCI_LIMITS.manifestBytes,
    });
    // Registries before 1.1 answer 404; some take it for an unknown route, or answer with the page of their web interface.
    if ([404, 405].includes(answer.status) || (answer.status === 200 && typeOf(answer) !== INDEX_TYPE)) {
      return undefined;
    }
    const { bytes, headers, url } = this.expect(answer, 200, task);
    return { bytes, next: this.nextPage(headers.get('link'), url) };
  }

  private nextPage(link: string | null, from: URL): string | undefined {
    const target = /<([^<>]*)>\s*;[^,]*\brel="?next"?/i.exec(link ?? '')?.[1];
    if (target === undefined || !URL.canParse(target, from.href)) return undefined;
    const next = new URL(target, from);
    if (next.origin === this.connection.base.origin) return next.href;
    throw brokenAnswer(this.host, `the list of referrers goes on at another host (${next.host})`);
  }

  private expect(answer: HttpAnswer, status: number, task: string): HttpAnswer {
    if (answer.status === status) return answer;
    throw this.connection.refusal(task, answer);
  }
}

function typeOf({ headers }: HttpAnswer): string {
  return (headers.get('content-type') ?? '').replace(/;.*$/s, '').trim().toLowerCase();
}
