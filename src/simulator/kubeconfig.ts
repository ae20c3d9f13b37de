import { stringify } from 'yaml';

/** A kubeconfig for one plain-HTTP server. Without skipping TLS verification @kubernetes/client-node refuses plain HTTP. */
export function kubeconfigFor(url: string): string {
  const name = 'simulator';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}
