import { escapeLine } from './escape.js';

export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string | number | null | undefined;
  /** Applied after the width is known, so that colour codes do not count. */
  readonly paint?: (text: string) => string;
}

/** Columns two spaces apart, as wide as their widest cell; no line ends in spaces. */
export function renderTable<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
  const cells = rows.map((row) => columns.map((column) => escapeLine(String(column.value(row) ?? '-'))));
  const widths = columns.map((column, at) => Math.max(column.title.length, ...cells.map((row) => widthOf(row[at]))));
  const lines = [columns.map((column) => column.title), ...cells].map((row, line) =>
    row
      .map((cell, at) => {
        const paint = line > 0 ? columns[at]?.paint : undefined;
        const padding = at === row.length - 1 ? '' : ' '.repeat((widths[at] ?? 0) - widthOf(cell));
        return (paint ? paint(cell) : cell) + padding;
      })
      .join('  ')
      .trimEnd(),
  );
  return lines.join('\n');
}

/** `name:  value` lines with aligned values; absent values are left out. */
export function renderFields(fields: readonly (readonly [string, string | number | null | undefined])[]): string {
  const shown = fields.filter(([, value]) => value !== undefined && value !== null && value !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${`${name}:`.padEnd(width + 2)} ${String(value)}`).join('\n');
}

function widthOf(text: string | undefined): number {
  return Array.from(text ?? '').length;
}
