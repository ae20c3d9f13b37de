/** A signal that is raised when its parent is, or when the time is over. `end` frees both; call it always. */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly raise = (): void => this.controller.abort();
  isOver = false;

  constructor(
    private readonly parent: AbortSignal,
    readonly ms: number,
  ) {
    this.timer = setTimeout(() => {
      this.isOver = true;
      this.raise();
    }, ms);
    if (parent.aborted) this.raise();
    else parent.addEventListener('abort', this.raise, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  end(): void {
    clearTimeout(this.timer);
    this.parent.removeEventListener('abort', this.raise);
  }
}
