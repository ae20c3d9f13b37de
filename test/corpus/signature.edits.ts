import type { Json } from '../builders/sigstore.js';

export function edit(bundle: Json, change: (copy: Json) => unknown): Json {
  const copy = structuredClone(bundle);
  change(copy);
  return copy;
}

export function at(value: Json, name: string): Json {
  return value[name] as Json;
}

export function firstEntry(bundle: Json): Json | undefined {
  return (at(bundle, 'verificationMaterial')['tlogEntries'] as Json[])[0];
}

/** Undefined for a bundle without an entry, which cannot be changed like that. */
export function onEntry(bundle: Json, change: (entry: Json) => unknown): Json | undefined {
  return firstEntry(bundle) && edit(bundle, (copy) => change(firstEntry(copy) ?? {}));
}

export function onBody(bundle: Json, change: (body: Json) => unknown, kindVersion?: Json): Json | undefined {
  return onEntry(bundle, (entry) => {
    const body = JSON.parse(text(entry['canonicalizedBody'])) as Json;
    change(body);
    Object.assign(entry, { canonicalizedBody: base64(JSON.stringify(body)) }, kindVersion && { kindVersion });
  });
}

export function onCheckpoint(bundle: Json, change: (note: string) => string): Json | undefined {
  return onEntry(bundle, (entry) => {
    const checkpoint = at(at(entry, 'inclusionProof'), 'checkpoint');
    checkpoint['envelope'] = change(String(checkpoint['envelope']));
  });
}

export function onMessage(bundle: Json, change: (message: Json) => unknown): Json {
  return edit(bundle, (copy) => change(at(copy, 'messageSignature')));
}

export function onAttestation(bundle: Json, change: (envelope: Json) => unknown): Json {
  return edit(bundle, (copy) => change(at(copy, 'dsseEnvelope')));
}

export function reversed(value: Json): Json {
  const turn = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(turn);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(
      Object.entries(node)
        .reverse()
        .map(([name, member]) => [name, turn(member)]),
    );
  };
  return turn(value) as Json;
}

export function base64(value: string | Uint8Array): string {
  return Buffer.from(value as Uint8Array).toString('base64');
}

export function text(value: unknown): string {
  return Buffer.from(String(value), 'base64').toString('utf8');
}

export function onBytes(bare: string, change: (der: Buffer) => Buffer): string {
  return `${base64(change(Buffer.from(bare, 'base64')))}\n`;
}

/** Of P-256. */
export const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** ECDSA has two signatures for one (FIPS 186-5 leaves s free): s and n - s. */
export function twinOf(der: Buffer): Buffer {
  return toDer(readDer(der).map((part, index) => (index === 1 ? ORDER - part : part)));
}

/** r and s. */
export function readDer(der: Buffer): bigint[] {
  const length = der[3] ?? 0;
  return [der.subarray(4, 4 + length), der.subarray(6 + length)].map((part) => BigInt(`0x${part.toString('hex')}`));
}

export function toDer(parts: readonly bigint[]): Buffer {
  const integers = parts.map((part) => {
    const hex = part.toString(16);
    const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
    const value = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
    return Buffer.concat([Buffer.from([2, value.length]), value]);
  });
  const content = Buffer.concat(integers);
  return Buffer.concat([Buffer.from([0x30, content.length]), content]);
}

export function to32(part: bigint): Buffer {
  return Buffer.from(part.toString(16).padStart(64, '0'), 'hex');
}
