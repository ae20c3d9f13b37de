// Reads a package from standard input with the built reader, as often at the same time as the argument says, and prints the outcome and the peak of memory in KiB.
// (VmHWM belongs to this process alone; getrusage would count the parent before exec.)
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';

import { readPackage } from '../../dist/wpk/index.js';

const input = await buffer(process.stdin);
const outcome = await Promise.all(Array.from({ length: Number(process.argv[2]) }, () => readPackage(input))).then(
  () => 'accepted',
  (error) => error.code ?? String(error),
);
const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
process.stdout.write(JSON.stringify({ outcome, peakKiB: Number(peak) }));
