import { type Alias, isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';

import { childPointer } from '../json.js';
import { WpkError, type WpkErrorCode } from '../wpk.error.js';
import { LIMITS, PROTOTYPE_KEYS } from './limits.js';
import { isAmbiguousPlainKey, isAmbiguousPlainScalar } from './plain-scalar.js';
import { SourceMap } from './source-map.js';
import { isWellFormed, readText } from './text.js';
import { parseOneDocument } from './yaml.parser.js';

export interface ReadDocument {
  /** Plain JSON: objects, arrays, strings, finite numbers (integers within ±(2^53 − 1)), booleans and null. */
  readonly value: unknown;
  readonly source: SourceMap;
}

/**
 * Reads strict YAML: one document of YAML 1.2 core without anchors, aliases, tags, merge keys and directives, whose every plain
 * scalar means the same to a YAML 1.1 reader. Throws {@link WpkError} `WPK.MALFORMED` or `WPK.TOO_LARGE`, with line and column.
 */
export function readYaml(bytes: Uint8Array): ReadDocument {
  const text = readText(bytes, LIMITS.yamlBytes);
  const source = new SourceMap(text);
  const root = parseOneDocument(text, source);
  return { value: new TreeReader(source).read(root), source };
}

type Put = (value: unknown) => void;

interface Visit {
  readonly node: unknown;
  readonly pointer: string;
  readonly depth: number;
  readonly put: Put;
}

/** Walks the library's node tree without recursion, enforces what the library does not, and builds plain values. */
class TreeReader {
  private readonly waiting: Visit[] = [];
  private nodes = 0;

  constructor(private readonly source: SourceMap) {}

  read(root: unknown): unknown {
    let result: unknown;
    this.source.record('', offsetOf(root));
    this.waiting.push({ node: root, pointer: '', depth: 1, put: (value) => (result = value) });
    for (let visit = this.waiting.pop(); visit; visit = this.waiting.pop()) visit.put(this.visit(visit));
    return result;
  }

  private visit({ node, pointer, depth }: Visit): unknown {
    this.nodes += 1;
    if (this.nodes > LIMITS.nodes) {
      throw this.refuse('WPK.TOO_LARGE', node, pointer, `The document has more than ${LIMITS.nodes} values.`);
    }
    if (depth > LIMITS.depth) {
      throw this.refuse('WPK.TOO_LARGE', node, pointer, `The document is nested deeper than ${LIMITS.depth} levels.`);
    }
    if (isAlias(node)) throw this.malformed(node, pointer, 'Aliases (*name) are not allowed.', 'Write the value out.');
    if (isMap(node)) return this.visitMap(this.bare(node, pointer), pointer, depth);
    if (isSeq(node)) return this.visitList(this.bare(node, pointer), pointer, depth);
    if (isScalar(node)) return this.scalar(this.bare(node, pointer), pointer);
    if (node === null) return null; // a key without value
    throw this.malformed(node, pointer, 'The value is of no kind that JSON has.');
  }

  private visitMap(map: YAMLMap, pointer: string, depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    const seen = new Set<string>();
    for (const pair of map.items) {
      const key = this.key(pair, pointer);
      const child = childPointer(pointer, key);
      if (seen.has(key)) throw this.malformed(pair.key, child, `The key '${key}' stands twice in one map.`);
      seen.add(key);
      this.source.record(child, offsetOf(pair.key));
      object[key] = null; // members keep the order of the document although the stack is worked from its end
      this.waiting.push({ node: pair.value, pointer: child, depth: depth + 1, put: (value) => (object[key] = value) });
    }
    return object;
  }

  private visitList(list: YAMLSeq, pointer: string, depth: number): unknown[] {
    const array = new Array<unknown>(list.items.length).fill(null);
    list.items.forEach((item, index) => {
      const child = childPointer(pointer, index);
      this.source.record(child, offsetOf(item));
      this.waiting.push({ node: item, pointer: child, depth: depth + 1, put: (value) => (array[index] = value) });
    });
    return array;
  }

  private key({ key }: Pair, pointer: string): string {
    if (!isScalar(key)) throw this.malformed(key, pointer, 'A key must be a plain text.');
    if (key.type === 'PLAIN' && key.source === '<<') {
      throw this.malformed(key, pointer, 'Merge keys (<<) are not allowed.', 'Write the members out.');
    }
    const value = this.scalar(this.bare(key, pointer), pointer, isAmbiguousPlainKey);
    if (typeof value !== 'string') throw this.malformed(key, pointer, 'A key must be a text.', 'Quote this key.');
    if (value.length > LIMITS.keyLength) {
      throw this.refuse('WPK.TOO_LARGE', key, pointer, `A key is longer than ${LIMITS.keyLength} characters.`);
    }
    if (PROTOTYPE_KEYS.has(value)) throw this.malformed(key, pointer, `The key '${value}' is not allowed.`);
    return value;
  }

  private scalar(node: Scalar, pointer: string, isAmbiguous = isAmbiguousPlainScalar): unknown {
    const { value, source = '', type } = node;
    if (type === 'PLAIN' && isAmbiguous(source)) {
      throw this.malformed(
        node,
        pointer,
        `The plain value ${source} means different things to different YAML readers.`,
        'Quote this value.',
      );
    }
    if (typeof value === 'string') return this.text(value, node, pointer);
    if (typeof value !== 'number') return value;
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
      throw this.malformed(
        node,
        pointer,
        `The number ${source} cannot be kept exactly.`,
        'Quote it, or use a smaller number.',
      );
    }
    return Object.is(value, -0) ? 0 : value;
  }

  private text(value: string, node: Scalar, pointer: string): string {
    if (value.length > LIMITS.scalarLength) {
      throw this.refuse('WPK.TOO_LARGE', node, pointer, `A text is longer than ${LIMITS.scalarLength} characters.`);
    }
    // An escape can spell what the bytes may not hold.
    if (!isWellFormed(value)) throw this.malformed(node, pointer, 'A text holds half of a surrogate pair.');
    if (value.includes('\u0000')) throw this.malformed(node, pointer, 'A text holds the character U+0000.');
    return value;
  }

  /** The node, unless it carries an anchor or a tag. */
  private bare<T extends Scalar | YAMLMap | YAMLSeq>(node: T, pointer: string): T {
    if (node.anchor !== undefined) {
      throw this.malformed(
        node,
        pointer,
        `Anchors (&${node.anchor}) are not allowed.`,
        'Write the value out where it is used.',
      );
    }
    if (node.tag !== undefined) throw this.malformed(node, pointer, 'Tags (!tag) are not allowed.', 'Remove the tag.');
    return node;
  }

  private malformed(node: unknown, pointer: string, detail: string, hint?: string): WpkError {
    return this.refuse('WPK.MALFORMED', node, pointer, detail, hint);
  }

  private refuse(code: WpkErrorCode, node: unknown, pointer: string, detail: string, hint?: string): WpkError {
    const position = this.source.positionOf(offsetOf(node));
    return WpkError.of(code, detail, { pointer, ...position, ...(hint === undefined ? {} : { hint }) });
  }
}

function offsetOf(node: unknown): number {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? startOf(node) : 0;
}

function startOf(node: Alias | Scalar | YAMLMap | YAMLSeq): number {
  return node.range?.[0] ?? 0;
}
