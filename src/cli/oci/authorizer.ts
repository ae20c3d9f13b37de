import { CliError } from '../cli.errors.js';
import type { Environment } from '../settings.js';
import { type Challenge, parseChallenges } from './challenge.js';
import { findCredentials } from './credentials.js';
import type { Credentials } from './credentials.types.js';
import { isObject } from './descriptor.js';
import { type HttpRequest, type HttpSettings, request } from './http.js';
import { OCI_LIMITS } from './limits.js';
import { brokenAnswer, failureOfRefusal } from './registry.failure.js';

const clientId = 'atomctl';

/** Answers the challenges of one registry. Credentials are looked for when it first asks, and not before. */
export class Authorizer {
  private readonly secrets = new Set<string>();
  private credentials: Promise<Credentials | undefined> | undefined;

  constructor(
    private readonly registry: string,
    private readonly env: Environment,
    private readonly settings: HttpSettings,
  ) {}

  /** The Authorization header that answers WWW-Authenticate; undefined when there is nothing to answer with. */
  async answer(header: string, scope: string): Promise<string | undefined> {
    const challenges = parseChallenges(header);
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    if (bearer) return `Bearer ${this.remember(await this.token(bearer, scope))}`;
    if (!challenges.some(({ scheme }) => scheme === 'basic')) {
      throw brokenAnswer(this.registry, 'it asks for a login in a way that is neither Basic nor Bearer');
    }
    const credentials = await this.find();
    if (credentials?.kind !== 'password') return undefined;
    return this.basic(credentials);
  }

  /** The text without any secret that was sent: a registry may repeat in its answer what it was given. */
  readonly hide = (text: string): string =>
    [...this.secrets].reduce((shown, secret) => shown.replaceAll(secret, '[secret]'), text);

  private async find(): Promise<Credentials | undefined> {
    this.credentials ??= findCredentials(this.registry, this.env, this.settings.timeoutMs);
    const credentials = await this.credentials;
    if (credentials) this.remember(credentials.kind === 'password' ? credentials.password : credentials.token);
    return credentials;
  }

  private basic({ username, password }: Credentials & { kind: 'password' }): string {
    return `Basic ${this.remember(Buffer.from(`${username}:${password}`).toString('base64'))}`;
  }

  private remember(secret: string): string {
    if (secret !== '') this.secrets.add(secret);
    return secret;
  }

  /** https://distribution.github.io/distribution/spec/auth/token/ and, for identity tokens, …/auth/oauth/ */
  private async token(challenge: Challenge, wanted: string): Promise<string> {
    const realm = this.realm(challenge);
    const service = challenge.parameters.get('service');
    const scope = challenge.parameters.get('scope') ?? wanted;
    const asked = { ...(service !== undefined && { service }), scope };
    const credentials = await this.find();
    if (credentials?.kind === 'identity-token') {
      const form = { grant_type: 'refresh_token', client_id: clientId, refresh_token: credentials.token, ...asked };
      return this.fetchToken(realm, { method: 'POST', body: new URLSearchParams(form) }, undefined);
    }
    for (const [name, value] of Object.entries(asked)) realm.searchParams.append(name, value);
    return this.fetchToken(realm, {}, credentials && this.basic(credentials));
  }

  /** The one other host that is given the credentials, as the registry itself says that it issues its tokens. */
  private realm({ parameters }: Challenge): URL {
    const realm = parameters.get('realm') ?? '';
    if (!URL.canParse(realm)) {
      throw brokenAnswer(this.registry, 'it asks for a token and names no address that issues one');
    }
    return new URL(realm);
  }

  private async fetchToken(
    realm: URL,
    ask: Pick<HttpRequest, 'method' | 'body'>,
    authorization: string | undefined,
  ): Promise<string> {
    // Refuses redirects by itself: a POST is never redirected, and for a GET the origin has to stay the same.
    const answer = await request(realm, { ...ask, limit: OCI_LIMITS.tokenBytes }, authorization, this.settings);
    const { status, headers, bytes } = answer;
    if (answer.url.origin !== realm.origin) {
      throw brokenAnswer(this.registry, `${realm.host}, which issues its tokens, redirects to ${answer.url.host}`);
    }
    if (status !== 200) {
      throw failureOfRefusal({ registry: realm.host, task: 'get a token', status, headers, bytes, hide: this.hide });
    }
    const token = tokenIn(bytes);
    if (token === undefined) throw new CliError('CLI.REFUSED', `${realm.host}: the answer holds no token`);
    return token;
  }
}

/** A header takes printable ASCII only. */
function tokenIn(bytes: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'));
    const token = isObject(value) ? (value['token'] ?? value['access_token']) : undefined;
    return typeof token === 'string' && /^[\u0021-\u007e]+$/.test(token) ? token : undefined;
  } catch {
    return undefined;
  }
}
