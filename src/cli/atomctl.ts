#!/usr/bin/env node
import { exitCodes } from './cli.errors.js';
import { main } from './program.js';

// A reader that has seen enough (`atomctl list | head -1`) is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCodes.ok);
    if (stream === process.stdout) process.stderr.write(`error: the result cannot be written: ${error.message}\n`);
    process.exit(exitCodes.failed);
  });
}

process.exitCode = await main(process);
