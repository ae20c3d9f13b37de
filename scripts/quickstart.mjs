// npm run quickstart [-- --once]
// Plain JavaScript for an old Node: this runs before anything is installed. The rest is src/dev.ts.
import { spawn } from 'node:child_process';
import path from 'node:path';

import { build, environment, install, nodeBinary, Refusal, ROOT } from './toolchain.mjs';

const child = await start().catch((error) => {
  console.error(`\n${error instanceof Refusal ? error.message : error.stack}`);
  process.exit(1);
});

// A signal is passed on as a message: Ctrl-C reaches the child by itself too, and twice would mean "at once".
const stop = () => child.connected && child.send('stop');
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
// npm that is told to end does not tell the shell between it and this process: all that is seen here is another parent.
const parent = process.ppid;
setInterval(() => process.ppid === parent || stop(), 500).unref();
child.once('close', (code, signal) => process.exit(signal === null ? code : 1));

async function start() {
  await install();
  await build();
  // The channel tells the child when this process has gone, however it went.
  return spawn(nodeBinary(), [path.join(ROOT, 'dist', 'dev.js'), ...process.argv.slice(2)], {
    cwd: ROOT,
    env: environment(),
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
}
