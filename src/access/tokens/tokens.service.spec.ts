import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { FakeTokenStore } from '../../../test/fakes/fake-token.store.js';
import { loadConfig } from '../../platform/config/config.js';
import { createTokenText } from './token-text.js';
import { TokensService } from './tokens.service.js';

Logger.overrideLogger(false);

const BOOTSTRAP = 'bootstrap-token-of-a-test';
const admin = { tokenId: '1', name: 'bootstrap', role: 'admin' } as const;
const asked = { name: 'ci', role: 'operator', expiresInDays: 30 } as const;

function setUp(env: Readonly<Record<string, string>> = {}) {
  const store = new FakeTokenStore();
  const config = loadConfig({ DATABASE_URL: 'postgres://nobody@127.0.0.1/none', ...env });
  return { store, tokens: new TokensService(store, config) };
}

describe(TokensService.name, () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('knows the owner of a token that it made', async () => {
    const { tokens } = setUp();
    const { token, text } = await tokens.create(asked, admin);
    expect(token).toMatchObject({ name: 'ci', role: 'operator', createdBy: 'bootstrap', last4: text.slice(-4) });
    expect(await tokens.authenticate(`Bearer ${text}`)).toEqual({ tokenId: token.id, name: 'ci', role: 'operator' });
    expect(await tokens.authenticate(`bearer ${text}`)).toMatchObject({ name: 'ci' });
  });

  it.each([undefined, '', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', `Bearer ${'x'.repeat(513)}`, 'Bearer ä'])(
    'asks for a token when the header is %p',
    async (header) => {
      await expect(setUp().tokens.authenticate(header)).rejects.toMatchObject({ code: 'token-missing' });
    },
  );

  it.each([createTokenText(), 'atom_pat_mistyped', 'anything-else'])(
    'refuses %s, which it does not know',
    async (text) => {
      await expect(setUp().tokens.authenticate(`Bearer ${text}`)).rejects.toMatchObject({ code: 'token-invalid' });
    },
  );

  it('asks the store once in five seconds', async () => {
    const { store, tokens } = setUp();
    const { text } = await tokens.create(asked, admin);
    for (let n = 0; n < 10; n++) await tokens.authenticate(`Bearer ${text}`);
    expect(store.lookUps).toBe(1);
    jest.advanceTimersByTime(5001);
    await tokens.authenticate(`Bearer ${text}`);
    expect(store.lookUps).toBe(2);
  });

  it('forgets a token at once when it is revoked here, and within five seconds when elsewhere', async () => {
    const { store, tokens } = setUp();
    const [here, elsewhere] = [
      await tokens.create(asked, admin),
      await tokens.create({ ...asked, name: 'other' }, admin),
    ];
    for (const { text } of [here, elsewhere]) await tokens.authenticate(`Bearer ${text}`);
    await tokens.revoke(here.token.id);
    await expect(tokens.authenticate(`Bearer ${here.text}`)).rejects.toMatchObject({ code: 'token-invalid' });
    await tokens.authenticate(`Bearer ${elsewhere.text}`);
    await store.revoke(elsewhere.token.id);
    jest.advanceTimersByTime(5001);
    await expect(tokens.authenticate(`Bearer ${elsewhere.text}`)).rejects.toMatchObject({ code: 'token-invalid' });
  });

  it('never remembers a refusal', async () => {
    const { store, tokens } = setUp({ ATOM_BOOTSTRAP_TOKEN: BOOTSTRAP });
    await expect(tokens.authenticate(`Bearer ${BOOTSTRAP}`)).rejects.toMatchObject({ code: 'token-invalid' });
    await tokens.onApplicationBootstrap();
    expect(await tokens.authenticate(`Bearer ${BOOTSTRAP}`)).toMatchObject({ name: 'bootstrap', role: 'admin' });
    expect(store.lookUps).toBe(2);
  });

  it('makes an admin of the token in the environment, again at every start', async () => {
    const { store, tokens } = setUp({ ATOM_BOOTSTRAP_TOKEN: BOOTSTRAP });
    await tokens.onApplicationBootstrap();
    await store.pass(91);
    await expect(tokens.authenticate(`Bearer ${BOOTSTRAP}`)).rejects.toMatchObject({ code: 'token-invalid' });
    await tokens.onApplicationBootstrap();
    expect(await tokens.authenticate(`Bearer ${BOOTSTRAP}`)).toMatchObject({ role: 'admin' });
    expect(await tokens.list()).toHaveLength(1);
  });

  it('makes no token when the environment has none', async () => {
    const { tokens } = setUp();
    await tokens.onApplicationBootstrap();
    expect(await tokens.list()).toEqual([]);
  });

  it('says that there is no such token to revoke', async () => {
    await expect(setUp().tokens.revoke('019aa1b2-7f2d-7c3e-9d55-0a2b6f0d4c11')).rejects.toMatchObject({
      code: 'token-not-found',
    });
  });
});
