import { createPublicKey, verify } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { ACCESS_PROBLEMS } from '../../src/access/index.js';
import { freePort } from '../../src/platform/embedded/embedded-postgres.js';
import { HTTP_PROBLEMS } from '../../src/platform/http/http.problems.js';
import { POLICY_PROBLEMS } from '../../src/policy/index.js';
import { REGISTRY_PROBLEMS } from '../../src/registry/index.js';
import { packArchive } from '../../src/wpk/index.js';
import { aPackage, aSigner } from '../builders/signed-package.js';
import { ChildProcesses } from '../support/child-processes.js';
import { createDatabase, type TestDatabase } from '../support/database.js';
import { brokenMultipart, multipart, type MultipartBody } from './multipart.js';
import {
  ARCHIVE_MUTATIONS,
  BUNDLE_MUTATIONS,
  BYTE_MUTATIONS,
  type Mutation,
  Random,
  YAML_MUTATIONS,
} from './mutations.js';

const CASES = 2000;
const AT_ONCE = 8;
const MAX_MEMORY = 512 * 1024 * 1024;
/** Another one: `FUZZ_SEED=42`. Keys and signatures are new in every run, so a failure also prints the body that caused it. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20261123);

const TOKEN = 'token-of-the-upload-fuzzer';
const signer = aSigner();
const publicKey = createPublicKey(signer.publicKeyPem);
const PROBLEMS = [HTTP_PROBLEMS, ACCESS_PROBLEMS, POLICY_PROBLEMS, REGISTRY_PROBLEMS];
const CODES = new Set(PROBLEMS.flatMap((problems) => Object.keys(problems)));

interface Attempt extends MultipartBody {
  readonly kind: string;
  /** Whether these bytes come with a signature of the trusted key: judged here without the code under test. */
  readonly signed: boolean;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: { readonly code?: unknown; readonly type?: unknown; readonly detail?: unknown };
}

const processes = new ChildProcesses();
let database: TestDatabase;
let url: string;
let yaml: Buffer;
let archive: Buffer;

/** The built api in a process of its own, so that its memory is nobody else's. */
beforeAll(async () => {
  database = await createDatabase();
  const port = String(await freePort());
  url = `http://127.0.0.1:${port}`;
  const api = await processes.start('dist/main.js', {
    ...{ DATABASE_URL: database.url, QUEUE_BACKEND: 'postgres', PORT: port, LOG_LEVEL: 'silent' },
    ...{ COSIGN_PUBLIC_KEY: signer.publicKeyPem, ATOM_BOOTSTRAP_TOKEN: TOKEN },
  });
  await api.answers(`${url}/health/ready`);
  yaml = aPackage({ name: 'fuzz-yaml' });
  const files = { 'wpk.yaml': aPackage({ name: 'fuzz-archive' }), 'README.md': '# Read', 'manifests/a.yaml': 'a: 1' };
  archive = await packArchive(Object.entries(files).map(([path, text]) => ({ path, bytes: Buffer.from(text) })));
});

afterAll(async () => {
  await processes.stopAll();
  await database.drop();
});

/** Case `index` of this seed, alone: a failure can be repeated without those before it. */
function attempt(index: number): Attempt {
  const random = new Random(SEED + index * 7919);
  const isArchive = random.below(3) === 0;
  const original = isArchive ? archive : yaml;
  const mutations = [...BYTE_MUTATIONS, ...(isArchive ? ARCHIVE_MUTATIONS : YAML_MUTATIONS)];
  const mutate = (bytes: Buffer, from: readonly Mutation[]): Buffer => random.pick(from)(bytes, random);
  switch (index % 5) {
    case 0: {
      const bytes = mutate(original, mutations);
      return send('unsigned package', bytes, 'bundle', Buffer.from(signer.bundle(original)), bytes.equals(original));
    }
    case 1: {
      const bytes = mutate(
        mutate(original, mutations),
        random.below(2) === 0 ? BYTE_MUTATIONS.slice(0, 1) : [(b) => b],
      );
      return send('signed package', bytes, 'bundle', Buffer.from(signer.bundle(bytes)), true);
    }
    case 2: {
      const bundle = mutate(Buffer.from(signer.bundle(original)), [...BYTE_MUTATIONS, ...BUNDLE_MUTATIONS]);
      return send('bundle', original, 'bundle', bundle, verifies(original, signatureOf(bundle)));
    }
    case 3: {
      const signature = mutate(Buffer.from(signer.signature(original)), BYTE_MUTATIONS);
      return send('signature', original, 'signature', signature, verifies(original, signature.toString('latin1')));
    }
    default:
      return {
        kind: 'multipart',
        ...brokenMultipart(original, Buffer.from(signer.bundle(original)), random),
        signed: true,
      };
  }
}

function send(kind: string, bytes: Buffer, part: string, signature: Buffer, signed: boolean): Attempt {
  const body = multipart([
    ['package', bytes],
    [part, signature],
  ]);
  return { kind, ...body, signed };
}

function signatureOf(bundle: Buffer): string {
  try {
    const { messageSignature } = JSON.parse(bundle.toString('utf8')) as { messageSignature: { signature: string } };
    return messageSignature.signature;
  } catch {
    return '';
  }
}

function verifies(bytes: Buffer, base64: unknown): boolean {
  return typeof base64 === 'string' && verify('sha256', bytes, publicKey, Buffer.from(base64, 'base64'));
}

async function post({ contentType, body }: Attempt): Promise<Answer> {
  const response = await fetch(`${url}/v1/workflows`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': contentType },
    body: Uint8Array.from(body),
    signal: AbortSignal.timeout(20_000),
  });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, contentType: type, body: JSON.parse(text) as Answer['body'] };
}

/** What is wrong with an answer, in a word; undefined when it is as promised. */
function faultOf({ signed }: Attempt, { status, contentType, body }: Answer): string | undefined {
  if (status >= 500) return `status ${status}`;
  if (status < 300) return signed ? undefined : 'accepted without a good signature';
  if (!contentType.startsWith('application/problem+json')) return `content type ${contentType}`;
  if (typeof body.code !== 'string' || !CODES.has(body.code)) return `unknown code ${String(body.code)}`;
  if (body.type !== `https://atom.dev/problems/${body.code}`) return 'type and code differ';
  const isClean = typeof body.detail === 'string' && body.detail.length <= 600 && !/\p{Cc}/u.test(body.detail);
  return isClean ? undefined : 'detail is long or holds control characters';
}

async function residentBytes(): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^process_resident_memory_bytes (\S+)/m.exec(metrics)?.[1]);
}

function excerpt({ contentType, body }: Attempt): string {
  return `${contentType} ${body.subarray(0, 3000).toString('base64')}`;
}

describe('POST /v1/workflows', () => {
  it(`withstands ${CASES} mutated uploads (seed ${SEED})`, async () => {
    const faults: string[] = [];
    const seen = new Map<string, number>();
    let memory = 0;
    const work = async (from: number): Promise<void> => {
      for (let index = from; index < CASES; index += AT_ONCE) {
        const tried = attempt(index);
        const answer = await post(tried);
        const fault = faultOf(tried, answer);
        if (fault !== undefined) faults.push(`case ${index}, ${tried.kind}: ${fault}; ${excerpt(tried)}`);
        const outcome = answer.status < 300 ? 'accepted' : String(answer.body.code);
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
        if (index % 50 === 0 || index === CASES - 1) memory = Math.max(memory, await residentBytes());
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (_, from) => work(from)));
    console.info(
      `Seed ${SEED}, ${CASES} uploads, at most ${Math.round(memory / 2 ** 20)} MiB:`,
      Object.fromEntries(seen),
    );

    expect(faults).toEqual([]);
    expect(memory).toBeLessThan(MAX_MEMORY);
    // The mutations reach every stage, or they would prove little.
    for (const outcome of [
      ...['accepted', 'package-malformed', 'package-invalid', 'part-malformed', 'part-unexpected', 'bundle-malformed'],
      ...['signature-invalid', 'signer-not-trusted', 'digest-mismatch', 'media-type-unsupported'],
    ]) {
      expect([outcome, seen.get(outcome) ?? 0]).not.toEqual([outcome, 0]);
    }
  });
});
