import { once } from 'node:events';
import net, { type AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';

import { loadConfig } from '../../src/platform/config/config.js';
import { dataSourceOptions } from '../../src/platform/database/data-source.js';
import { Database, isDatabaseAway } from '../../src/platform/database/database.js';

/** A message of PostgreSQL's protocol 3.0. */
function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

/** What a server says that takes a connection and shuts down in the same breath: one packet, as it arrives over a network. */
const GREETING = Buffer.concat([
  message('R', Buffer.alloc(4)),
  message('Z', Buffer.from('I')),
  message('E', Buffer.from('SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0')),
]);

let server: net.Server;
let url: string;

beforeAll(async () => {
  server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(GREETING));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `postgres://atom@127.0.0.1:${(server.address() as AddressInfo).port}/atom`;
});

afterAll(() => {
  server.close();
});

/** An error that nobody hears ends the process: Jest fails the test that is under way. */
const isAway = (work: Promise<unknown>): Promise<unknown> => work.then(() => 'done', isDatabaseAway);

describe('a connection that is lost as soon as it is there', () => {
  it('fails the statement and the transaction that asked for it', async () => {
    const database = new Database(loadConfig({ DATABASE_URL: url }));
    const one = { name: 'one', text: 'SELECT 1' };
    await expect(isAway(database.query(one, []))).resolves.toBe(true);
    await expect(isAway(database.transaction((transaction) => transaction.query(one, [])))).resolves.toBe(true);
    await database.onApplicationShutdown();
  });

  it('fails what TypeORM asked', async () => {
    const dataSource = new DataSource(dataSourceOptions({ url, applicationName: 'test' }));
    await expect(isAway(dataSource.initialize())).resolves.toBe(true);
  });
});
