import type { FieldChange } from './api.types.js';
import { escapeLine } from './output/escape.js';
import type { Colour, Paint } from './output/paint.js';

/** A value longer than this is cut; `-o json` has it whole. */
const VALUE_LIMIT = 160;

const colourOf: Readonly<Record<string, Colour>> = { '+': 'green', '-': 'red', '~': 'yellow', '=': 'dim', '!': 'red' };

/** A field that comes, goes or changes, in one line. */
export function fieldLine({ path, before, after }: FieldChange, paint: Paint): string {
  const name = escapeLine(fieldName(path));
  if (before === undefined) return `${marked('+', paint)} ${name}: ${valueText(after)}`;
  if (after === undefined) return `${marked('-', paint)} ${name}: ${valueText(before)}`;
  return `${marked('~', paint)} ${name}: ${valueText(before)} → ${valueText(after)}`;
}

/** A JSON pointer as kubectl and JavaScript write a path: `spec.replicas`, `metadata.annotations["a.b/c"]`. */
function fieldName(path: string): string {
  const names = path.split('/').slice(1);
  const parts = names.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  return parts
    .map((part, at) => {
      if (!/^[\w-]+$/.test(part)) return `[${JSON.stringify(part)}]`;
      return at === 0 ? part : `.${part}`;
    })
    .join('');
}

function valueText(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  const letters = Array.from(text);
  if (letters.length <= VALUE_LIMIT) return escapeLine(text);
  return `${escapeLine(letters.slice(0, VALUE_LIMIT).join(''))}… (${letters.length} characters, whole with -o json)`;
}

/** A mark in its colour. */
export function marked(mark: string, paint: Paint): string {
  const colour = colourOf[mark];
  return colour ? paint.text(colour, mark) : mark;
}
