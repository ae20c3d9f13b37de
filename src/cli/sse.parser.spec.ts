import { describe, expect, it } from '@jest/globals';

import { type SseMessage, SseParser } from './sse.parser.js';

const stream =
  ': keep-alive\r\nid: 1\r\nevent: log\r\ndata: {"line":"a"}\r\n\r\ndata:first\ndata: second\n\nid: 2\revent: end\rdata: {}\r\r';

const expected: SseMessage[] = [
  { id: '1', event: 'log', data: '{"line":"a"}' },
  { id: '1', event: 'message', data: 'first\nsecond' },
  { id: '2', event: 'end', data: '{}' },
];

describe('SseParser', () => {
  it('reads the three kinds of line end, comments, several data lines and the id that stays', () => {
    expect(new SseParser().push(stream)).toEqual(expected);
  });

  it('gives the same events wherever the stream is cut in two', () => {
    for (let at = 0; at <= stream.length; at += 1) {
      const parser = new SseParser();
      expect([...parser.push(stream.slice(0, at)), ...parser.push(stream.slice(at))]).toEqual(expected);
    }
  });

  it('gives the same events when every character comes alone, with empty chunks between', () => {
    const parser = new SseParser();
    expect(Array.from(stream).flatMap((character) => [...parser.push(character), ...parser.push('')])).toEqual(
      expected,
    );
  });

  it('drops what no empty line ended, and events without data', () => {
    expect(new SseParser().push('event: log\n\nid: 7\n\ndata: cut')).toEqual([]);
  });

  it('starts from the id that it was given and keeps it until another comes', () => {
    expect(new SseParser('41').push('data: x\n\nid\ndata: y\n\n')).toEqual([
      { id: '41', event: 'message', data: 'x' },
      { id: '', event: 'message', data: 'y' },
    ]);
  });

  it('takes a retry time of digits only and ignores an id with a null character', () => {
    const parser = new SseParser();
    parser.push('retry: 1500\nretry: soon\n');
    expect(parser.retryMs).toBe(1500);
    expect(parser.push('id: a\0b\ndata: x\n\n')).toEqual([{ id: '', event: 'message', data: 'x' }]);
  });

  it('takes one space only from the start of a value', () => {
    expect(new SseParser().push('data:  x\n\n')).toEqual([{ id: '', event: 'message', data: ' x' }]);
  });
});
