import type { Answer } from './client.js';
import type { Answer as Documented, Operation } from './document.js';
import { fits, misfits } from './fits.js';
import { isObject, type JsonObject } from './json.js';
import type { Negative } from './negative.js';

/** What never belongs into an answer: traces, files of the server, SQL and what PostgreSQL says. */
const INTERNALS = [
  /\bat .+\.[cm]?[jt]s:\d+/,
  /(?:^|[\s"'(])\/(?:app|dist|home|node_modules|root|src|tmp|usr|work)\/\S/,
  /\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM)\s.+\b(?:FROM|VALUES|SET|WHERE)\b/,
  /duplicate key value|violates [a-z-]+ constraint|relation "|column "|invalid input syntax|invalid byte sequence/,
  /\b(?:TypeError|RangeError|ReferenceError|SyntaxError|QueryFailedError)\b/,
];

export class AnswerCheck {
  constructor(
    /** The shape of every refusal, as the document has it. */
    private readonly problem: JsonObject,
    private readonly secrets: readonly string[],
  ) {}

  /** What is wrong with the answer, in a sentence; undefined when it is as documented. */
  faultOf(operation: Operation, answer: Answer, negative?: Negative): string | undefined {
    const { status } = answer;
    if (status >= 500) return `status ${status}`;
    if (status >= 400 && answer.contentType !== 'application/problem+json') return `refused as ${answer.contentType}`;
    if (negative?.breaks && status < 400) return `${negative.kind} was answered with ${status}`;
    if (negative?.statuses?.includes(status) === false) {
      return `${negative.kind}: ${status}, not ${negative.statuses.join(' or ')}`;
    }
    return (
      this.leakIn(answer) ??
      this.idFault(answer) ??
      (status >= 400 ? this.problemFault(answer) : undefined) ??
      (negative?.kind === 'method' ? undefined : documentFault(operation.answers.get(status), answer))
    );
  }

  private leakIn({ text, headers }: Answer): string | undefined {
    const all = `${text}\n${JSON.stringify(headers)}`;
    if (this.secrets.some((secret) => all.includes(secret))) return 'the answer holds the token';
    const found = INTERNALS.map((pattern) => pattern.exec(all)?.[0]).find((match) => match !== undefined);
    return found && `the answer holds internals: ${found.slice(0, 80)}`;
  }

  private idFault({ headers }: Answer): string | undefined {
    return /^[\w.-]{8,64}$/.test(String(headers['x-request-id'])) ? undefined : 'the answer has no x-request-id';
  }

  private problemFault({ status, headers, text }: Answer): string | undefined {
    const body = parsed(text);
    if (!isObject(body)) return 'the problem is no JSON object';
    const [misfit] = misfits(this.problem, body);
    if (misfit) return `the problem does not fit its schema: ${misfit.instancePath} ${misfit.message ?? ''}`;
    if (body['status'] !== status) return `the problem says ${String(body['status'])}`;
    if (body['requestId'] !== headers['x-request-id']) return 'requestId and x-request-id differ';
    const isClean = !/[\p{Cc}\p{Cs}]/u.test(String(body['detail'])) && String(body['detail']).length <= 600;
    return isClean
      ? undefined
      : `detail is long or holds control characters: ${JSON.stringify(body['detail']).slice(0, 200)}`;
  }
}

function documentFault(documented: Documented | undefined, answer: Answer): string | undefined {
  const { status, contentType, text, bytes, headers } = answer;
  if (!documented) return `status ${status} is not documented (${text.slice(0, 200)})`;
  const missing = documented.headers.find((name) => headers[name.toLowerCase()] === undefined);
  if (missing !== undefined) return `the documented header ${missing} is missing`;
  if (documented.content.size === 0) return bytes === 0 ? undefined : `a body of ${contentType} is not documented`;
  const schema = documented.content.get(contentType);
  if (!schema) return `content type ${contentType} is not documented for ${status}`;
  if (!contentType.endsWith('json')) return undefined;
  const body = parsed(text);
  if (fits(schema, body)) return undefined;
  const places = misfits(schema, body).map(
    ({ instancePath, message, params }) => `${instancePath} ${message ?? ''} ${JSON.stringify(params)}`,
  );
  return `the body of ${status} is not as documented: ${places.slice(0, 3).join('; ')}; ${text.slice(0, 300)}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
