import { stringify } from 'yaml';

// Legal inside a JSON string and in YAML, but a terminal may act on them.
const leftOver = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** One JSON document, safe on a terminal and equal to the value when parsed. */
export function toJson(value: unknown, indent = 2): string {
  return escapeRest(JSON.stringify(value, null, indent));
}

/** One YAML document without its last line break, safe on a terminal and equal to the value when parsed. */
export function toYaml(value: unknown): string {
  const text = stringify(value, { lineWidth: 0 });
  if (text === escapeRest(text)) return text.trimEnd();
  // Escapes exist in double quotes only.
  return escapeRest(
    stringify(value, { lineWidth: 0, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'QUOTE_DOUBLE' }),
  ).trimEnd();
}

function escapeRest(text: string): string {
  return text.replace(leftOver, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
