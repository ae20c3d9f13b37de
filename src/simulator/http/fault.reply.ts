import { setTimeout as sleep } from 'node:timers/promises';

import { ApiError } from '../api.error.js';
import type { RequestFault } from '../faults.js';
import type { ResourceRequest } from './request.js';

type StatusFault = Extract<RequestFault, { type: 'status' }>;
type ResetFault = Extract<RequestFault, { type: 'reset' }>;

export function isReset(fault: RequestFault): fault is ResetFault {
  return fault.type === 'reset';
}

export async function delay(faults: readonly RequestFault[]): Promise<void> {
  for (const fault of faults) if (fault.type === 'latency') await sleep(fault.ms);
}

export function statusOf(fault: StatusFault, request: ResourceRequest): ApiError {
  switch (fault.code) {
    case 409:
      return ApiError.conflict(request.kind, request.name);
    case 429:
      return ApiError.tooManyRequests('the server has received too many requests', fault.retryAfterSeconds ?? 1);
    case 500:
      return new ApiError(500, 'InternalError', 'Internal error occurred: scripted fault');
    case 503:
      return new ApiError(503, 'ServiceUnavailable', 'the server is currently unable to handle the request', {
        ...(fault.retryAfterSeconds !== undefined && { retryAfterSeconds: fault.retryAfterSeconds }),
      });
  }
}
