import { type Kind, resourceName } from './kinds.js';

export interface StatusCause {
  reason: string;
  message: string;
  field?: string;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** A refusal as Kubernetes words it: becomes a `metav1.Status` with the HTTP status `code`. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details?: StatusDetails,
  ) {
    super(message);
  }

  static notFound(kind: Kind, name: string): ApiError {
    return new ApiError(404, 'NotFound', `${resourceName(kind)} "${name}" not found`, detailsOf(kind, name));
  }

  static noSuchPath(): ApiError {
    return new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});
  }

  static alreadyExists(kind: Kind, name: string): ApiError {
    const message = `${resourceName(kind)} "${name}" already exists`;
    return new ApiError(409, 'AlreadyExists', message, detailsOf(kind, name));
  }

  static conflict(kind: Kind, name: string, why = STALE): ApiError {
    const message = `Operation cannot be fulfilled on ${resourceName(kind)} "${name}": ${why}`;
    return new ApiError(409, 'Conflict', message, detailsOf(kind, name));
  }

  /** `causes` carry the JSON path of each refused field. */
  static invalid(kind: Kind, name: string, causes: StatusCause[]): ApiError {
    const what = causes.map((cause) => (cause.field ? `${cause.field}: ${cause.message}` : cause.message));
    const list = what.length === 1 ? (what[0] ?? '') : `[${what.join(', ')}]`;
    const subject = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`;
    const details: StatusDetails = { name, kind: kind.kind, causes };
    if (kind.group !== '') details.group = kind.group;
    return new ApiError(422, 'Invalid', `${subject} "${name}" is invalid: ${list}`, details);
  }

  static badRequest(message: string): ApiError {
    return new ApiError(400, 'BadRequest', message);
  }

  static forbidden(kind: Kind, name: string, why: string): ApiError {
    const subject = name === '' ? resourceName(kind) : `${resourceName(kind)} "${name}"`;
    return new ApiError(403, 'Forbidden', `${subject} is forbidden: ${why}`, detailsOf(kind, name));
  }

  static methodNotAllowed(message = 'the server does not allow this method on the requested resource'): ApiError {
    return new ApiError(405, 'MethodNotAllowed', message, {});
  }

  static unsupportedMediaType(accepted: readonly string[]): ApiError {
    const message = `the body of the request was in an unknown format - accepted media types include: ${accepted.join(', ')}`;
    return new ApiError(415, 'UnsupportedMediaType', message);
  }

  static tooManyRequests(message: string, retryAfterSeconds: number): ApiError {
    return new ApiError(429, 'TooManyRequests', message, { retryAfterSeconds });
  }

  /** The resource version or continue token is older than the history that is kept: list again. */
  static expired(message: string): ApiError {
    return new ApiError(410, 'Expired', message);
  }

  toStatus(): Record<string, unknown> {
    const { reason, message, code } = this;
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      reason,
      ...(this.details && { details: this.details }),
      code,
    };
  }
}

const STALE = 'the object has been modified; please apply your changes to the latest version and try again';

function detailsOf(kind: Kind, name: string): StatusDetails {
  const details: StatusDetails = { kind: kind.plural };
  if (name !== '') details.name = name;
  if (kind.group !== '') details.group = kind.group;
  return details;
}
