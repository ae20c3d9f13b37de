// RE2 syntax (https://github.com/google/re2/wiki/Syntax) as far as it decides what a counted repetition repeats.
const TOKEN =
  /(?<nothing>\(\?[\w-]+\)|\\Q\\E)|\\Q(?<quote>[\s\S]*?)(?:\\E|$)|(?<property>\\[pP](?:\{[^}]*(?:\}|$)|[\s\S]))|\\x\{[^}]*(?:\}|$)|\\[\s\S]|(?<set>\[\^?\]?(?:\\[\s\S]|\[:\^?\w+:\]|[^\]\\])*(?:\]|$))|\{(?<least>\d+)(?:,(?<most>\d*))?\}|[\s\S]/g;
const FOLDS_CASE = /\(\?[\w-]*i/;

/** What compiling costs beyond one instruction, measured in instructions: RE2JS folds a range letter by letter. */
const PROPERTY_COST = 50;
const FOLDED_RANGE_COST = 1_000;

/**
 * At least the number of instructions that RE2 makes of a pattern, without compiling it: `(a{900}){900}` is thirteen characters
 * and a million instructions. For a text that is no RE2 the number means nothing.
 */
export function patternSize(pattern: string): number {
  const folds = FOLDS_CASE.test(pattern);
  const open: number[] = [];
  let size = 2;
  let last = 0;
  const add = (cost: number): void => {
    last = cost;
    size += cost;
  };
  for (const { 0: token, groups = {} } of pattern.matchAll(TOKEN)) {
    const { nothing, quote, property, set, least, most } = groups;
    if (nothing !== undefined) continue; // `a(?i){9}` repeats the a
    if (least !== undefined) add((last + 2) * Math.max(Number(least), Number(most ?? 0)));
    else if (quote !== undefined) add(quote.length);
    else if (property !== undefined) add(PROPERTY_COST);
    else if (set !== undefined) add(setCost(set, folds));
    else if (token === '(') {
      open.push(size);
      size = 0;
    } else if (token === ')') {
      const inside = size;
      size = open.pop() ?? 0;
      add(inside + 3);
    } else if ('*+?'.includes(token)) {
      size += 2;
      last += 2;
    } else add(token === '|' ? 2 : 1);
  }
  return open.reduce((sum, outside) => sum + outside, size);
}

function setCost(set: string, folds: boolean): number {
  const properties = (set.match(/\\[pP]/g) ?? []).length;
  const isWide = folds && /[^\0-\x7f]|\\[x0-7]/.test(set);
  const ranges = isWide ? (set.match(/-/g) ?? []).length : 0;
  return 1 + properties * PROPERTY_COST + ranges * FOLDED_RANGE_COST;
}
