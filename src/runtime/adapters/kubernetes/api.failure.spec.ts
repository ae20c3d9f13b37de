import { describe, expect, it } from '@jest/globals';

import { failureOfAnswer, statusOf } from './api.failure.js';

describe(failureOfAnswer.name, () => {
  it.each([
    [404, 'STEP.NOT_FOUND', false],
    [401, 'STEP.FORBIDDEN', false],
    [403, 'STEP.FORBIDDEN', false],
    [409, 'STEP.CONFLICT', true],
    [400, 'STEP.REJECTED', false],
    [405, 'STEP.REJECTED', false],
    [413, 'STEP.REJECTED', false],
    [415, 'STEP.REJECTED', false],
    [422, 'STEP.REJECTED', false],
    [302, 'STEP.REJECTED', false],
    [408, 'STEP.UNAVAILABLE', true],
    [410, 'STEP.UNAVAILABLE', true],
    [429, 'STEP.UNAVAILABLE', true],
    [500, 'STEP.UNAVAILABLE', true],
    [502, 'STEP.UNAVAILABLE', true],
    [503, 'STEP.UNAVAILABLE', true],
    [504, 'STEP.UNAVAILABLE', true],
  ])('reads %i as %s', (status, code, transient) => {
    const failure = failureOfAnswer('GET /x', { status, body: undefined });
    expect(failure).toMatchObject({ code, transient });
    expect(statusOf(failure)).toBe(status);
  });

  it("repeats the API server's reason, but not at any length", () => {
    const body = { kind: 'Status', reason: 'Forbidden', message: `no, because ${'x'.repeat(5000)}` };
    const failure = failureOfAnswer('PATCH /x', { status: 403, body });
    expect(failure.details).toEqual({ status: 403, reason: 'Forbidden' });
    expect(failure.message).toContain('no, because');
    expect(failure.message.length).toBeLessThan(600);
  });

  it('reads the wish to come back later from the header or from the body', () => {
    const ofHeader = failureOfAnswer('x', { status: 429, retryAfter: '7', body: {} });
    const ofBody = failureOfAnswer('x', { status: 503, body: { details: { retryAfterSeconds: 3 } } });
    const ofDate = failureOfAnswer('x', { status: 503, retryAfter: 'Wed, 21 Oct 2015 07:28:00 GMT', body: {} });
    const ofNonsense = failureOfAnswer('x', { status: 503, retryAfter: 'soon', body: {} });
    expect(ofHeader.retryAfterMs).toBe(7000);
    expect(ofBody.retryAfterMs).toBe(3000);
    expect(ofDate.retryAfterMs).toBe(0);
    expect(ofNonsense.retryAfterMs).toBeUndefined();
  });

  it('knows no status of an error that is not an answer', () => {
    expect(statusOf(new Error('reset'))).toBeUndefined();
  });
});
