/**
 * Runs the Wycheproof vectors for ECDSA P-256 with SHA-256 (DER signatures) through the verification of bare signatures.
 *
 *   npm run build && npm run conformance:wycheproof -- DIR
 *
 * DIR holds ecdsa_secp256r1_sha256_test.json of github.com/C2SP/wycheproof, testvectors_v1. Ends with 1 on any
 * disagreement and with 2 when there was nothing to run.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { loadPublicKey, SignatureError, verifySignature } from '../../dist/wpk/signatures/index.js';

const FILE = 'ecdsa_secp256r1_sha256_test.json';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error(`Name the folder that holds ${FILE}: npm run conformance:wycheproof -- DIR`);
  process.exit(2);
}
const { testGroups, numberOfTests } = JSON.parse(await readFile(path.join(folder, FILE), 'utf8'));

const counts = { accepted: 0, refused: 0 };
const disagreements = [];
for (const { publicKeyPem, tests } of testGroups) {
  const key = loadPublicKey(publicKeyPem);
  for (const { tcId, comment, msg, sig, result } of tests) {
    const outcome = verify(Buffer.from(msg, 'hex'), Buffer.from(sig, 'hex').toString('base64'), key);
    if (outcome in counts) counts[outcome] += 1;
    const expected = result === 'valid' ? 'accepted' : 'refused';
    if (outcome !== expected) disagreements.push(`#${tcId} ${comment}: expected ${expected}, got ${outcome}`);
  }
}

for (const line of disagreements) console.error(line);
const total = counts.accepted + counts.refused;
console.log(
  `Wycheproof ECDSA P-256 SHA-256: ${total} of ${numberOfTests} vectors, ` +
    `${counts.accepted} accepted, ${counts.refused} refused, ${disagreements.length} disagreements.`,
);
if (total === 0) process.exit(2);
process.exit(disagreements.length === 0 && total === numberOfTests ? 0 : 1);

function verify(bytes, text, key) {
  try {
    verifySignature(bytes, { kind: 'signature', text }, { keys: [key] });
    return 'accepted';
  } catch (error) {
    return error instanceof SignatureError ? 'refused' : `an error that should not escape: ${error}`;
  }
}
