import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { parseAllDocuments } from 'yaml';

import { ROOT } from './dockerfile.js';

const run = promisify(execFile);

/** As much of a rendered object as the tests read. */
export interface ChartObject {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly template?: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
  };
}

/** The objects of helm/atom/charts/<chart> as helm 4 renders them; the program is built first where it is missing. */
export async function renderChart(chart: string, args: readonly string[] = []): Promise<readonly ChartObject[]> {
  const install = path.join(ROOT, 'scripts/tools/install.sh');
  await run(install, ['helm4']);
  const bin = (await run(install, ['--folder'])).stdout.trim();
  const folder = path.join(ROOT, 'helm/atom/charts', chart);
  const { stdout } = await run(path.join(bin, 'helm4'), ['template', 'atom', folder, ...args]);
  return parseAllDocuments(stdout)
    .map((document) => document.toJS() as ChartObject | null)
    .filter((object) => object !== null);
}

export function objectOf(objects: readonly ChartObject[], kind: string): ChartObject {
  const found = objects.find((object) => object.kind === kind);
  if (found === undefined) throw new Error(`The chart renders no ${kind}.`);
  return found;
}
