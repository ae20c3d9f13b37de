import { readFile, stat } from 'node:fs/promises';

/** A file is looked at no more often than this. */
const LOOK_MS = 1000;

/**
 * A file that may be replaced while the process runs, as Kubernetes does with a mounted ConfigMap. What was made of its bytes
 * is kept until the file is another one; `make` sees every new content once.
 */
export class WatchedFile<Value> {
  private seen: { readonly mark: string; readonly value: Promise<Value> } | undefined;
  private lookedAt = -Infinity;

  constructor(
    readonly path: string,
    private readonly make: (bytes: Buffer) => Value | Promise<Value>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Rejects when the file cannot be read, or with what `make` threw for this content. */
  async value(): Promise<Value> {
    if (this.seen && this.now() - this.lookedAt < LOOK_MS) return this.seen.value;
    const { mtimeMs, ino, size } = await stat(this.path);
    this.lookedAt = this.now();
    const mark = `${mtimeMs} ${ino} ${size}`;
    if (this.seen?.mark !== mark) {
      this.seen = { mark, value: readFile(this.path).then((bytes) => this.make(bytes)) };
      this.seen.value.catch(() => undefined); // whoever asks is told
    }
    return this.seen.value;
  }
}
