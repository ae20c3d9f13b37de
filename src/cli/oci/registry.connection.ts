import type { Environment } from '../settings.js';
import { Authorizer } from './authorizer.js';
import { type HttpAnswer, type HttpRequest, type HttpSettings, request } from './http.js';
import { apiHost, type OciReference } from './reference.js';
import { failureOfRefusal } from './registry.failure.js';

export interface ConnectionSettings {
  readonly env: Environment;
  readonly timeoutMs: number;
  /** Whether the person wants http; when they say nothing, it is for hosts of this machine. */
  readonly plainHttp: boolean | undefined;
}

export interface RegistryRequest extends HttpRequest {
  /** For messages: "read the manifest 1.0.0". */
  readonly task: string;
  readonly writes?: boolean;
}

/** Requests to one repository; answers the challenges of the registry, once for each request. */
export class RegistryConnection {
  readonly base: URL;
  private readonly settings: HttpSettings;
  private readonly authorizer: Authorizer;
  private authorization: string | undefined;

  constructor(
    private readonly reference: Pick<OciReference, 'registry' | 'repository'>,
    { env, timeoutMs, plainHttp }: ConnectionSettings,
  ) {
    const { registry, repository } = reference;
    const isPlain = plainHttp ?? isLoopback(registry);
    this.base = new URL(`${isPlain ? 'http' : 'https'}://${apiHost(registry)}/v2/${repository}/`);
    this.settings = { timeoutMs, plainHttp: isPlain };
    this.authorizer = new Authorizer(registry, env, this.settings);
  }

  /** `target` is relative to the repository, or an address that the registry named. Any status is an answer but 401. */
  async send(target: string, ask: RegistryRequest): Promise<HttpAnswer> {
    const url = new URL(target, this.base);
    const isOwn = url.origin === this.base.origin;
    const first = await request(url, ask, isOwn ? this.authorization : undefined, this.settings);
    // Only the registry itself is told who asks; a store that it redirects to is not.
    if (first.status !== 401 || first.url.origin !== this.base.origin) return first;
    const scope = `repository:${this.reference.repository}:${ask.writes ? 'pull,push' : 'pull'}`;
    const authorization = await this.authorizer.answer(first.headers.get('www-authenticate') ?? '', scope);
    if (authorization === undefined || !isOwn) throw this.refusal(ask.task, first);
    this.authorization = authorization;
    const second = await request(url, ask, authorization, this.settings);
    if (second.status === 401) throw this.refusal(ask.task, second);
    return second;
  }

  refusal(task: string, { status, headers, bytes, url }: HttpAnswer): Error {
    return failureOfRefusal({ registry: url.host, task, status, headers, bytes, hide: this.authorizer.hide });
  }
}

export function isLoopback(registry: string): boolean {
  const { hostname } = new URL(`http://${registry}`);
  return hostname === 'localhost' || hostname.endsWith('.localhost') || /^(127\.|\[::1\]$)/.test(hostname);
}
