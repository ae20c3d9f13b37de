import { describe, expect, it } from '@jest/globals';

import { sha256, SignatureError, signerId, verifySignature } from '../../src/wpk/index.js';
import { type SignatureCase, signatureCases } from './signatures.js';

const cases = await signatureCases();

/** The signer or the code; anything but a SignatureError fails the test. */
function decide({ bytes, signature, trust }: SignatureCase): unknown {
  try {
    const { signer, digest } = verifySignature(bytes, signature, trust);
    expect(digest).toBe(`sha256:${sha256(bytes).toString('hex')}`);
    return signer;
  } catch (error) {
    if (error instanceof SignatureError) return error.code;
    throw error;
  }
}

describe('the corpus of signatures', () => {
  it('is large, says everything once, and holds good ones and bad ones', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
    const accepted = cases.filter(({ expected }) => typeof expected === 'object').length;
    expect(accepted).toBeGreaterThanOrEqual(20);
    expect(cases.length - accepted).toBeGreaterThanOrEqual(200);
  });

  it.each(cases.map((one) => [one.name, one] as const))('decides rightly: %s', (_, one) => {
    expect(decide(one)).toEqual(one.expected);
  });

  it('gives the two signatures that ECDSA has for one the same signer and digest, and nothing to tell them apart', () => {
    const find = (name: string) => cases.find((one) => one.name === name)!;
    const [one, twin] = [find('a signature unchanged'), find('a signature as (r, n-s)')];
    expect(twin.signature.text).not.toBe(one.signature.text);
    const [first, second] = [one, twin].map((each) => verifySignature(each.bytes, each.signature, each.trust));
    expect(second).toEqual(first);
    expect(signerId(second!.signer)).toBe(signerId(first!.signer));
  });
});
