import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { AccessGuard } from '../../src/access/access.guard.js';
import { ACCESS_PROBLEMS, isGranted, Requires, type Role, ROLES } from '../../src/access/index.js';
import { RoutePermissionsCheck } from '../../src/access/route-permissions.check.js';
import { TokenStore } from '../../src/access/tokens/token.store.js';
import { hashToken } from '../../src/access/tokens/token-text.js';
import { TokensController } from '../../src/access/tokens/tokens.controller.js';
import { TokensService } from '../../src/access/tokens/tokens.service.js';
import { Public } from '../../src/platform/http/public.decorator.js';
import { FakeTokenStore } from '../fakes/fake-token.store.js';
import { startHttpApp } from '../platform/http.app.js';

@Controller('runs')
class RunsController {
  @Get()
  @Requires('runs:create')
  create(): string {
    return 'created';
  }

  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }

  /** Not a route. */
  helper(): string {
    return '';
  }
}

@Controller('forgotten')
class ForgottenController {
  @Get()
  read(): string {
    return 'secret';
  }
}

function accessApp(store: FakeTokenStore, ...controllers: (new () => object)[]): Promise<NestFastifyApplication> {
  return startHttpApp({
    imports: [DiscoveryModule],
    controllers: [TokensController, ...controllers],
    providers: [
      ...[TokensService, RoutePermissionsCheck, { provide: TokenStore, useValue: store }],
      { provide: APP_GUARD, useClass: AccessGuard },
    ],
    problems: [ACCESS_PROBLEMS],
  });
}

let app: NestFastifyApplication;
const store = new FakeTokenStore();
const textOf = (role: Role): string => `token-of-the-${role}`;

beforeAll(async () => {
  app = await accessApp(store, RunsController);
  for (const role of ROLES) {
    await store.create({
      name: role,
      role,
      hash: hashToken(textOf(role)),
      last4: 'last',
      createdBy: 'test',
      expiresInDays: 1,
    });
  }
});
afterAll(() => app.close());

function send(method: 'GET' | 'POST' | 'DELETE', url: string, token?: string, payload?: object) {
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return app.inject({ method, url, headers, ...(payload && { payload }) });
}

describe('a route', () => {
  it('is closed without a token, and says how to bring one', async () => {
    const response = await send('GET', '/runs');
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer');
    expect(response.json()).toMatchObject({ code: 'token-missing', status: 401 });
  });

  it('is closed to a token that is not known', async () => {
    const response = await send('GET', '/runs', 'unknown');
    expect(response.statusCode).toBe(401);
    expect(response.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    expect(response.json()).toMatchObject({ code: 'token-invalid' });
  });

  it.each(ROLES)('lets in a %s just when the role has the permission', async (role) => {
    const response = await send('GET', '/runs', textOf(role));
    if (isGranted(role, 'runs:create')) expect(response.body).toBe('created');
    else expect([response.statusCode, response.json<{ code: string }>().code]).toEqual([403, 'permission-missing']);
  });

  it('that is public needs no token', async () => {
    expect((await send('GET', '/runs/open')).body).toBe('open');
  });

  it('that declares neither stops the boot, by its name', async () => {
    await expect(accessApp(new FakeTokenStore(), ForgottenController)).rejects.toThrow('ForgottenController.read');
  });
});

describe('/v1/tokens', () => {
  it('makes a token that works, shows its text once and its hash never', async () => {
    const created = await send('POST', '/v1/tokens', textOf('admin'), { name: 'ci', role: 'viewer', expiresInDays: 7 });
    expect(created.statusCode).toBe(201);
    const { token, id } = created.json<{ token: string; id: string }>();
    expect((await send('GET', '/v1/tokens/self', token)).json()).toEqual({ tokenId: id, name: 'ci', role: 'viewer' });
    const listed = await send('GET', '/v1/tokens', textOf('admin'));
    expect(listed.body).toContain(`"id":"${id}"`);
    expect(listed.body).not.toContain(token);
    expect(listed.body + created.body).not.toContain('hash');
  });

  it('ends a token at once where it is revoked', async () => {
    const created = await send('POST', '/v1/tokens', textOf('admin'), { name: 'short', role: 'viewer' });
    const { token, id } = created.json<{ token: string; id: string }>();
    expect((await send('GET', '/v1/tokens/self', token)).statusCode).toBe(200);
    expect((await send('DELETE', `/v1/tokens/${id}`, textOf('admin'))).statusCode).toBe(204);
    expect((await send('GET', '/v1/tokens/self', token)).statusCode).toBe(401);
  });

  it.each(ROLES.filter((role) => role !== 'admin'))('is closed to a %s', async (role) => {
    const answers = [
      await send('POST', '/v1/tokens', textOf(role), { name: 'mine', role: 'admin' }),
      await send('GET', '/v1/tokens', textOf(role)),
      await send('DELETE', '/v1/tokens/019aa1b2-7f2d-7c3e-9d55-0a2b6f0d4c11', textOf(role)),
    ];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([403, 403, 403]);
  });

  it.each([
    [{ role: 'viewer' }, '#/name'],
    [{ name: 'Has Spaces', role: 'viewer' }, '#/name'],
    [{ name: 'x', role: 'root' }, '#/role'],
    [{ name: 'x', role: 'viewer', expiresInDays: 91 }, '#/expiresInDays'],
    [{ name: 'x', role: 'viewer', expiresInDays: 0 }, '#/expiresInDays'],
    [{ name: 'x', role: 'viewer', admin: true }, '#/admin'],
  ])('refuses %j', async (payload, pointer) => {
    const response = await send('POST', '/v1/tokens', textOf('admin'), payload);
    expect(response.statusCode).toBe(422);
    expect(response.json<{ errors: { pointer: string }[] }>().errors.map((error) => error.pointer)).toContain(pointer);
  });

  it('refuses a name that is taken, and an id that is not there', async () => {
    const taken = await send('POST', '/v1/tokens', textOf('admin'), { name: 'viewer', role: 'viewer' });
    const missing = await send('DELETE', '/v1/tokens/019aa1b2-7f2d-7c3e-9d55-0a2b6f0d4c11', textOf('admin'));
    expect([taken.statusCode, missing.statusCode]).toEqual([409, 404]);
  });
});
