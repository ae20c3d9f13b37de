export interface Kubeconfig {
  readonly server: string;
  readonly insecure?: boolean;
  readonly user?: object;
}

/** A kubeconfig with one context. JSON is YAML. */
export function kubeconfigOf({ server, insecure = true, user = {} }: Kubeconfig): string {
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'test' },
    clusters: [{ name: 'test', cluster: { server, 'insecure-skip-tls-verify': insecure } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  });
}
