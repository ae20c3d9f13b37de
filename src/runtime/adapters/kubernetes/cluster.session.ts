import type { KubeConfig } from '@kubernetes/client-node';
import { Agent, type Dispatcher } from 'undici';

import { StepError } from '../step.error.js';

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
      throw new StepError('STEP.REJECTED', `The worker's kubeconfig cannot be used: ${wordsOf(cause)}.`, { cause });
    });
    return this.session;
  }

  /** The credentials were refused: read them again before the next request. */
  forget(): void {
    this.session = undefined;
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
    const server = config.getCurrentCluster()?.server.replace(/\/+$/, '');
    if (server === undefined || !URL.canParse(server) || server.includes('undefined')) {
      throw new Error('its current context names no API server');
    }
    const context = new RequestContext(server, HttpMethod.GET);
    await config.applySecurityAuthentication(context);
    // Without TLS settings client-node brings no dispatcher; the process-wide one would be shared with everybody.
    const dispatcher = context.getDispatcher() ?? new Agent();
    const previous = this.opened;
    this.opened = dispatcher;
    // Waits for the requests that are under way; nobody has to wait for that.
    previous?.close().catch(() => undefined);
    return { server, headers: context.getHeaders(), dispatcher };
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

function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : 'unknown reason';
}
