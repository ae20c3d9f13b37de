import { StepError, type StepErrorCode } from '../step.error.js';
import { numberAt, textAt } from './json.js';

const MESSAGE_LIMIT = 500;

/** The parts of an HTTP answer that say why it was refused. `body` is a `metav1.Status` when the API server itself answered. */
export interface RefusedAnswer {
  readonly status: number;
  readonly retryAfter?: string;
  readonly body: unknown;
}

/**
 * What a refusal means for a step. `what` names the request for the reader. The server's own words are repeated: nothing
 * else tells which permission or field is meant.
 */
export function failureOfAnswer(what: string, { status, retryAfter, body }: RefusedAnswer): StepError {
  const reason = textAt(body, 'reason');
  const words = textAt(body, 'message')?.slice(0, MESSAGE_LIMIT) ?? 'no reason given';
  const retryAfterMs = readRetryAfterMs(retryAfter, numberAt(body, 'details', 'retryAfterSeconds'));
  return new StepError(codeOf(status), `Kubernetes answered ${status} to ${what}: ${words}`, {
    details: { status, ...(reason !== undefined && { reason }) },
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/** The HTTP status that a failure came with, when the API server answered at all. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof StepError ? numberAt(error.details, 'status') : undefined;
}

function codeOf(status: number): StepErrorCode {
  if (status === 404) return 'STEP.NOT_FOUND';
  if (status === 401 || status === 403) return 'STEP.FORBIDDEN';
  if (status === 409) return 'STEP.CONFLICT';
  // 410: the list or watch is older than the server's history; starting again helps.
  if (status === 408 || status === 410 || status === 429 || status >= 500) return 'STEP.UNAVAILABLE';
  return 'STEP.REJECTED';
}

/** RFC 9110 §10.2.3: seconds or an HTTP date. */
function readRetryAfterMs(header: string | undefined, seconds: number | undefined): number | undefined {
  if (header === undefined) return seconds === undefined ? undefined : seconds * 1000;
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
