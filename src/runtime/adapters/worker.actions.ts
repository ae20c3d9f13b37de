import type { Config } from '../../platform/config/config.js';
import { VERSION } from '../../platform/process/version.js';
import type { Action } from './adapter.js';

/**
 * The actions of this release against the configured targets. Their client libraries are loaded here and not with the
 * module, because the api, which executes nothing, shares it.
 */
export async function workerActions(config: Config): Promise<Action[]> {
  const { ClusterClient, kubernetesActions } = await import('./kubernetes/index.js');
  const kubeconfig = config.KUBECONFIG === undefined ? ({ inCluster: true } as const) : { path: config.KUBECONFIG };
  return kubernetesActions(new ClusterClient(kubeconfig, VERSION));
}
