import { once } from 'node:events';

import { readOptions } from './dev/dev.options.js';
import { DevSession } from './dev/dev.session.js';
import { explain } from './dev/explain.js';
import { Terminal } from './dev/terminal.js';
import { inheritedEnvironment } from './platform/config/inherited.environment.js';

/*
 * Everything on one machine without an installation: `npm run quickstart`. Exit codes: 0 ended as asked,
 * 1 failed, 130 interrupted before it was up.
 */
const terminal = new Terminal();
const interrupted = new AbortController();

async function main(): Promise<number> {
  const environment = inheritedEnvironment();
  const session = new DevSession(terminal, environment, interrupted.signal);
  let isUp = false;
  try {
    const options = readOptions(process.argv.slice(2), environment['KUBECONFIG'] || undefined);
    await session.start();
    const succeeded = await session.walk(options);
    if (!succeeded) terminal.failure('The runbook did not go all the way: the message above says why.');
    if (options.once) return succeeded ? 0 : 1;
    isUp = true;
    session.invite(options);
    await session.untilEnd();
    return 0;
  } catch (error) {
    if (interrupted.signal.aborted) return isUp ? 0 : 130;
    terminal.failure(explain(error));
    return 1;
  } finally {
    await session.stop();
    if (interrupted.signal.aborted) terminal.line('Stopped.');
  }
}

function interrupt(): void {
  if (interrupted.signal.aborted) return;
  terminal.line('\nStopping: a step that is under way may end first. Ctrl-C again stops at once.');
  interrupted.abort();
}
process.on('SIGINT', () => {
  if (interrupted.signal.aborted) process.exit(130); // asked twice: now. The children end with this process.
  interrupt();
});
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
// scripts/quickstart.mjs holds the other end of the channel: it passes on what it is asked, and may itself be killed.
for (const event of ['message', 'disconnect'] as const) process.once(event, interrupt);

const code = await Promise.race([main(), abandoned()]);
process.exit(code);

/** A part that hangs while it stops must not keep the terminal for ever. */
async function abandoned(): Promise<number> {
  if (!interrupted.signal.aborted) await once(interrupted.signal, 'abort');
  await new Promise((resolve) => setTimeout(resolve, 120_000).unref());
  return 1;
}
