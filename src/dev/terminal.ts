/** What the person at the terminal sees. */
export class Terminal {
  private readonly started = performance.now();

  line(text = ''): void {
    process.stdout.write(`${text}\n`);
  }

  /** One part is up. */
  part(name: string, what: string): void {
    const seconds = ((performance.now() - this.started) / 1000).toFixed(1);
    this.line(`  ${name.padEnd(10)} ${what}  (${seconds} s)`);
  }

  /** A command line that is about to be run. */
  command(text: string): void {
    this.line();
    this.line(process.stdout.isTTY ? `\u001b[1m$ ${text}\u001b[0m` : `$ ${text}`);
  }

  failure(text: string): void {
    process.stderr.write(`\n${text}\n`);
  }
}
