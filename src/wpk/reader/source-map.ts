import { childPointer } from '../json.js';
import type { WpkProblem } from '../wpk.error.js';

/** A place in a text; both count from 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/**
 * Where a value stands: the key of a member, the first character of an item. Written out as a pointer only where one is asked for:
 * the pointers of 20,000 values below sixty long keys would take hundreds of megabytes.
 */
export class SourceNode {
  private children: Map<string, SourceNode> | undefined;

  constructor(
    readonly offset: number,
    private readonly parent?: SourceNode,
    private readonly key: string | number = '',
  ) {}

  add(key: string | number, offset: number): SourceNode {
    const node = new SourceNode(offset, this, key);
    (this.children ??= new Map()).set(String(key), node);
    return node;
  }

  find(key: string): SourceNode | undefined {
    return this.children?.get(key);
  }

  get pointer(): string {
    return this.parent ? childPointer(this.parent.pointer, this.key) : ''; // at most 64 levels: may recurse
  }
}

/** Where the values of a document stand in its text. */
export class SourceMap {
  /** Absent as long as the document has no value. */
  root: SourceNode | undefined;
  private readonly lineStarts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.lineStarts.push(at + 1);
  }

  /** The place of the value at a JSON pointer; for a value that is not there (a missing member) that of the nearest parent. */
  locate(pointer: string): SourcePosition | undefined {
    let node = this.root;
    for (const part of pointer.split('/').slice(1)) {
      const child = node?.find(part.replaceAll('~1', '/').replaceAll('~0', '~'));
      if (!child) break;
      node = child;
    }
    return node && this.positionOf(node.offset);
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
