import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

import { startSimulator } from './simulator.js';

const USAGE =
  'usage: node dist/simulator/main.js [--host H] [--port N] [--manifests FILE] [--kubeconfig FILE] [--speed N]\n';

/** The simulator as a process of its own. Without `--manifests` it starts with the development seed. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      host: { type: 'string', default: '127.0.0.1' },
      port: { type: 'string', default: '0' },
      manifests: { type: 'string' },
      kubeconfig: { type: 'string' },
      speed: { type: 'string', default: '1' },
    },
  });
  const manifests = await readFile(values.manifests ?? new URL('./seed.yaml', import.meta.url), 'utf8');
  const { host } = values;
  const simulator = await startSimulator({ host, port: Number(values.port), speed: Number(values.speed), manifests });
  if (values.kubeconfig !== undefined) await writeFile(values.kubeconfig, simulator.kubeconfig(), { mode: 0o600 });
  process.stdout.write(`Kubernetes simulator on ${simulator.url}\n`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exitCode = 2;
});
