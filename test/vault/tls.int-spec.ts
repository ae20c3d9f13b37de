import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { VaultClient } from '../../src/platform/vault/vault.client.js';

const run = promisify(execFile);
const TIMING = { tries: 2, totalMs: 4000, tryMs: 2000, pauseMs: 5 };

describe('Vault behind TLS', () => {
  let folder: string;
  let ca: string;
  let server: https.Server;
  let client: VaultClient | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'atom-vault-'));
    const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
    const about = ['-subj', '/CN=vault', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '1'];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
    await run('openssl', ['req', ...kind, '-keyout', key, '-out', cert, ...about]);
    ca = await readFile(cert, 'utf8');
    server = https.createServer({ key: await readFile(key), cert: ca }, (_request, response) => {
      response.writeHead(200).end('{"data":{"ttl":0}}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    await client?.close();
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  function read(trusted: { ca?: string }): Promise<unknown> {
    const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    client = new VaultClient({ address, auth: { method: 'token', token: { text: 't' } }, ...trusted }, TIMING);
    return client.request('GET', 'secret/data/a');
  }

  it('is reached when the authority of its certificate is trusted', async () => {
    expect(await read({ ca })).toEqual({ data: { ttl: 0 } });
  });

  it('is not reached without that, and the environment cannot switch it off', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    const refused = read({});
    await expect(refused).rejects.toMatchObject({ code: 'VAULT.UNREACHABLE' });
    await expect(refused).rejects.toThrow('VAULT_CACERT');
  });
});
