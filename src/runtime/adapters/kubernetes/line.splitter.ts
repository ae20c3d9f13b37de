import { StringDecoder } from 'node:string_decoder';

import { StepError } from '../step.error.js';

/** Turns chunks of bytes into whole lines; holds at most one unfinished line of `limit` characters. */
export class LineSplitter {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';

  constructor(private readonly limit: number) {}

  push(chunk: Buffer): string[] {
    const parts = (this.rest + this.decoder.write(chunk)).split('\n');
    this.rest = parts.pop() ?? '';
    if (this.rest.length > this.limit) throw new StepError('STEP.REJECTED', `A line is longer than ${this.limit}.`);
    return parts.filter((line) => line !== '');
  }
}
