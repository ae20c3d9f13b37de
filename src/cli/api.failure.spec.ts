import { describe, expect, it } from '@jest/globals';

import { failureOfNetwork, failureOfResponse } from './api.failure.js';
import { reportFailure } from './failure.report.js';
import { Paint } from './output/paint.js';

const url = 'http://127.0.0.1:8000';

const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });

const problem = (status: number, code = 'some-code') => ({ title: 'No', status, detail: 'Because.', code });

describe('failureOfResponse', () => {
  it.each([
    [400, 1],
    [401, 1],
    [403, 1],
    [404, 1],
    [409, 1],
    [422, 1],
    [429, 1],
    [500, 1],
    [502, 3],
    [503, 3],
    [504, 3],
  ])('gives a problem with status %i exit code %i', async (status, exitCode) => {
    const failure = await failureOfResponse(answer(status, problem(status)), url);
    expect(failure).toMatchObject({ exitCode, problem: { status } });
  });

  it.each([401, 403, 404, 429, 503])('says what to do about %i', async (status) => {
    expect((await failureOfResponse(answer(status, problem(status)), url)).hints).not.toEqual([]);
  });

  it.each([
    ...['policy-denied', 'run-denied', 'approval-required'],
    ...['signer-not-trusted', 'key-revoked', 'signatures-insufficient'],
  ])('does not blame the role of the token for %s', async (code) => {
    const { hints } = await failureOfResponse(answer(403, problem(403, code)), url);
    expect(hints).not.toEqual([]);
    expect(hints.join()).not.toContain('role');
  });

  it.each([
    [404, 'trust-not-found', 'trust show'],
    [409, 'version-yanked', 'override'],
    [410, 'version-revoked', 'list'],
    [409, 'trust-managed-by-file', 'TRUST_FILE'],
    [422, 'trust-policy-fails', 'trust test'],
  ])('says what to do about %i %s', async (status, code, advice) => {
    expect((await failureOfResponse(answer(status, problem(status, code)), url)).hints.join()).toContain(advice);
  });

  it('tells something that is not Atom from a refusal', async () => {
    for (const body of ['<html>Not Found</html>', '[]', '{"message":"no"}', '']) {
      expect(await failureOfResponse(answer(404, body), url)).toMatchObject({ code: 'CLI.UNREACHABLE' });
    }
  });

  it('does not follow a redirect and names its target', async () => {
    const failure = await failureOfResponse(answer(308, '', { location: 'https://atom.example/' }), url);
    expect(failure).toMatchObject({ code: 'CLI.UNREACHABLE' });
    expect(failure.message).toContain('https://atom.example/');
  });
});

describe('failureOfNetwork', () => {
  it('digs the reason out of what fetch throws', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:8000'), { code: 'ECONNREFUSED' });
    const failure = failureOfNetwork(new TypeError('fetch failed', { cause }), url);
    expect(failure).toMatchObject({ code: 'CLI.UNREACHABLE', exitCode: 3 });
    expect(failure.hints.join()).toContain('npm run quickstart');
  });
});

describe('reportFailure', () => {
  it('shows title, code, detail, every error with its place, and the request id, all escaped', async () => {
    const body = {
      ...problem(422, 'package-invalid'),
      detail: 'Two things\u001b[2J.',
      requestId: 'req-1',
      errors: [
        { pointer: '/spec/steps/0/uses', detail: 'no such action', line: 12, column: 5 },
        { detail: 'too long', line: 3 },
        { pointer: '/inputs/a', detail: 'missing\nx' },
      ],
    };
    const failure = await failureOfResponse(answer(422, body), url);
    expect(reportFailure(failure, new Paint(false)).split('\n')).toEqual([
      'error: No (package-invalid)',
      '  Two things\\u001b[2J.',
      '  - /spec/steps/0/uses (line 12:5): no such action',
      '  - line 3: too long',
      '  - /inputs/a: missing\\nx',
      '  request id: req-1',
    ]);
  });

  it('shows whatever else was thrown', () => {
    expect(reportFailure('text', new Paint(false))).toBe('error: text');
  });
});
