import { describe, expect, it } from '@jest/globals';

import { ConfigError, loadConfig } from './config.js';

const minimal = { DATABASE_URL: 'postgres://atom@127.0.0.1:5432/atom' };

describe('loadConfig', () => {
  it('fills in defaults', () => {
    expect(loadConfig(minimal)).toMatchObject({
      PORT: 8000,
      WORKER_PORT: 4000,
      LOG_LEVEL: 'info',
      EXECUTION_TIMEOUT: 3600,
    });
  });

  it('uses the PostgreSQL queue unless a Redis is named', () => {
    expect(loadConfig(minimal).queueBackend).toBe('postgres');
    expect(loadConfig({ ...minimal, REDIS_URL: 'redis://cache:6379/1' }).queueBackend).toBe('redis');
    expect(loadConfig({ ...minimal, REDIS_URL: 'redis://cache:6379/1', QUEUE_BACKEND: 'postgres' }).queueBackend).toBe(
      'postgres',
    );
  });

  it.each(['http://127.0.0.1:8200', 'https://vault.vault.svc:8200', 'https://vault.example/base/'])(
    'takes %s as the address of Vault',
    (address) => {
      expect(loadConfig({ ...minimal, VAULT_ADDR: address }).VAULT_ADDR).toBe(address);
    },
  );

  it('counts an empty variable as absent', () => {
    expect(loadConfig({ ...minimal, PORT: '', REDIS_URL: '' })).toMatchObject({ PORT: 8000, queueBackend: 'postgres' });
  });

  it.each([
    ['DATABASE_URL', {}],
    ['PORT', { ...minimal, PORT: 'http' }],
    ['PORT', { ...minimal, PORT: '70000' }],
    ['LOG_LEVEL', { ...minimal, LOG_LEVEL: 'loud' }],
    ['QUEUE_BACKEND', { ...minimal, QUEUE_BACKEND: 'kafka' }],
    ['REDIS_URL', { ...minimal, REDIS_URL: 'localhost' }],
    ['EXECUTION_TIMEOUT', { ...minimal, EXECUTION_TIMEOUT: '0' }],
    ['ATOM_BOOTSTRAP_TOKEN', { ...minimal, ATOM_BOOTSTRAP_TOKEN: 'short' }],
    ['VAULT_ADDR', { ...minimal, VAULT_ADDR: 'vault.example' }],
    ['VAULT_ADDR', { ...minimal, VAULT_ADDR: 'ftp://vault.example' }],
    ['VAULT_ADDR', { ...minimal, VAULT_ADDR: 'https://user:password@vault.example' }],
    ['VAULT_ADDR', { ...minimal, VAULT_ADDR: 'https://vault.example/?token=x' }],
    ['VAULT_NAMESPACE', { ...minimal, VAULT_NAMESPACE: '../admin' }],
    ['VAULT_AUTH_MOUNT', { ...minimal, VAULT_AUTH_MOUNT: 'kubernetes/../token' }],
    ['VAULT_TRANSIT_MOUNT', { ...minimal, VAULT_TRANSIT_MOUNT: '/transit' }],
    ['VAULT_TRANSIT_KEY', { ...minimal, VAULT_TRANSIT_KEY: 'atom/sign' }],
    ['COSIGN_PUBLIC_KEY_PATH', { ...minimal, COSIGN_PUBLIC_KEY_PATH: '/nonexistent/cosign.pub' }],
  ])('names %s when it is missing or wrong', (name, env) => {
    expect(() => loadConfig(env)).toThrow(ConfigError);
    expect(() => loadConfig(env)).toThrow(name);
  });

  it('never repeats a value, which may be a secret', () => {
    expect(() => loadConfig({ ...minimal, ATOM_BOOTSTRAP_TOKEN: 'hunter2' })).toThrow(
      expect.not.stringContaining('hunter2'),
    );
  });
});
