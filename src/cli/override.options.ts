import { CliError } from './cli.errors.js';

/** An admin's word, as the API takes it. */
export interface NewOverride {
  readonly reason: string;
  readonly hours: number;
}

/** Both or neither. Throws CLI.USAGE. */
export function readOverride(reason: string | undefined, hours: string | undefined): NewOverride | undefined {
  if (reason === undefined && hours === undefined) return undefined;
  if (reason === undefined || hours === undefined) {
    throw new CliError('CLI.USAGE', 'an override needs a reason and hours');
  }
  if (!/^[1-9]\d{0,5}$/.test(hours)) {
    throw new CliError('CLI.USAGE', `an override lasts a whole number of hours, not '${hours}'`);
  }
  return { reason, hours: Number(hours) };
}
