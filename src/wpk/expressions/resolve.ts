import { childPointer } from '../json.js';
import { WpkError } from '../wpk.error.js';
import { compileExpression, type ExpressionScope } from './expression.js';

const MARK = '${{';
const WHOLE = /^\s*\$\{\{([\s\S]*)\}\}\s*$/;

/** The CEL source of a text that is, as a whole, `${{ source }}`; undefined for any other text. */
export function expressionOf(text: string): string | undefined {
  const source = WHOLE.exec(text)?.[1];
  return source === undefined || source.includes(MARK) ? undefined : source.trim();
}

/** Whether a text mixes `${{` with other text. There is no templating: such a text is a mistake, never a literal. */
export function isMixedText(text: string): boolean {
  return text.includes(MARK) && expressionOf(text) === undefined;
}

/**
 * A copy of a JSON tree with each whole-value expression replaced by its value. What an expression yields is data: it is not
 * looked at again. Throws {@link WpkError} `WPK.EXPRESSION` whose problem points into the tree.
 */
export function resolveValue(tree: unknown, scope: ExpressionScope, pointer = ''): unknown {
  if (typeof tree === 'string') return resolveText(tree, scope, pointer);
  if (typeof tree !== 'object' || tree === null) return tree;
  if (Array.isArray(tree)) return tree.map((item, index) => resolveValue(item, scope, childPointer(pointer, index)));
  const members = Object.entries(tree);
  return Object.fromEntries(
    members.map(([key, value]) => [key, resolveValue(value, scope, childPointer(pointer, key))]),
  );
}

function resolveText(text: string, scope: ExpressionScope, pointer: string): unknown {
  const source = expressionOf(text);
  if (source === undefined) return text;
  try {
    return compileExpression(source).evaluate(scope);
  } catch (cause) {
    if (!(cause instanceof WpkError)) throw cause;
    throw new WpkError(
      cause.code,
      cause.problems.map((problem) => ({ ...problem, pointer })),
      { cause },
    );
  }
}
