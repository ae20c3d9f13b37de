// Where the charts are, and the copies of the library that lie in each of them: a chart that is installed alone has to have it.
//   node scripts/helm/charts.mjs     renews the copies and the README files
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const UMBRELLA = 'helm/atom';
export const SUBCHARTS = ['workflow-registry', 'runtime-agent', 'postgresql', 'redis'].map(
  (name) => `helm/atom/charts/${name}`,
);
export const CHARTS = [UMBRELLA, ...SUBCHARTS];

const LIBRARY = 'helm/common';

/** The folder of the programs, after those that are named were built where they are missing. */
export function tools(...names) {
  const script = path.join(ROOT, 'scripts/tools/install.sh');
  if (names.length > 0) execFileSync(script, names, { stdio: ['ignore', 2, 2] });
  return execFileSync(script, ['--folder'], { encoding: 'utf8' }).trim();
}

/** Files of the library whose copy in a chart is missing, extra or different. */
export function staleCopies() {
  const wanted = filesOf(LIBRARY);
  return SUBCHARTS.flatMap((chart) => {
    const copy = `${chart}/charts/common`;
    const names = new Set([...wanted, ...(existsSync(path.join(ROOT, copy)) ? filesOf(copy) : [])]);
    return [...names]
      .filter((name) => read(`${LIBRARY}/${name}`) !== read(`${copy}/${name}`))
      .map((name) => `${copy}/${name}`);
  });
}

function filesOf(folder) {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(path.join(ROOT, folder), path.join(entry.parentPath, entry.name)));
}

function read(file) {
  const place = path.join(ROOT, file);
  return existsSync(place) ? readFileSync(place, 'utf8') : undefined;
}

function renewCopies() {
  for (const chart of SUBCHARTS) {
    const copy = path.join(ROOT, chart, 'charts/common');
    rmSync(copy, { recursive: true, force: true });
    cpSync(path.join(ROOT, LIBRARY), copy, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  renewCopies();
  execFileSync(path.join(tools('helm-docs'), 'helm-docs'), ['--chart-search-root', UMBRELLA], {
    cwd: ROOT,
    stdio: 'inherit',
  });
}
