import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';

import { StepError } from '../step.error.js';
import { textAt } from './json.js';

/** Where a kubeconfig comes from; `inCluster` is the service account of the worker's own pod. */
export type KubeconfigSource = { readonly path: string } | { readonly text: string } | { readonly inCluster: true };

/** One identity at one API server. */
export interface Session {
  /** Without a trailing slash; may have a path, as behind a management proxy. */
  readonly server: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly dispatcher: Dispatcher;
}

/** Service account tokens and client certificates are rotated under a running process: read again after this time. */
const SESSION_MS = 60_000;

/** Hands out the session of a kubeconfig. Connections are kept for a session's life, then closed once they are idle. */
export class ClusterSessions {
  private config: Promise<KubeConfig> | undefined;
  private session: Promise<Session> | undefined;
  private opened: Dispatcher | undefined;
  private openedAt = 0;

  constructor(private readonly source: KubeconfigSource) {}

  /** @throws StepError STEP.REJECTED when the kubeconfig cannot be used */
  async current(): Promise<Session> {
    if (this.session && Date.now() - this.openedAt < SESSION_MS) return this.session;
    this.openedAt = Date.now();
    this.session = this.open().catch((cause: unknown) => {
      this.forget();
      throw cause instanceof StepError ? cause : failureOfConfig(cause);
    });
    return this.session;
  }

  /** The credentials were refused: read them again before the next request. */
  forget(): void {
    this.session = undefined;
    this.config = undefined;
  }

  async close(): Promise<void> {
    const last = this.opened;
    this.forget();
    this.opened = undefined;
    await last?.destroy();
  }

  private async open(): Promise<Session> {
    // Loading the library takes 0.4 s and 86 MB: a worker that never meets a Kubernetes step does without.
    const { HttpMethod, RequestContext } = await import('@kubernetes/client-node');
    const config = await (this.config ??= this.load());
    const cluster = config.getCurrentCluster();
    const server = cluster?.server.replace(/\/+$/, '');
    if (server === undefined || !URL.canParse(server)) {
      throw new StepError(
        'STEP.REJECTED',
        'inCluster' in this.source
          ? 'The worker has no KUBECONFIG, and does not run in a cluster.'
          : "The worker's kubeconfig names no API server in its current context.",
      );
    }
    if (server.startsWith('http:') && cluster?.skipTLSVerify !== true) {
      const advice = 'set insecure-skip-tls-verify to allow it';
      throw new StepError('STEP.REJECTED', `The worker's kubeconfig names a server without TLS: ${advice}.`);
    }
    const context = new RequestContext(server, HttpMethod.GET);
    await config.applySecurityAuthentication(context);
    // Without TLS settings client-node brings no dispatcher; the process-wide one would be shared with everybody.
    const dispatcher = context.getDispatcher() ?? new Agent();
    const previous = this.opened;
    this.opened = dispatcher;
    // Waits for the requests that are under way; nobody has to wait for that.
    previous?.close().catch(() => undefined);
    // A token file may end with a line break.
    const headers = Object.entries(context.getHeaders()).map(([name, value]) => [name, value.trim()]);
    return { server, headers: Object.fromEntries(headers) as Record<string, string>, dispatcher };
  }

  private async load(): Promise<KubeConfig> {
    try {
      const { KubeConfig } = await import('@kubernetes/client-node');
      const config = new KubeConfig();
      if ('path' in this.source) config.loadFromFile(this.source.path);
      else if ('text' in this.source) config.loadFromString(this.source.text);
      else config.loadFromCluster();
      return config;
    } catch (cause) {
      this.config = undefined; // the file may be there next time
      throw cause;
    }
  }
}

/** Says no more than the system's error code: a YAML error quotes the lines around it, and with them the credentials. */
function failureOfConfig(cause: unknown): StepError {
  const code = textAt(cause, 'code');
  const advice = 'look at its format, its current context and its credentials';
  const isYaml = textAt(cause, 'name') === 'YAMLException';
  const message = `The worker's kubeconfig cannot be used${code === undefined ? '' : ` (${code})`}: ${advice}.`;
  return new StepError('STEP.REJECTED', message, isYaml ? {} : { cause });
}
