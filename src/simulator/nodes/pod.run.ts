import type { Cluster } from '../cluster.js';
import { recordEvent } from '../controllers/events.js';
import { annotation } from '../faults.js';
import { copy } from '../json.js';
import { PODS } from '../kinds.js';
import { timestamp } from '../objects.js';
import type { Pod, PodStatus } from '../workloads.js';
import { ContainerOutput } from './container.output.js';
import type { PodFaults } from './pod.faults.js';
import * as turn from './pod.status.js';

/** The life of one pod on its node, from the moment it is scheduled until it is gone. */
export class PodRun {
  private cancel: () => void = () => undefined;
  private readonly output: ContainerOutput;
  private crashes = 0;
  private isStopping = false;

  constructor(
    private readonly cluster: Cluster,
    private readonly faults: PodFaults,
    private readonly uid: string,
    private readonly namespace: string | undefined,
    private readonly name: string,
    private readonly address: { podIP: string; hostIP: string },
  ) {
    this.output = new ContainerOutput(cluster, uid);
  }

  begin(): void {
    const pod = this.pod();
    if (!pod) return;
    const restarts = this.faults.of(pod) ? Number(annotation(this.faults.workloadOf(pod), 'restarts') ?? '0') : 0;
    this.crashes = restarts;
    this.write((p, now) => turn.creating(p, restarts, this.address.hostIP, now));
    this.then(this.cluster.timings.startMs, () => this.start());
  }

  /** The workload's fault was set or taken away while the pod runs. */
  reconsider(): void {
    const pod = this.pod();
    if (!pod || this.isStopping || pod.status.phase !== 'Running') return;
    if (!pod.status.containerStatuses?.some((container) => container.state.running)) return;
    this.settle(pod);
  }

  /** The pod was deleted: stop within its grace period. */
  stop(): void {
    const pod = this.pod();
    if (!pod) return;
    if (!this.isStopping) {
      const names = pod.spec.containers.map((container) => container.name);
      for (const name of names) this.event(pod, 'Killing', `Stopping container ${name}`, 'Normal', name);
    }
    this.isStopping = true;
    const grace = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
    this.then(Math.min(grace, this.cluster.timings.stopMs), () => {
      if (!this.pod()) return;
      this.cluster.writer.delete(PODS, this.namespace, this.name, { gracePeriodSeconds: 0 });
    });
  }

  end(): void {
    this.cancel();
    this.output.drop();
  }

  private start(): void {
    const pod = this.pod();
    if (!pod) return;
    if (this.faults.of(pod)?.type === 'image-pull') {
      this.failToPull(pod, 0);
      return;
    }
    for (const { name, image } of pod.spec.containers) {
      const pulled = `Container image ${JSON.stringify(image)} already present on machine`;
      this.event(pod, 'Pulled', pulled, 'Normal', name);
      this.event(pod, 'Created', `Created container: ${name}`, 'Normal', name);
      this.event(pod, 'Started', `Started container ${name}`, 'Normal', name);
    }
    this.write((p, now) => turn.started(p.status, this.address.podIP, now));
    const running = this.pod();
    if (!running) return;
    this.output.started(running, this.faults.workloadOf(running));
    this.settle(running);
  }

  /** What comes next for a pod whose containers run. */
  private settle(pod: Pod): void {
    const fault = this.faults.of(pod);
    const { timings } = this.cluster;
    if (fault?.type === 'crash-loop') {
      this.then(timings.crashMs, () => this.exit(fault.exitCode ?? 1));
    } else if (pod.spec.restartPolicy !== 'Always') {
      this.write((p, now) => turn.ready(p.status, true, now));
      this.then(timings.jobMs, () => this.exit(0));
    } else if (fault?.type === 'never-ready') {
      this.write((p, now) => turn.ready(p.status, false, now));
      this.then(timings.readyMs, () => this.probeInVain());
    } else {
      const readyMs = fault?.type === 'slow-rollout' ? fault.readyAfterMs : timings.readyMs;
      this.then(readyMs, () => this.write((p, now) => turn.ready(p.status, true, now)));
    }
  }

  private probeInVain(): void {
    const pod = this.pod();
    if (!pod) return;
    for (const { name } of pod.spec.containers) {
      this.event(pod, 'Unhealthy', 'Readiness probe failed: HTTP probe failed with statuscode: 503', 'Warning', name);
    }
    this.then(this.cluster.timings.readyMs * 5, () => this.probeInVain());
  }

  private exit(exitCode: number): void {
    const pod = this.pod();
    if (!pod) return;
    this.output.ended(pod, this.faults.workloadOf(pod), exitCode);
    const policy = pod.spec.restartPolicy ?? 'Always';
    if (policy === 'Never' || (policy === 'OnFailure' && exitCode === 0)) {
      this.write((p, now) => turn.exited(p.status, exitCode, undefined, now));
      return;
    }
    const { backOffMs, maxBackOffMs } = this.cluster.timings;
    const wait = Math.min(maxBackOffMs, backOffMs * 2 ** Math.min(this.crashes, 20));
    this.crashes += 1;
    const subject = `pod=${pod.metadata.name}_${this.namespace ?? ''}(${this.uid})`;
    const [container] = pod.spec.containers;
    const message = `back-off ${Math.ceil(wait / 1000)}s restarting failed container=${container?.name ?? ''} ${subject}`;
    this.write((p, now) => turn.exited(p.status, exitCode, message, now));
    const text = `Back-off restarting failed container ${container?.name ?? ''} in pod ${subject.slice(4)}`;
    this.event(pod, 'BackOff', text, 'Warning', container?.name);
    this.then(wait, () => {
      this.write((p) => turn.restarted(p.status));
      this.start();
    });
  }

  private failToPull(pod: Pod, attempt: number): void {
    const image = JSON.stringify(pod.spec.containers[0]?.image ?? '');
    const name = pod.spec.containers[0]?.name;
    const isFirst = attempt % 2 === 0;
    const message = isFirst ? `failed to pull and unpack image ${image}: not found` : `Back-off pulling image ${image}`;
    this.write((p, now) => turn.waiting(p.status, isFirst ? 'ErrImagePull' : 'ImagePullBackOff', message, now));
    if (isFirst) this.event(pod, 'Failed', `Failed to pull image ${image}: not found`, 'Warning', name);
    else this.event(pod, 'BackOff', message, 'Normal', name);
    this.then(this.cluster.timings.backOffMs, () => {
      const current = this.pod();
      if (current && this.faults.of(current)?.type === 'image-pull') this.failToPull(current, attempt + 1);
      else this.start();
    });
  }

  /** Waits for one thing at a time: what was awaited before is forgotten. */
  private then(ms: number, next: () => void): void {
    this.cancel();
    this.cancel = this.cluster.clock.after(ms, next);
  }

  private pod(): Pod | undefined {
    const found = this.cluster.store.get(PODS, this.namespace, this.name);
    return found?.metadata.uid === this.uid ? found : undefined;
  }

  private write(change: (pod: Pod, now: string) => PodStatus): void {
    const pod = this.pod();
    if (!pod) return;
    const next = { ...copy(pod), status: change(pod, timestamp(this.cluster.clock.now())) };
    this.cluster.writer.update(PODS, next, { subresource: 'status', manager: 'kubelet' });
  }

  private event(pod: Pod, reason: string, message: string, type: 'Normal' | 'Warning', container?: string): void {
    const host = pod.spec.nodeName ?? '';
    const fieldPath = container === undefined ? {} : { fieldPath: `spec.containers{${container}}` };
    recordEvent(this.cluster, pod, { reason, message, type, component: 'kubelet', host, ...fieldPath });
  }
}
