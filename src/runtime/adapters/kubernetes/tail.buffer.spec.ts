import { describe, expect, it } from '@jest/globals';

import { LineSplitter } from './line.splitter.js';
import { TailBuffer } from './tail.buffer.js';

describe(TailBuffer.name, () => {
  const fill = (limit: number, ...texts: string[]): TailBuffer => {
    const tail = new TailBuffer(limit);
    for (const text of texts) tail.push(Buffer.from(text));
    return tail;
  };

  it('gives whole lines back as they came', () => {
    const tail = fill(100, 'one\ntw', 'o\nthree\n');
    expect(tail.lines()).toEqual(['one', 'two', 'three']);
    expect(tail.isCut).toBe(false);
  });

  it('keeps the end, and drops the line that lost its beginning', () => {
    const tail = fill(12, ...Array.from({ length: 100 }, (_, index) => `line ${index}\n`));
    expect(tail.lines()).toEqual(['line 99']);
    expect(tail.isCut).toBe(true);
  });

  it('has no lines of nothing', () => {
    expect(fill(10).lines()).toEqual([]);
  });
});

describe(LineSplitter.name, () => {
  it('joins lines, and characters, that chunks have cut', () => {
    const bytes = Buffer.from('{"a":"ü"}\n{"b":1}\nrest');
    const lines = new LineSplitter(100);
    const found = [...bytes].flatMap((_, index) => lines.push(bytes.subarray(index, index + 1)));
    expect(found).toEqual(['{"a":"ü"}', '{"b":1}']);
  });

  it('refuses a line without an end', () => {
    const lines = new LineSplitter(10);
    expect(() => lines.push(Buffer.from('x'.repeat(11)))).toThrow(expect.objectContaining({ code: 'STEP.REJECTED' }));
  });
});
