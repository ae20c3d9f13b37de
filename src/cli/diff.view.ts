import type { DiffedField, DiffedStep, StepPlace, VersionDiff } from './api.types.js';
import { fieldLine, marked } from './field.view.js';
import { escapeLine } from './output/escape.js';
import type { Paint } from './output/paint.js';

/** What differs, in the signs of `terraform plan`. `from` and `to` name the two sides. */
export function diffView(from: string, to: string, diff: VersionDiff, paint: Paint): string {
  const { sections, steps, files, readmeChanged, cut } = diff;
  const head = paint.text('bold', escapeLine(`${from} → ${to}`));
  const parts = [
    ...sections.map(({ section, fields }) => titled(escapeLine(section), fieldLines(fields, paint), paint)),
    ...steps.map((step) => titled(stepTitle(step, paint), fieldLines(step.fields, paint), paint)),
    ...fileParts(files, readmeChanged, paint),
    ...(cut ? ['More differs than is shown.'] : []),
  ];
  return [head, ...(parts.length === 0 ? ['Nothing differs in what the packages say.'] : parts)].join('\n\n');
}

function titled(title: string, lines: readonly string[], paint: Paint): string {
  return [paint.text('bold', title), ...lines.map((line) => `  ${line}`)].join('\n');
}

function stepTitle({ name, changes, before, after }: DiffedStep, paint: Paint): string {
  const mark = before === null ? '+' : after === null ? '-' : '~';
  const places = [before, after].flatMap((place) => (place === null ? [] : [placeText(place)]));
  const way = changes.includes('moved') ? places.join(' → ') : (places.at(-1) ?? '');
  return `${marked(mark, paint)} ${escapeLine(`step ${name}: ${changes.join(', ')} (${way})`)}`;
}

/** Counted from 1, as people do. */
function placeText({ list, index }: StepPlace): string {
  return `${list} ${index + 1}`;
}

function fieldLines(fields: readonly DiffedField[], paint: Paint): string[] {
  return fields.map((field) => fieldLine(field, paint) + (field.cut ? ' (shortened)' : ''));
}

function fileParts({ added, removed }: VersionDiff['files'], readmeChanged: boolean, paint: Paint): string[] {
  const lines = [
    ...added.map((name) => `${marked('+', paint)} ${escapeLine(name)}`),
    ...removed.map((name) => `${marked('-', paint)} ${escapeLine(name)}`),
    ...(readmeChanged ? [`${marked('~', paint)} README.md says something else`] : []),
  ];
  return lines.length === 0 ? [] : [titled('files', lines, paint)];
}
