import type { Format, Settings } from '../settings.js';
import { escapeText } from './escape.js';
import { Paint } from './paint.js';

export interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

/** Two voices: the result goes to stdout and nothing else does; progress, warnings and errors go to stderr. */
export class Output {
  readonly format: Format;
  /** Colours for what goes to stdout. */
  readonly paint: Paint;
  /** Colours for what goes to stderr. */
  readonly paintProgress: Paint;

  constructor(
    { format, colour }: Pick<Settings, 'format' | 'colour'>,
    private readonly streams: Streams,
  ) {
    this.format = format;
    this.paint = new Paint(colour.stdout);
    this.paintProgress = new Paint(colour.stderr);
  }

  /** The result of the command: `value` as one JSON or YAML document, or the table text. `table` has escaped its parts. */
  async result(value: unknown, table: () => string): Promise<void> {
    if (this.format === 'table') this.print(table());
    else this.print(await this.document(value));
  }

  /** One line of a result that has no end yet; with `-o json` one JSON document a line, with `-o yaml` one after `---`. */
  async item(value: unknown, line: () => string): Promise<void> {
    if (this.format === 'table') this.print(line());
    else if (this.format === 'yaml') this.print(`---\n${await this.document(value)}`);
    else this.print((await import('./document.js')).toJson(value, 0));
  }

  /** A result that has one form only. */
  print(text: string): void {
    this.streams.stdout.write(`${text}\n`);
  }

  /** A line for the person who waits. */
  progress(text: string): void {
    this.streams.stderr.write(`${text}\n`);
  }

  warn(text: string): void {
    this.progress(`${this.paintProgress.text('yellow', 'warning:')} ${escapeText(text)}`);
  }

  // The YAML library is the slowest import of all; it waits until it is needed.
  private async document(value: unknown): Promise<string> {
    const { toJson, toYaml } = await import('./document.js');
    return this.format === 'yaml' ? toYaml(value) : toJson(value);
  }
}
