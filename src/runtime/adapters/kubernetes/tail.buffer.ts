/** Keeps the last `limit` bytes of what is pushed. */
export class TailBuffer {
  private chunks: Buffer[] = [];
  private size = 0;
  /** Something from the beginning was dropped. */
  isCut = false;

  constructor(private readonly limit: number) {}

  push(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.size += chunk.length;
    if (this.size <= this.limit * 2) return; // not for every chunk: joining copies
    this.trim();
  }

  /** Whole lines without the last line break; a line that lost its beginning is dropped. */
  lines(): string[] {
    this.trim();
    const lines = Buffer.concat(this.chunks).toString('utf8').split('\n');
    if (this.isCut) lines.shift();
    if (lines.at(-1) === '') lines.pop();
    return lines;
  }

  private trim(): void {
    if (this.size <= this.limit) return;
    this.isCut = true;
    this.chunks = [Buffer.concat(this.chunks).subarray(-this.limit)];
    this.size = this.limit;
  }
}
