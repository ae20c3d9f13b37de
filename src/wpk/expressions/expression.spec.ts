import { describe, expect, it } from '@jest/globals';

import { authorEnvironment } from './cel.environment.js';
import { compileExpression, type ExpressionScope } from './expression.js';

const scope: ExpressionScope = {
  inputs: { namespace: 'shop', replicas: 3, ratio: 0.5, list: [1, 2, 3], nested: { a: null, b: { c: [true] } } },
  steps: { 'collect-logs': { state: 'succeeded', outputs: { text: 'hello' } } },
  run: { id: 'r1' },
  target: 'shop/web',
};
const evaluate = (source: string, over: ExpressionScope = scope): unknown => compileExpression(source).evaluate(over);
const refused = (error: Partial<{ code: string }> = {}): unknown =>
  expect.objectContaining({ code: 'WPK.EXPRESSION', ...error });

describe('an expression', () => {
  it.each<[string, unknown]>([
    ["inputs.namespace + '/' + target", 'shop/shop/web'],
    ['inputs.replicas + 1', 4],
    ['inputs.replicas * 2 > 5 && inputs.ratio < 1.0', true],
    ["steps['collect-logs'].outputs.text.size()", 5],
    ['1 - (2 - 3)', 2],
    ['(1 - 2) - 3', -4],
    ['2 * (3 + 4) % 5', 4],
    ['8 / (4 / 2)', 4],
    ['-(-3)', 3],
    ['!(true && false) == true', true],
    ['1.0 + 2.0', 3],
    ['0.1 + 0.2', 0.1 + 0.2],
    ['1e21', 1e21],
    ['dyn(1) == 1.0', true],
    ['inputs.list.map(x, x * 2)', [2, 4, 6]],
    ['inputs.list.map(x, x > 1, x * 2)', [4, 6]],
    ['inputs.list.filter(x, x > 1).size()', 2],
    ['inputs.list.all(x, x > 0) && inputs.list.exists(x, x == 3) && inputs.list.exists_one(x, x == 2)', true],
    ['inputs.nested.map(k, k)', ['a', 'b']],
    ['has(inputs.nested.b.c) && !has(inputs.nested.zz)', true],
    ['inputs.?missing.orValue("none")', 'none'],
    ['inputs.nested.?b.?c[?0].orValue(false)', true],
    ['inputs.nested', { a: null, b: { c: [true] } }],
    ["{'a': 1, 'b': [1, 'x', null]}", { a: 1, b: [1, 'x', null] }],
    ["true ? 'yes' : 'no'", 'yes'],
    ["inputs.replicas > 5 ? 'many' : inputs.replicas > 2 ? 'some' : 'few'", 'some'],
    ['cel.bind(x, inputs.replicas, x + x)', 6],
    ['"tab\\t quote\\" back\\\\ line\\n \\u00e9 😀"', 'tab\t quote" back\\ line\n é 😀'],
    ['string(inputs.replicas) + "x"', '3x'],
    ['int("42")', 42],
    ['duration("90s")', '90s'],
    ['duration("1500ms")', '1.5s'],
    ['timestamp("2026-01-02T03:04:05Z")', '2026-01-02T03:04:05.000Z'],
    ['3u', 3],
    ['b"\\xff\\x00a"', '/wBh'],
    ['"a" in ["a"] || 2 in inputs.list', true],
    ['optional.of(3).value()', 3],
    ['"a,b".split(",")', ['a', 'b']],
    ['"shop-web".matches("^shop-[a-z]+$")', true],
    ['type(1) == int', true],
    ['inputs.list[0]', 1],
    ['inputs["namespace"]', 'shop'],
  ])('evaluates %s', (source, expected) => {
    expect(evaluate(source)).toEqual(expected);
  });

  it.each([
    ['a syntax error', '1 +'],
    ['nothing', ''],
    ['an unknown name', 'process.env'],
    ['globalThis', 'globalThis'],
    ['our own functions', 'atom_charge(1)'],
    ['our own methods', '"a".atom_matches("a")'],
    ['a type error', '"a" + 1'],
    ['an assignment', 'inputs.a = 1'],
    ['a lambda', 'x => x'],
    ['a pattern that is not RE2', '"a".matches("(?=a)")'],
    ['comprehensions four deep', '[1].map(a, [1].map(b, [1].map(c, [1].map(d, d))))'],
    ['brackets without end', '('.repeat(5_000) + '1' + ')'.repeat(5_000)],
    ['a long expression', `"${'x'.repeat(20_000)}"`],
    ['many nodes', Array.from({ length: 2_000 }, () => '1').join(' + ')],
    ['a long list', `[${'1,'.repeat(1_500)}1]`],
  ])('does not compile %s', (_what, source) => {
    expect(() => compileExpression(source)).toThrow(refused());
  });

  it.each([
    ['a missing member', 'inputs.missing'],
    ['a scope name that is not there', 'secrets.token'],
    ['the prototype', 'inputs.constructor'],
    ['the prototype by index', 'inputs["__proto__"]'],
    ['a method of the prototype', 'inputs.toString'],
    ['a method of a list', 'inputs.list.push'],
    ['division by zero', 'inputs.replicas / 0'],
    ['integer overflow', '9223372036854775807 + inputs.replicas'],
    ['an integer that JSON cannot say', '9007199254740993'],
    ['an optional', 'inputs.?missing'],
    ['a type', 'type(1)'],
    ['infinity', '1.0 / 0.0'],
    ['a pattern that is no RE2', '"a".matches(inputs.namespace + "(?=x)")'],
  ])('does not evaluate to %s', (_what, source) => {
    const expression = compileExpression(source);
    expect(() => expression.evaluate(scope)).toThrow(refused());
  });

  it('is stopped when it doubles a list again and again', () => {
    const source = `[inputs.list]${'.map(x, x + x)'.repeat(60)}`;
    expect(() => evaluate(source)).toThrow(refused());
  });

  it('is stopped when it doubles a text again and again', () => {
    const source = `['abcdefgh']${'.map(x, x + x)'.repeat(60)}`;
    expect(() => evaluate(source)).toThrow(refused());
  });

  it('is stopped when shared parts make a result that is large only when written out', () => {
    const source = `[['abcdefgh']]${'.map(x, [x, x])'.repeat(60)}`;
    expect(() => evaluate(source)).toThrow(refused());
  });

  it('is stopped when it searches a long list for each of its items', () => {
    const list = Array.from({ length: 20_000 }, (_, i) => i);
    expect(() => evaluate('inputs.list.filter(x, !(x in inputs.list)).size()', { inputs: { list } })).toThrow(
      refused(),
    );
  });

  it('is stopped in comprehensions over comprehensions', () => {
    const list = Array.from({ length: 1_000 }, (_, i) => i);
    const source = 'inputs.l.map(a, inputs.l.map(b, inputs.l.map(c, 1).size()).size()).size()';
    expect(() => evaluate(source, { inputs: { l: list } })).toThrow(refused());
  });

  it('matches an evil pattern in linear time', () => {
    expect(evaluate('inputs.t.matches("^(a+)+$")', { inputs: { t: `${'a'.repeat(50_000)}!` } })).toBe(false);
  });

  it('leaves ordinary work on large texts alone', () => {
    const text = 'line of a log\n'.repeat(60_000);
    expect(evaluate('inputs.t.split("\\n").size() > 1000 && inputs.t.contains("log")', { inputs: { t: text } })).toBe(
      true,
    );
  });

  it('refuses a result of more than a mebibyte', () => {
    const t = 'x'.repeat(600_000);
    expect(() => evaluate('inputs.t + inputs.t', { inputs: { t } })).toThrow(refused());
  });

  it('sees own members only', () => {
    const inputs: unknown = Object.assign(Object.create({ inherited: 1 }) as object, { own: 1 });
    expect(evaluate('has(inputs.inherited)', { inputs })).toBe(false);
  });

  it('does not change what it is given', () => {
    const inputs = { list: [1, 2] };
    evaluate('inputs.list + [3]', { inputs });
    expect(inputs).toEqual({ list: [1, 2] });
  });

  it('knows its static type', () => {
    expect(compileExpression('1 > 2').type).toBe('bool');
    expect(compileExpression('inputs.a').type).toBe('dyn');
  });

  it('tells its references, without names that a comprehension binds', () => {
    const source = 'inputs.list.map(steps, steps + run.attempt).size() > 0 && steps["a-b"].outputs.x == target';
    expect(compileExpression(source).references).toEqual([
      { name: 'inputs', path: ['list'] },
      { name: 'run', path: ['attempt'] },
      { name: 'steps', path: ['a-b', 'outputs', 'x'] },
      { name: 'target', path: [] },
    ]);
  });

  it('is compiled once for the same source', () => {
    expect(compileExpression('inputs.once + 1')).toBe(compileExpression('inputs.once + 1'));
  });
});

describe('a metered expression', () => {
  it('means what the author wrote, for any nesting of operators', () => {
    let state = 11;
    const random = (below: number): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % below;
    const pick = (...choices: readonly string[]): string => choices[random(choices.length)] ?? '';
    const number = (depth: number): string => {
      const kind = random(depth > 4 ? 2 : 6);
      if (kind === 0) return String(random(20));
      if (kind === 1) return 'n';
      if (kind === 2) return `-${number(depth + 1)}`;
      if (kind === 3) return `(${truth(depth + 1)} ? ${number(depth + 1)} : ${number(depth + 1)})`;
      const both = `${number(depth + 1)} ${pick('+', '-', '*', '/', '%')} ${number(depth + 1)}`;
      return random(2) === 0 ? both : `(${both})`;
    };
    const truth = (depth: number): string => {
      const kind = random(depth > 4 ? 1 : 4);
      if (kind < 2) return `${number(depth + 1)} ${pick('<', '<=', '==', '!=', '>')} ${number(depth + 1)}`;
      if (kind === 2) return `!(${truth(depth + 1)})`;
      return `(${truth(depth + 1)} ${pick('&&', '||')} ${truth(depth + 1)})`;
    };
    let values = 0;
    for (let round = 0; round < 400; round++) {
      const source = number(0).replaceAll('n', 'inputs.n');
      const expected = attempt(() => Number(authorEnvironment.evaluate(source, { inputs: { n: 7n } })));
      expect([source, attempt(() => evaluate(source, { inputs: { n: 7 } }))]).toEqual([source, expected]);
      if (typeof expected === 'number') values += 1;
    }
    expect(values).toBeGreaterThan(200);
  });
});

function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch {
    return 'refused';
  }
}
