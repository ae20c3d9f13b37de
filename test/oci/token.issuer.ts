import { execFile } from 'node:child_process';
import { createPrivateKey, sign } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

export interface Login {
  readonly username: string;
  readonly password: string;
  readonly identityToken: string;
}

/**
 * Issues the tokens that Distribution verifies by itself with the certificate of this issuer
 * (https://distribution.github.io/distribution/spec/auth/token/): for a password, or for an identity token.
 */
export class TokenIssuer {
  /** What was asked for, in words: `password repository:a/b:pull`. */
  readonly seen: string[] = [];

  private constructor(
    private readonly server: Server,
    private readonly folder: string,
    private readonly key: string,
    private readonly certificate: string,
    private readonly login: Login,
  ) {}

  static async start(login: Login): Promise<TokenIssuer> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'atom-issuer-'));
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    const files = ['-subj', '/CN=issuer', '-keyout', 'key.pem', '-out', 'certificate.pem'];
    await promisify(execFile)('openssl', [...request, ...files], { cwd: folder });
    const [key, certificate] = await Promise.all(
      ['key.pem', 'certificate.pem'].map((name) => readFile(path.join(folder, name), 'utf8')),
    );
    const server = createServer();
    const issuer = new TokenIssuer(server, folder, String(key), String(certificate), login);
    server.on('request', (message: IncomingMessage, response) => {
      void issuer.answer(message).then((token) => {
        if (token === undefined) response.writeHead(401).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
        else response.end(JSON.stringify({ token }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return issuer;
  }

  /** The configuration of a Distribution that takes tokens of this issuer. */
  get configuration(): string {
    const realm = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/token`;
    const bundle = path.join(this.folder, 'certificate.pem');
    return `  token: {realm: "${realm}", service: atom-test, issuer: atom-issuer, rootcertbundle: "${bundle}"}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await rm(this.folder, { recursive: true, force: true });
  }

  private async answer(message: IncomingMessage): Promise<string | undefined> {
    const { username, password, identityToken } = this.login;
    if (message.method === 'POST') {
      const form = new URLSearchParams(await textOf(message));
      this.seen.push(`${form.get('grant_type') ?? ''} ${form.get('scope') ?? ''}`);
      return form.get('refresh_token') === identityToken ? this.token(form) : undefined;
    }
    const { searchParams } = new URL(message.url ?? '', 'http://issuer');
    this.seen.push(`password ${searchParams.get('scope') ?? ''}`);
    const basic = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
    return message.headers.authorization === basic ? this.token(searchParams) : undefined;
  }

  private token(asked: URLSearchParams): string {
    const [type, name, actions = ''] = (asked.get('scope') ?? '').split(':');
    const now = Math.floor(Date.now() / 1000);
    const x5c = [this.certificate.replace(/-----[A-Z ]+-----|\s/g, '')];
    const claims = {
      ...{ iss: 'atom-issuer', sub: this.login.username, aud: asked.get('service'), jti: String(now) },
      ...{ exp: now + 300, nbf: now - 10, iat: now, access: [{ type, name, actions: actions.split(',') }] },
    };
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${encode({ typ: 'JWT', alg: 'ES256', x5c })}.${encode(claims)}`;
    const key = { key: createPrivateKey(this.key), dsaEncoding: 'ieee-p1363' } as const;
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
  }
}

async function textOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
