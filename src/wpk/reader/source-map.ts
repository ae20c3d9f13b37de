import type { WpkProblem } from '../wpk.error.js';

/** A place in a text; both count from 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** Where the values of a document stand in its text: the key of a member, the first character of an item. */
export class SourceMap {
  private readonly offsets = new Map<string, number>();
  private readonly lineStarts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.lineStarts.push(at + 1);
  }

  record(pointer: string, offset: number): void {
    this.offsets.set(pointer, offset);
  }

  /** The place of the value at a JSON pointer; for a value that is not there (a missing member) that of the nearest parent. */
  locate(pointer: string): SourcePosition | undefined {
    for (let path = pointer; ; path = path.slice(0, path.lastIndexOf('/'))) {
      const offset = this.offsets.get(path);
      if (offset !== undefined) return this.positionOf(offset);
      if (path === '') return undefined;
    }
  }

  positionOf(offset: number): SourcePosition {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.lineStarts[low] ?? 0) + 1 };
  }

  /** Problems with the lines that belong to their pointers. */
  place(problems: readonly WpkProblem[]): WpkProblem[] {
    return problems.map((problem) => ({ ...this.locate(problem.pointer), ...problem }));
  }
}
