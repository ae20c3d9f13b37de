import type { Cluster } from '../cluster.js';
import { annotation } from '../faults.js';
import type { KubeObject } from '../objects.js';
import type { LogBook } from '../pod-logs.js';
import type { Pod } from '../workloads.js';

/**
 * What the containers of one pod write. The workload's annotations `simulator.atom.dev/logs` (at each start) and
 * `simulator.atom.dev/crash-logs` (before a crash) replace the default lines.
 */
export class ContainerOutput {
  /** By container name: the id of each start whose output is kept. */
  private readonly starts = new Map<string, string[]>();
  private stopTicking: () => void = () => undefined;
  private requests = 0;

  constructor(
    private readonly cluster: Cluster,
    private readonly podUid: string,
  ) {}

  started(pod: Pod, workload: KubeObject): void {
    const books = (pod.status.containerStatuses ?? []).map(({ name, containerID = '' }) =>
      this.open(name, containerID),
    );
    const image = pod.spec.containers[0]?.image ?? '';
    const lines = linesOf(workload, 'logs') ?? [`INFO  starting ${image}`, 'INFO  listening on :8080'];
    for (const book of books) for (const line of lines) this.write(book, line);
    this.tick(books);
  }

  ended(pod: Pod, workload: KubeObject, exitCode: number): void {
    this.stopTicking();
    const lines = exitCode === 0 ? ['INFO  done'] : linesOf(workload, 'crash-logs');
    for (const { containerID = '' } of pod.status.containerStatuses ?? []) {
      const book = this.cluster.logs.get(this.podUid, containerID);
      for (const line of lines ?? [`FATAL exiting with code ${exitCode}`]) if (book) this.write(book, line);
      book?.close();
    }
  }

  drop(): void {
    this.stopTicking();
    this.cluster.logs.dropPod(this.podUid);
  }

  /** A node keeps the output of the last start and of the one before. */
  private open(container: string, id: string): LogBook {
    const ids = [...(this.starts.get(container) ?? []), id];
    for (const old of ids.slice(0, -2)) this.cluster.logs.drop(this.podUid, old);
    this.starts.set(container, ids.slice(-2));
    return this.cluster.logs.open(this.podUid, id);
  }

  private tick(books: readonly LogBook[]): void {
    this.stopTicking();
    this.stopTicking = this.cluster.clock.after(this.cluster.timings.logMs, () => {
      this.requests += 1;
      for (const book of books) this.write(book, `INFO  GET /healthz 200 request=${this.requests}`);
      this.tick(books);
    });
  }

  private write(book: LogBook, line: string): void {
    book.write(`${this.cluster.clock.now().toISOString()} ${line}`);
  }
}

function linesOf(workload: KubeObject, name: string): string[] | undefined {
  return annotation(workload, name)?.trimEnd().split('\n');
}
