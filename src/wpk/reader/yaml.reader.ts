import { type Alias, isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml';

import { WpkError, type WpkErrorCode } from '../wpk.error.js';
import { LIMITS, PROTOTYPE_KEYS } from './limits.js';
import { isAmbiguousPlainKey, isAmbiguousPlainScalar } from './plain-scalar.js';
import { SourceMap, SourceNode } from './source-map.js';
import { excerpt, faultOfText, readText, refuseCharacters } from './text.js';
import { parseOneDocument } from './yaml.parser.js';

// YAML 1.1 ends a line at these too, and libyaml with it: the rest of a comment would be content there.
const OTHER_LINE_BREAKS = /\r(?!\n)|[\u2028\u2029]/;

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
  refuseCharacters(text, OTHER_LINE_BREAKS, 'End lines with LF or CRLF; inside a text write "\\r" or "\\u2028".');
  const source = new SourceMap(text);
  const root = parseOneDocument(text, source);
  return { value: new TreeReader(source).read(root), source };
}

type Put = (value: unknown) => void;

interface Visit {
  readonly node: unknown;
  readonly place: SourceNode;
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
    const place = new SourceNode(offsetOf(root) ?? 0);
    this.source.root = place;
    this.waiting.push({ node: root, place, depth: 1, put: (value) => (result = value) });
    for (let visit = this.waiting.pop(); visit; visit = this.waiting.pop()) visit.put(this.visit(visit));
    return result;
  }

  private visit({ node, place, depth }: Visit): unknown {
    this.nodes += 1;
    if (this.nodes > LIMITS.nodes) {
      throw this.tooLarge(node, place, `The document has more than ${LIMITS.nodes} keys and values.`);
    }
    if (depth > LIMITS.depth) {
      throw this.tooLarge(node, place, `The document is nested deeper than ${LIMITS.depth} levels.`);
    }
    if (isAlias(node)) throw this.malformed(node, place, 'Aliases (*name) are not allowed.', 'Write the value out.');
    if (isMap(node)) return this.visitMap(this.bare(node, place), place, depth);
    if (isSeq(node)) return this.visitList(this.bare(node, place), place, depth);
    if (isScalar(node)) return this.scalar(this.bare(node, place), place);
    return null; // a key without value: the library has no fifth kind of node
  }

  private visitMap(map: YAMLMap, place: SourceNode, depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    const seen = new Map<string, string>();
    this.nodes += map.items.length;
    for (const pair of map.items) {
      const key = this.key(pair, place);
      const child = place.add(key, offsetOf(pair.key) ?? place.offset);
      const looks = key.normalize('NFC');
      const twin = seen.get(looks);
      if (twin !== undefined) throw this.twice(pair.key, child, key, twin);
      seen.set(looks, key);
      object[key] = null; // members keep the order of the document although the stack is worked from its end
      this.waiting.push({ node: pair.value, place: child, depth: depth + 1, put: (value) => (object[key] = value) });
    }
    return object;
  }

  /** Keys that differ in their Unicode normal form only are two to a program and one to the person who signs. */
  private twice(node: unknown, place: SourceNode, key: string, twin: string): WpkError {
    if (key === twin) {
      return this.malformed(node, place, `The key '${key}' stands twice in one map.`, 'Keep one of them.');
    }
    const detail = `The key '${key}' stands twice in one map, composed and decomposed.`;
    return this.malformed(node, place, detail, 'Keep one of them, in Unicode normal form C.');
  }

  private visitList(list: YAMLSeq, place: SourceNode, depth: number): unknown[] {
    const array = new Array<unknown>(list.items.length).fill(null);
    list.items.forEach((item, index) => {
      const child = place.add(index, offsetOf(item) ?? place.offset);
      this.waiting.push({ node: item, place: child, depth: depth + 1, put: (value) => (array[index] = value) });
    });
    return array;
  }

  private key({ key }: Pair, place: SourceNode): string {
    if (!isScalar(key)) {
      throw this.malformed(key, place, 'A key must be a plain text.', 'Put a text in place of the key.');
    }
    const value = key.value === '<<' ? '<<' : this.scalar(this.bare(key, place), place, isAmbiguousPlainKey);
    if (value === '<<') {
      // Quoted too: some readers merge all the same.
      throw this.malformed(key, place, 'Merge keys (<<) are not allowed.', 'Write the members out.');
    }
    if (typeof value !== 'string') throw this.malformed(key, place, 'A key must be a text.', 'Quote this key.');
    if (value.length > LIMITS.keyLength) {
      throw this.tooLarge(key, place, `A key is longer than ${LIMITS.keyLength} characters.`);
    }
    if (PROTOTYPE_KEYS.has(value)) {
      throw this.malformed(key, place, `The key '${value}' is not allowed.`, 'Take another name.');
    }
    return value;
  }

  private scalar(node: Scalar, place: SourceNode, isAmbiguous = isAmbiguousPlainScalar): unknown {
    const { value, source = '', type } = node;
    if (type === 'PLAIN' && isAmbiguous(source)) {
      const detail = `The plain value ${excerpt(source)} means different things to different YAML readers.`;
      throw this.malformed(node, place, detail, 'Quote this value.');
    }
    if (typeof value === 'string') return this.text(value, node, place);
    if (typeof value !== 'number') return value;
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
      const detail = `The number ${excerpt(source)} cannot be kept exactly.`;
      throw this.malformed(node, place, detail, 'Quote this value, or use a smaller number.');
    }
    return Object.is(value, -0) ? 0 : value;
  }

  private text(value: string, node: Scalar, place: SourceNode): string {
    if (Buffer.byteLength(value) > LIMITS.scalarBytes) {
      throw this.tooLarge(node, place, `A text has more than ${LIMITS.scalarBytes} bytes.`);
    }
    const fault = faultOfText(value);
    if (fault !== undefined) throw this.malformed(node, place, fault, 'Remove the character.');
    return value;
  }

  /** The node, unless it carries an anchor or a tag. */
  private bare<T extends Scalar | YAMLMap | YAMLSeq>(node: T, place: SourceNode): T {
    if (node.anchor !== undefined) {
      const detail = `Anchors (&${excerpt(node.anchor)}) are not allowed.`;
      throw this.malformed(node, place, detail, 'Write the value out where it is used.');
    }
    if (node.tag !== undefined) throw this.malformed(node, place, 'Tags (!tag) are not allowed.', 'Remove the tag.');
    return node;
  }

  private malformed(node: unknown, place: SourceNode, detail: string, hint: string): WpkError {
    return this.refuse('WPK.MALFORMED', node, place, detail, hint);
  }

  private tooLarge(node: unknown, place: SourceNode, detail: string): WpkError {
    return this.refuse('WPK.TOO_LARGE', node, place, detail, 'Make the document smaller.');
  }

  private refuse(code: WpkErrorCode, node: unknown, place: SourceNode, detail: string, hint: string): WpkError {
    const position = this.source.positionOf(offsetOf(node) ?? place.offset);
    return WpkError.of(code, detail, { pointer: place.pointer, ...position, hint });
  }
}

function offsetOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? startOf(node) : undefined;
}

function startOf(node: Alias | Scalar | YAMLMap | YAMLSeq): number {
  return node.range?.[0] ?? 0;
}
