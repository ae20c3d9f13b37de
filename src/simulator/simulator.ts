import { type Clock, systemClock, Timers } from './clock.js';
import { type Cluster, DEFAULT_TIMINGS, type Timings } from './cluster.js';
import { ControllerLoop } from './controllers/controller.loop.js';
import { DaemonSetController } from './controllers/daemon-set.controller.js';
import { DeploymentController } from './controllers/deployment.controller.js';
import { GarbageCollector } from './controllers/garbage.collector.js';
import { JobController } from './controllers/job.controller.js';
import { ReplicaSetController } from './controllers/replica-set.controller.js';
import { StatefulSetController } from './controllers/stateful-set.controller.js';
import { Faults } from './faults.js';
import { discovery } from './http/discovery.js';
import { openApi } from './http/openapi.js';
import { openApiV2 } from './http/openapi.v2.js';
import { type LoggedRequest, RequestLog } from './http/request.log.js';
import { handleResource } from './http/resource.routes.js';
import { createApiServer, listen } from './http/server.js';
import { kindOf } from './kinds.js';
import { kubeconfigFor } from './kubeconfig.js';
import { Kubelet } from './nodes/kubelet.js';
import { ObjectWriter } from './object.writer.js';
import type { KubeObject } from './objects.js';
import { PodLogs } from './pod-logs.js';
import { seed } from './seed.js';
import { ObjectStore } from './store.js';

export interface SimulatorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: the system chooses. */
  readonly port?: number;
  /** YAML with any number of documents. */
  readonly manifests?: string;
  /** How many times faster than the default timings pods start, crash and stop. Default 1. */
  readonly speed?: number;
  /** Milliseconds; after `speed`. */
  readonly timings?: Partial<Timings>;
  /** How many changes a watch may be behind before it gets 410. Default 5000. */
  readonly historyLimit?: number;
  readonly clock?: Clock;
}

export interface Simulator {
  readonly url: string;
  readonly faults: Faults;
  /** The last requests, oldest first. */
  readonly requests: { list(): readonly LoggedRequest[]; clear(): void };
  readonly objects: SimulatorObjects;
  /** YAML that kubectl and @kubernetes/client-node accept. */
  kubeconfig(): string;
  close(): Promise<void>;
}

/** Reads past the protocol, for assertions. What it returns is frozen. */
export interface SimulatorObjects {
  get(apiVersion: string, kind: string, namespace: string | undefined, name: string): KubeObject | undefined;
  list(apiVersion: string, kind: string, namespace?: string): KubeObject[];
  /** Makes every resource version that is out there too old, so that watches meet 410. */
  compact(): void;
}

/**
 * Starts a Kubernetes API server that keeps everything in memory, with the controllers and nodes that make its objects
 * live. Plain HTTP and no authentication: keep it on a loopback address.
 * @throws Error when a manifest cannot be used or the port is taken
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const timers = new Timers(options.clock ?? systemClock);
  const store = new ObjectStore(options.historyLimit);
  const cluster: Cluster = {
    store,
    writer: new ObjectWriter(store, timers),
    faults: new Faults(),
    logs: new PodLogs(timers),
    clock: timers,
    timings: timingsOf(options),
  };
  const loop = new ControllerLoop(store, timers, [
    new DeploymentController(cluster),
    new ReplicaSetController(cluster),
    new StatefulSetController(cluster),
    new DaemonSetController(cluster),
    new JobController(cluster),
  ]);
  new GarbageCollector(cluster);
  new Kubelet(cluster);
  const requests = new RequestLog();
  const handlers = {
    plain: (path: string, accept: string) => discovery(path, accept) ?? openApi(path) ?? openApiV2(path),
    resource: handleResource.bind(undefined, cluster),
  };
  const server = createApiServer(handlers, cluster.faults, requests);
  const host = options.host ?? '127.0.0.1';
  const { port } = await listen(server, host, options.port ?? 0);
  const url = `http://${host}:${port}`;
  const close = async (): Promise<void> => {
    loop.close();
    timers.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  try {
    seed(cluster, options.manifests ?? '');
  } catch (error) {
    await close();
    throw error;
  }
  return {
    url,
    faults: cluster.faults,
    requests,
    objects: objectsOf(store),
    kubeconfig: () => kubeconfigFor(url),
    close,
  };
}

function timingsOf({ speed = 1, timings }: SimulatorOptions): Timings {
  const scaled = Object.entries(DEFAULT_TIMINGS).map(([name, ms]: [string, number]) => [name, ms / speed]);
  return { ...(Object.fromEntries(scaled) as unknown as Timings), ...timings };
}

function objectsOf(store: ObjectStore): SimulatorObjects {
  return {
    get(apiVersion, kindName, namespace, name) {
      const kind = kindOf(apiVersion, kindName);
      return kind && store.get(kind, namespace, name);
    },
    list(apiVersion, kindName, namespace) {
      const kind = kindOf(apiVersion, kindName);
      return kind ? store.list(kind, namespace) : [];
    },
    compact: () => store.compact(),
  };
}
