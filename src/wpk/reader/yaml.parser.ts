import { Composer, type CST, type Document, type ParsedNode, Parser } from 'yaml';

import { WpkError } from '../wpk.error.js';
import { LIMITS } from './limits.js';
import type { SourceMap } from './source-map.js';
import { lexemesOf, type Refuse, severalDocuments, tooDeep } from './yaml.lexer.js';

const SYNTAX_HINT = 'Look at the indentation, the quotes and the brackets here and above.';

/**
 * The root node of the one document of a text, or a {@link WpkError}. The library's stages are driven one by one, so that a
 * hostile text is dropped at its first fault or limit instead of being worked through.
 */
export function parseOneDocument(text: string, source: SourceMap): ParsedNode {
  const refuse: Refuse = (offset, detail, hint, code = 'WPK.MALFORMED') =>
    WpkError.of(code, detail, { ...source.positionOf(offset), hint });
  const documents: Document.Parsed[] = [];
  // Duplicate keys are found by our own walk: the library's check compares every pair of keys.
  const composer = new Composer({ version: '1.2', schema: 'core', strict: true, uniqueKeys: false, merge: false });
  for (const token of tokensOf(text, refuse)) {
    if (token.type === 'directive') throw refuse(token.offset, 'Directives (%) are not allowed.', 'Remove the line.');
    if (token.type === 'error') throw refuse(token.offset, firstLine(token.message), SYNTAX_HINT);
    if (token.type === 'document') requireShallow(token, refuse);
    documents.push(...composer.next(token));
  }
  documents.push(...composer.end(false, text.length));
  const [document, second] = documents;
  if (second) throw severalDocuments(refuse, second.range[0]);
  if (!document) throw refuse(0, 'The file holds no document.', 'Write the document.');
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault) throw refuse(fault.pos[0], firstLine(fault.message), SYNTAX_HINT);
  if (!document.contents) throw refuse(0, 'The document is empty.', 'Write the document.');
  return document.contents;
}

function* tokensOf(text: string, refuse: Refuse): Generator<CST.Token> {
  const parser = new Parser();
  for (const lexeme of lexemesOf(text, refuse)) {
    yield* parser.next(lexeme);
    // The parser closes what is open by recursion: thousands of `- - -` would overflow the stack before the tree is there.
    if (parser.stack.length > 2 * LIMITS.depth) throw tooDeep(refuse, parser.offset);
  }
  yield* parser.end();
}

/** Block collections nest by indentation or as `- - -`: measured on the syntax tree, before anything recurses over it. */
function requireShallow(document: CST.Document, refuse: Refuse): void {
  let level: CST.Token[] = document.value ? [document.value] : [];
  for (let depth = 1; level.length > 0; depth += 1) {
    const [first] = level;
    if (depth > LIMITS.depth && first) throw tooDeep(refuse, first.offset);
    level = level.flatMap(childrenOf);
  }
}

function childrenOf(token: CST.Token): CST.Token[] {
  if (!('items' in token)) return [];
  const children: CST.Token[] = [];
  for (const { key, value } of token.items) {
    if (key) children.push(key);
    if (value) children.push(value);
  }
  return children;
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
