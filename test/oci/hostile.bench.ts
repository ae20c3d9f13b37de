import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';

import { aPackage } from '../builders/signed-package.js';
import type { Ended } from '../cli/atomctl.process.js';
import { digestOf, HostileRegistry, type Replacements, type Served } from './hostile.registry.js';
import { Workshop } from './workshop.js';

export const yaml = aPackage();

export let registry: HostileRegistry;
export let elsewhere: HostileRegistry;
export let workshop: Workshop;

beforeAll(async () => {
  [registry, elsewhere, workshop] = await Promise.all([
    HostileRegistry.start(),
    HostileRegistry.start(),
    Workshop.open(),
  ]);
});
afterAll(() => Promise.all([registry.stop(), elsewhere.stop(), workshop.close()]));

export let out: string;
let count = 0;
beforeEach(() => {
  registry.reset();
  elsewhere.reset();
  workshop.env = { HOME: workshop.folder };
  out = `out-${(count += 1)}`;
});

export const serve = (replacements?: Replacements): Served => registry.serve(workshop.signer, yaml, replacements);
export const blobPath = ({ content }: Served): string => `/v2/team/demo/blobs/${digestOf(content.bytes)}`;
export const pull = (...more: string[]): Promise<Ended> =>
  workshop.call('oci', 'pull', `${registry.host}/team/demo:1.0.0`, '--out', out, ...more);

/** Pulling ends with this exit code and these words, says nothing on stdout, and has written nothing. */
export async function expectRefused(message: string, code = 1, ...more: string[]): Promise<Ended> {
  const ended = await pull(...more);
  expect(ended.stderr).toContain(message);
  expect({ code: ended.code, stdout: ended.stdout }).toEqual({ code, stdout: '' });
  expect(await workshop.list(out)).toEqual([]);
  return ended;
}
