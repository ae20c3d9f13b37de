/*
 * Plain scalars that YAML 1.1 readers (Go's yaml.v2, PyYAML, and so much of the Kubernetes world) take for another value than
 * YAML 1.2 does. A signed document must mean one thing to everybody, so the author has to quote them.
 * Sources: yaml.org/type/{bool,int,float,timestamp,value,merge}.html against YAML 1.2.2 §10.3.
 */
const BOOLEAN_WORD = /^(?:y|n|yes|no|on|off)$/i;
const AMBIGUOUS: readonly RegExp[] = [
  /^[-+]?0[0-9_]+$/, // octal in 1.1, decimal in 1.2
  /^[-+]?0[oO][0-7_]+$/, // octal in 1.2, text in 1.1; Go reads capitals too
  /^[-+]?0[bB][01_]+$/, // binary in 1.1, text in 1.2
  /^(?:[-+]0[xX]|0X)[0-9a-fA-F_]+$/, // hexadecimal with a sign in 1.1 and with capitals in Go, text in 1.2
  /^[-+]?0x[0-9a-fA-F]*_[0-9a-fA-F_]*$/, // digit groups
  /^(?=.*_)[-+]?\.?[0-9][0-9._]*(?:[eE][-+]?[0-9_]+)?$/, // digit groups
  /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/, // base 60
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt\s].*)?$/, // dates and times
  /^[-+]?(?:[0-9]+|[0-9]*\.[0-9]*)[eE][0-9]+$/, // exponent without sign: text in 1.1
  /^[-+]?[0-9]+[eE][-+][0-9]+$/, // exponent without point: text in 1.1
  /^(?:=|<<)$/, // the value and merge keys of 1.1
];

export function isAmbiguousPlainScalar(source: string): boolean {
  return BOOLEAN_WORD.test(source) || isAmbiguousPlainKey(source);
}

/** A key is text by the rules of the format, so the boolean words of 1.1 pass: the format itself has the member `on`. */
export function isAmbiguousPlainKey(source: string): boolean {
  return AMBIGUOUS.some((pattern) => pattern.test(source));
}
