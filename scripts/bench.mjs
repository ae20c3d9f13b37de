// npm run bench -- NAME [--quick] [--json FILE]: runs bench/NAME.ts against the built product.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [name, ...args] = process.argv.slice(2);
const script = path.join(root, 'bench', `${name}.ts`);

if (name === undefined || !existsSync(script)) {
  const names = readdirSync(path.join(root, 'bench')).filter((file) => file.endsWith('.ts'));
  console.error(
    `usage: npm run bench -- NAME [--quick] [--json FILE]\nNAME: ${names.map((file) => file.slice(0, -3)).join(', ')}`,
  );
  process.exit(2);
}
if (!existsSync(path.join(root, 'dist/main.js'))) {
  console.error('There is no dist/ to measure. Run: npm run build');
  process.exit(2);
}
// The helpers of the tests have TypeScript that is more than types to take away.
const typescript = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
const { status } = spawnSync(process.execPath, [...typescript, script, ...args], { cwd: root, stdio: 'inherit' });
process.exit(status ?? 1);
