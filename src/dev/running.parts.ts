export type StopPart = () => Promise<unknown>;

/** The parts that were started, to be stopped in the opposite order. */
export class RunningParts {
  private readonly parts: StopPart[] = [];
  private stopping: Promise<void> | undefined;

  /** Registers how a part stops. When the others are being stopped already, this one is stopped at once. */
  async add(stop: StopPart): Promise<void> {
    this.parts.push(stop);
    if (this.stopping === undefined) return;
    await this.stopAll();
    throw new Error('stopped while starting');
  }

  /** A part that does not stop must not keep the ones below it alive: the first failure is thrown at the end. */
  async stopAll(): Promise<void> {
    await this.stopping;
    this.stopping = this.stopEach();
    await this.stopping;
  }

  private async stopEach(): Promise<void> {
    const failures: unknown[] = [];
    for (let stop = this.parts.pop(); stop !== undefined; stop = this.parts.pop()) {
      await stop().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw new AggregateError(failures, 'not every part could be stopped');
  }
}
