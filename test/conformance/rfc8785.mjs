/**
 * Runs the vectors of RFC 8785 (JSON Canonicalization Scheme) through canonicalJson.
 *
 *   npm run build && npm run conformance:rfc8785 -- DIR
 *
 * DIR is testdata of github.com/cyberphone/json-canonicalization: input/, output/ and outhex/. Ends with 1 on any
 * disagreement and with 2 when there was nothing to run.
 */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

import { canonicalJson } from '../../dist/wpk/index.js';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Name the folder that holds input/, output/ and outhex/: npm run conformance:rfc8785 -- DIR');
  process.exit(2);
}

const inputs = (await readdir(path.join(folder, 'input'))).filter((name) => name.endsWith('.json')).sort();
const disagreements = [];
for (const name of inputs) {
  // JSON.parse and not our strict reader: the vectors are about writing, and one of their numbers is not kept exactly.
  const value = JSON.parse(await readFile(path.join(folder, 'input', name), 'utf8'));
  const written = Buffer.from(canonicalJson(value), 'utf8');
  const output = await readFile(path.join(folder, 'output', name));
  const hex = await readFile(path.join(folder, 'outhex', name.replace(/\.json$/, '.txt')), 'utf8');
  if (!written.equals(output)) disagreements.push(`${name}: not the bytes of output/`);
  if (!written.equals(Buffer.from(hex.replace(/\s/g, ''), 'hex')))
    disagreements.push(`${name}: not the bytes of outhex/`);
}

for (const line of disagreements) console.error(line);
console.log(`RFC 8785: ${inputs.length} vectors, ${disagreements.length} disagreements.`);
if (inputs.length === 0) process.exit(2);
process.exit(disagreements.length === 0 ? 0 : 1);
