import type { ASTNode } from '@marcbachmann/cel-js';

const COMPREHENSIONS: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'filter', 'map']);

/** A call that binds a name in its last arguments: `list.map(x, …)`, `cel.bind(x, value, …)`. */
export interface Binding {
  readonly variable: string;
  /** Arguments evaluated outside the binding. */
  readonly outer: readonly ASTNode[];
  /** Arguments evaluated with the name bound. */
  readonly inner: readonly ASTNode[];
  readonly repeats: boolean;
}

export function bindingOf(node: ASTNode): Binding | undefined {
  if (node.op !== 'rcall') return undefined;
  const [name, receiver, [variable, ...rest]] = node.args;
  if (variable?.op !== 'id') return undefined;
  if (COMPREHENSIONS.has(name) && (rest.length === 1 || (rest.length === 2 && name === 'map'))) {
    return { variable: variable.args, outer: [receiver], inner: rest, repeats: true };
  }
  const isBind = name === 'bind' && receiver.op === 'id' && receiver.args === 'cel' && rest.length === 2;
  return isBind
    ? { variable: variable.args, outer: rest.slice(0, 1), inner: rest.slice(1), repeats: false }
    : undefined;
}

/** The operands of a node, all of them evaluated in the scope of the node itself or in a binding that {@link bindingOf} tells. */
export function operandsOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'list':
    case '?:':
      return node.args;
    case 'map':
      return node.args.flat();
    case '!_':
    case '-_':
      return [node.args];
    case '[]':
    case '[?]':
    case '||':
    case '&&':
    case '!=':
    case '==':
    case 'in':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return node.args;
  }
}

/** How deep comprehensions stand in each other's bodies. */
export function comprehensionNesting(node: ASTNode): number {
  const binding = bindingOf(node);
  if (!binding) return Math.max(0, ...operandsOf(node).map(comprehensionNesting));
  const outer = binding.outer.map(comprehensionNesting);
  const inner = binding.inner.map((body) => comprehensionNesting(body) + (binding.repeats ? 1 : 0));
  return Math.max(...outer, ...inner);
}

/** The patterns of `text.matches("…")` that are written out. */
export function literalPatterns(node: ASTNode): string[] {
  const inside = operandsOf(node).flatMap(literalPatterns);
  if (node.op !== 'rcall' || node.args[0] !== 'matches') return inside;
  const [pattern] = node.args[2];
  return pattern?.op === 'value' && typeof pattern.args === 'string' ? [pattern.args, ...inside] : inside;
}
