import { parseArgs } from 'node:util';

/** Something that the person at the terminal can put right; the message says how. */
export class DevRefusal extends Error {
  override readonly name = 'DevRefusal';
}

export interface DevOptions {
  /** End after the first run, with exit code 0 only if it succeeded. */
  readonly once: boolean;
  /** What the starter runbook restarts; undefined on a real cluster unless it was named. */
  readonly target: { readonly namespace: string; readonly deployment: string } | undefined;
}

export const USAGE = `npm run quickstart [-- --once] [-- --namespace NAME --deployment NAME]

  --once         end after the first run: exit code 0 if it succeeded, else 1
  --namespace    with --deployment: what the starter runbook restarts (default shop/web, which the simulator has)

Environment: PORT (api, 8000), WORKER_PORT (4000), ATOM_BOOTSTRAP_TOKEN (first admin token),
KUBECONFIG (act on that cluster; without it a simulated one is started). See .env.example for the others.`;

/** The deployment of the simulator's seed that is broken until somebody restarts it. */
const SIMULATED = { namespace: 'shop', deployment: 'web' };

export function readOptions(args: readonly string[], kubeconfig: string | undefined): DevOptions {
  const { once, namespace, deployment } = parse(args);
  const named = namespace !== undefined && deployment !== undefined ? { namespace, deployment } : undefined;
  if (named === undefined && (namespace ?? deployment) !== undefined) {
    throw new DevRefusal(`--namespace and --deployment go together.\n\n${USAGE}`);
  }
  const target = named ?? (kubeconfig === undefined ? SIMULATED : undefined);
  if (once && target === undefined) {
    throw new DevRefusal(
      'KUBECONFIG names a real cluster: say what may be restarted there with --namespace and --deployment, or unset it.',
    );
  }
  return { once, target };
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { once: { type: 'boolean' }, namespace: { type: 'string' }, deployment: { type: 'string' } },
    });
    return { once: values.once === true, namespace: values.namespace, deployment: values.deployment };
  } catch (error) {
    throw new DevRefusal(`${(error as Error).message}\n\n${USAGE}`, { cause: error });
  }
}
