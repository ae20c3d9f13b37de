// Reads a package from standard input with the built reader and prints the outcome and the peak of memory in KiB.
// (VmHWM belongs to this process alone; getrusage would count the parent before exec.)
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';

import { readPackage } from '../../dist/wpk/index.js';

const outcome = await readPackage(await buffer(process.stdin)).then(
  () => 'accepted',
  (error) => error.code ?? String(error),
);
const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
process.stdout.write(JSON.stringify({ outcome, peakKiB: Number(peak) }));
