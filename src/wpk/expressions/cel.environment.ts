import { Environment } from '@marcbachmann/cel-js';
import { RE2JS } from 're2js';

import { patternSize } from '../pattern.size.js';
import type { WpkError } from '../wpk.error.js';
import { expressionError } from './expression.error.js';
import { EXPRESSION_LIMITS } from './limits.js';
import { WorkMeter } from './work-meter.js';

/** The names that an expression may use. */
export const SCOPE_NAMES = ['inputs', 'steps', 'run', 'target', 'secrets', 'event', 'item', 'index'] as const;
export type ScopeName = (typeof SCOPE_NAMES)[number];

export function isScopeName(name: string): name is ScopeName {
  return SCOPE_NAMES.some((known) => known === name);
}

const MAP = 'map<string, dyn>';
const TYPES: Readonly<Record<ScopeName, string>> = {
  inputs: MAP,
  steps: MAP,
  run: MAP,
  target: 'string',
  secrets: MAP,
  event: MAP,
  item: 'dyn',
  index: 'int',
};

/** Names of our own functions in rewritten source; the author's source is checked without them, so it cannot call them. */
export const CHARGE = 'atom_charge';
export const MATCHES = 'atom_matches';

function environment(limits: {
  readonly astNodes: number;
  readonly depth: number;
  readonly callArguments: number;
}): Environment {
  const created = new Environment({
    unlistedVariablesAreDyn: false,
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: {
      maxAstNodes: limits.astNodes,
      maxDepth: limits.depth,
      maxCallArguments: limits.callArguments,
      maxListElements: EXPRESSION_LIMITS.literalMembers,
      maxMapEntries: EXPRESSION_LIMITS.literalMembers,
    },
  });
  for (const name of SCOPE_NAMES) created.registerVariable(name, TYPES[name]);
  return created;
}

/** What authors write. */
export const authorEnvironment = environment(EXPRESSION_LIMITS);

/** Evaluation is synchronous, so one meter serves all; it is reset before each. */
export const meter = new WorkMeter();

/** What is evaluated: the author's expression with `matches` in linear time and every operand charged. */
export const meteredEnvironment = environment({
  astNodes: EXPRESSION_LIMITS.astNodes * 10,
  depth: EXPRESSION_LIMITS.depth * 4,
  callArguments: EXPRESSION_LIMITS.callArguments,
})
  .registerFunction(`${CHARGE}(dyn): dyn`, (value: unknown) => meter.charge(value), { async: false })
  .registerFunction(`string.${MATCHES}(string): bool`, matches, { async: false });

/** RE2 in place of the library's backtracking RegExp: linear in text × pattern. */
function matches(text: string, pattern: string): boolean {
  // An instruction is compiled in the time of eight steps, and tried on sixteen characters in that of one.
  meter.spend(patternSize(pattern.slice(0, EXPRESSION_LIMITS.patternLength)) * (8 + text.length / 16));
  return compilePattern(pattern).matcher(text).find();
}

export function compilePattern(pattern: string): RE2JS {
  if (pattern.length > EXPRESSION_LIMITS.patternLength) {
    throw expressionError(`A pattern is longer than ${EXPRESSION_LIMITS.patternLength} characters.`);
  }
  if (patternSize(pattern) > EXPRESSION_LIMITS.patternSize) throw tooLargePattern();
  try {
    return RE2JS.compile(pattern);
  } catch {
    throw expressionError(
      `The pattern ${JSON.stringify(pattern.slice(0, 80))} is not RE2.`,
      'RE2 has no backreferences and no look-around: https://github.com/google/re2/wiki/Syntax',
    );
  }
}

export function tooLargePattern(): WpkError {
  return expressionError(
    `A pattern needs more than ${EXPRESSION_LIMITS.patternSize} instructions.`,
    'Repeat less often: in place of a{1,900} write a+. Ranges of letters beyond ASCII count more under (?i).',
  );
}
