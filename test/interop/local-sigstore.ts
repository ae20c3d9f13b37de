import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';

import { ASN1Obj } from '@sigstore/core';
import {
  fulcioHandler,
  initializeCA,
  initializeCTLog,
  initializeTLog,
  initializeTSA,
  rekorHandler,
  tsaHandler,
} from '@sigstore/mock';

interface Answer {
  readonly statusCode: number;
  readonly response: string | ArrayBufferView;
  readonly contentType?: string;
}
type Route = (body: Buffer, request: IncomingMessage) => Promise<Answer>;

const FULCIO = '/api/v2/signingCert';
const REKOR = '/api/v1/log/entries';
const TSA = '/api/v1/timestamp';

/**
 * Certificate authority, certificate log, transparency log and timestamp authority of @sigstore/mock on one loopback port,
 * speaking what cosign speaks to the real ones. It believes every identity token, so it is for tests only.
 */
export class LocalSigstore {
  private constructor(
    private readonly server: Server,
    readonly url: string,
    private readonly files: Readonly<Record<string, string>>,
  ) {}

  static async start(): Promise<LocalSigstore> {
    const keys = { ca: aKeyPair(), ctlog: aKeyPair(), rekor: aKeyPair(), tsa: aKeyPair() };
    const authority = await initializeCA(keys.ca, await initializeCTLog(keys.ctlog));
    const timestamps = await initializeTSA(keys.tsa);
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    serve(server, {
      [FULCIO]: certificates(fulcioHandler(authority).fn),
      [REKOR]: logEntries(rekorHandler(await initializeTLog(url, keys.rekor)).fn),
      [TSA]: timestamping(tsaHandler(timestamps).fn),
    });
    return new LocalSigstore(server, url, {
      'fulcio.pem': toPem(authority.rootCertificate),
      'ctfe.pub': publicPem(keys.ctlog.publicKey),
      'rekor.pub': publicPem(keys.rekor.publicKey),
      'tsa.pem': toPem(timestamps.intCertificate) + toPem(timestamps.rootCertificate),
    });
  }

  get timestampUrl(): string {
    return this.url + TSA;
  }

  /** What the operator of a Sigstore hands out: fulcio.pem, ctfe.pub, rekor.pub and tsa.pem. */
  async writeTrust(folder: string): Promise<void> {
    for (const [name, content] of Object.entries(this.files)) await writeFile(path.join(folder, name), content);
  }

  /** An OpenID Connect token as a CI system hands out, for an hour; nobody here checks who signed it. */
  token(identity: string, issuer: string): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer, sub: identity, aud: 'sigstore', iat: now, exp: now + 3600 };
    const parts = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) => Buffer.from(JSON.stringify(part)));
    return [...parts, Buffer.from('signature')].map((part) => part.toString('base64url')).join('.');
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

type Handler = (body: string) => Promise<Answer>;

/** Fulcio takes the token as a header and answers 200; the mock wants it in the body and answers 201. */
function certificates(handler: Handler): Route {
  return async (body, request) => {
    const token = request.headers.authorization?.replace(/^Bearer /, '');
    const asked = JSON.parse(body.toString()) as object;
    const answer = await handler(JSON.stringify({ ...asked, credentials: { oidcIdentityToken: token } }));
    return answer.statusCode === 201 ? { ...answer, statusCode: 200 } : answer;
  };
}

interface ProposedAttestation {
  readonly kind: string;
  readonly apiVersion: string;
  readonly spec: { readonly proposedContent: { readonly envelope: string; readonly verifiers: readonly string[] } };
}

/** Rekor keeps of an attestation only digests and signatures (its type dsse/0.0.1); the mock would log what was proposed. */
function logEntries(handler: Handler): Route {
  return (body) => {
    const proposed = JSON.parse(body.toString()) as ProposedAttestation;
    if (proposed.kind !== 'dsse') return handler(body.toString());
    const { envelope, verifiers } = proposed.spec.proposedContent;
    const { payload, signatures } = JSON.parse(envelope) as { payload: string; signatures: { sig: string }[] };
    const hash = (content: string | Buffer) => ({
      algorithm: 'sha256',
      value: createHash('sha256').update(content).digest('hex'),
    });
    const spec = {
      envelopeHash: hash(envelope),
      payloadHash: hash(Buffer.from(payload, 'base64')),
      signatures: signatures.map(({ sig }, index) => ({ signature: sig, verifier: verifiers[index] })),
    };
    return handler(JSON.stringify({ kind: proposed.kind, apiVersion: proposed.apiVersion, spec }));
  };
}

/** RFC 3161 §2.4.1: TimeStampReq ::= SEQUENCE { version, messageImprint SEQUENCE { algorithm, hashedMessage }, … }. */
function timestamping(handler: Handler): Route {
  return (body) => {
    const imprint = ASN1Obj.parseBuffer(Buffer.from(body)).subs[1];
    const artifactHash = imprint?.subs[1]?.value.toString('base64');
    return handler(JSON.stringify({ artifactHash, hashAlgorithm: 'sha256', certificates: true }));
  };
}

function serve(server: Server, routes: Readonly<Record<string, Route>>): void {
  server.on('request', (request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const route = routes[request.url ?? ''];
      const answer = route ? await route(Buffer.concat(chunks), request) : { statusCode: 404, response: '' };
      if (request.url === REKOR) response.setHeader('etag', entryIdOf(answer)); // Rekor's client finds its entry by it
      response.setHeader('content-type', answer.contentType ?? 'text/plain');
      response.writeHead(answer.statusCode).end(answer.response);
    })().catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
}

function entryIdOf({ statusCode, response }: Answer): string {
  if (statusCode !== 201 || typeof response !== 'string') return '';
  return Object.keys(JSON.parse(response) as object)[0] ?? '';
}

function aKeyPair(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function publicPem(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'spki' }).toString();
}

function toPem(certificate: ArrayBufferView): string {
  const der = Buffer.from(certificate.buffer, certificate.byteOffset, certificate.byteLength).toString('base64');
  const lines = der.match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
