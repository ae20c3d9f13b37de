import type { ASTNode } from '@marcbachmann/cel-js';

import { bindingOf } from './ast.js';
import { CHARGE, compilePattern, MATCHES } from './cel.environment.js';
import { expressionError } from './expression.error.js';

/**
 * The expression once more as CEL source, with each operand charged to the work meter and `matches` replaced by RE2.
 * The library's own `serialize` is not used: it drops parentheses that matter, as in `1 - (2 - 3)`.
 */
export function meteredSource(node: ASTNode): string {
  switch (node.op) {
    case 'value':
      return literal(node.args);
    case 'id':
      return node.args;
    case '.':
    case '.?':
      return `${meteredSource(node.args[0])}${node.op}${node.args[1]}`;
    case '[]':
      return `${meteredSource(node.args[0])}[${meteredSource(node.args[1])}]`;
    case '[?]':
      return `${meteredSource(node.args[0])}[?${meteredSource(node.args[1])}]`;
    case 'call':
      return callSource(node.args[0], node.args[1]);
    case 'rcall':
      return methodSource(node);
    case 'list':
      return `[${node.args.map(meteredSource).join(', ')}]`;
    case 'map':
      return `{${node.args.map(([key, value]) => `${meteredSource(key)}: ${meteredSource(value)}`).join(', ')}}`;
    case '!_':
    case '-_':
      return `(${node.op.charAt(0)}(${meteredSource(node.args)}))`;
    case '?:':
      return `(${meteredSource(node.args[0])} ? ${meteredSource(node.args[1])} : ${meteredSource(node.args[2])})`;
    case '||':
    case '&&':
      return `(${meteredSource(node.args[0])} ${node.op} ${meteredSource(node.args[1])})`;
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
      return `(${charged(node.args[0])} ${node.op} ${charged(node.args[1])})`;
  }
}

function charged(node: ASTNode): string {
  return `${CHARGE}(${meteredSource(node)})`;
}

/** `has` takes a path, not a value. */
function callSource(name: string, args: readonly ASTNode[]): string {
  const sources = args.map(name === 'has' ? meteredSource : charged);
  return `${name}(${sources.join(', ')})`;
}

function methodSource(node: Extract<ASTNode, { op: 'rcall' }>): string {
  const [name, receiver, args] = node.args;
  const binding = bindingOf(node);
  if (binding?.repeats) {
    return `${charged(receiver)}.${name}(${[binding.variable, ...binding.inner.map(charged)].join(', ')})`;
  }
  if (binding) {
    return `cel.bind(${[binding.variable, ...[...binding.outer, ...binding.inner].map(charged)].join(', ')})`;
  }
  const isNamespace = receiver.op === 'id' && (receiver.args === 'optional' || receiver.args === 'cel');
  const target = isNamespace ? receiver.args : charged(receiver);
  if (name !== 'matches') return `${target}.${name}(${args.map(charged).join(', ')})`;
  const [pattern] = args;
  if (pattern?.op === 'value' && typeof pattern.args === 'string') compilePattern(pattern.args);
  return `${target}.${MATCHES}(${args.map(charged).join(', ')})`;
}

function literal(value: Extract<ASTNode, { op: 'value' }>['args']): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `(${value.toString()})`;
  if (typeof value === 'number') return double(value);
  if (value instanceof Uint8Array) return `b"${Array.from(value, octet).join('')}"`;
  return `${value.value.toString()}u`;
}

function double(value: number): string {
  if (!Number.isFinite(value)) throw expressionError('A number is too large.');
  const digits = String(value);
  return `(${/[.e]/.test(digits) ? digits : `${digits}.0`})`;
}

function octet(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
