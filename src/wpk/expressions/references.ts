import type { ASTNode } from '@marcbachmann/cel-js';

import { bindingOf, operandsOf } from './ast.js';
import { isScopeName, type ScopeName } from './cel.environment.js';

/** One use of a scope name: `steps['collect-logs'].outputs.text` is `steps` with the path `collect-logs`, `outputs`, `text`. */
export interface Reference {
  readonly name: ScopeName;
  /** The members that follow, as far as they are written out. */
  readonly path: readonly string[];
}

/** All uses of scope names in an expression; names bound by a comprehension are none. */
export function referencesOf(root: ASTNode): Reference[] {
  const found: Reference[] = [];
  collect(root, new Set(), found);
  return found;
}

function collect(node: ASTNode, bound: ReadonlySet<string>, found: Reference[]): void {
  const reference = pathOf(node);
  if (reference) {
    const [name = '', ...path] = reference;
    if (isScopeName(name) && !bound.has(name)) found.push({ name, path });
    return;
  }
  const binding = bindingOf(node);
  if (!binding) {
    for (const operand of operandsOf(node)) collect(operand, bound, found);
    return;
  }
  for (const operand of binding.outer) collect(operand, bound, found);
  const inside = new Set(bound).add(binding.variable);
  for (const operand of binding.inner) collect(operand, inside, found);
}

/** The written-out path of nested selections that starts at an identifier, or undefined for any other node. */
function pathOf(node: ASTNode): string[] | undefined {
  const members: string[] = [];
  let at = node;
  for (;;) {
    if (at.op === 'id') return [at.args, ...members.reverse()];
    const step = memberOf(at);
    if (!step) return undefined;
    members.push(step.member);
    at = step.of;
  }
}

function memberOf(node: ASTNode): { readonly of: ASTNode; readonly member: string } | undefined {
  if (node.op === '.' || node.op === '.?') return { of: node.args[0], member: node.args[1] };
  if (node.op !== '[]' && node.op !== '[?]') return undefined;
  const [of, key] = node.args;
  return key.op === 'value' && typeof key.args === 'string' ? { of, member: key.args } : undefined;
}
