import { WpkError } from '../wpk.error.js';

export function refused(detail: string, hint = 'Make the package with atomctl pack.'): WpkError {
  return WpkError.of('WPK.ARCHIVE', detail, { hint });
}

export function tooLarge(detail: string): WpkError {
  return WpkError.of('WPK.TOO_LARGE', detail, { hint: 'Put less in the package.' });
}
