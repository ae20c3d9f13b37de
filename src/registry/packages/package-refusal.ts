import type { ErrorPlace } from '../../platform/errors/domain.error.js';
import type { WpkError, WpkErrorCode, WpkProblem } from '../../wpk/index.js';
import { RegistryError, type RegistryErrorCode } from '../registry.error.js';

/** A hostile document may put anything into a message; what is answered is short and has no control characters. */
const MAX_DETAIL = 500;

/** What the caller is told of a package that the library refused. */
export function asRegistryError(cause: WpkError): RegistryError {
  return new RegistryError(codeOf(cause.code), excerpt(cause.message), { cause, errors: asPlaces(cause.problems) });
}

/** The places of problems that a library found, fit to be answered. */
export function asPlaces(problems: readonly WpkProblem[]): ErrorPlace[] {
  return problems.map(toPlace);
}

function toPlace({ pointer, detail, hint, line, column }: WpkProblem): ErrorPlace {
  return {
    pointer: excerpt(`#${pointer}`),
    detail: excerpt(hint === undefined ? detail : `${detail} ${hint}`),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
  };
}

function codeOf(code: WpkErrorCode): RegistryErrorCode {
  switch (code) {
    case 'WPK.MALFORMED':
    case 'WPK.ARCHIVE':
      return 'package-malformed';
    case 'WPK.SCHEMA':
    case 'WPK.EXPRESSION':
      return 'package-invalid';
    case 'WPK.UNSUPPORTED':
      return 'package-unsupported';
    case 'WPK.TOO_LARGE':
      return 'package-too-large';
  }
}

function excerpt(text: string): string {
  const cut = text.length > MAX_DETAIL ? `${text.slice(0, MAX_DETAIL)}…` : text;
  // Control and format characters, lone surrogates among them, would let a document forge lines of a terminal or a log.
  return cut.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (c) => `\\u${(c.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}
