import { RunDto } from './run.dto.js';

const text = { type: 'string' } as const;

/** Where the run is. */
export const LOCATION = { location: { description: 'Path of the run.', required: true, schema: text } };

export const REPLAYED = {
  status: 200,
  type: RunDto,
  headers: { ...LOCATION, 'idempotent-replayed': { description: '`true`', required: true, schema: text } },
  description: 'This key has started this run before.',
};
