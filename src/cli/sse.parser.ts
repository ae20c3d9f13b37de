/** One dispatched event of a stream. */
export interface SseMessage {
  readonly event: string;
  readonly data: string;
  /** The last id seen so far, as the standard has it: an event without an id keeps the one before. */
  readonly id: string;
}

/**
 * The event stream format of WHATWG HTML §9.2.6. Text may arrive cut anywhere, between the two characters of a CRLF too.
 * What was not ended by an empty line when the stream ends is not an event.
 */
export class SseParser {
  /** Milliseconds to wait before connecting again, when the server said so. */
  retryMs: number | undefined;
  private id: string;
  private event = '';
  private data: string[] = [];
  private rest = '';
  private afterReturn = false;

  constructor(lastEventId = '') {
    this.id = lastEventId;
  }

  push(text: string): SseMessage[] {
    const messages: SseMessage[] = [];
    let buffer = this.rest + (this.afterReturn && text.startsWith('\n') ? text.slice(1) : text);
    if (text !== '') this.afterReturn = false;
    for (let end = /\r\n|\n|\r/.exec(buffer); end; end = /\r\n|\n|\r/.exec(buffer)) {
      const line = buffer.slice(0, end.index);
      buffer = buffer.slice(end.index + end[0].length);
      // A return at the very end may be the first half of a CRLF.
      this.afterReturn = end[0] === '\r' && buffer === '';
      const message = this.take(line);
      if (message) messages.push(message);
    }
    this.rest = buffer;
    return messages;
  }

  private take(line: string): SseMessage | undefined {
    if (line === '') return this.dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return undefined;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'event') this.event = value;
    else if (name === 'data') this.data.push(value);
    else if (name === 'id' && !value.includes('\0')) this.id = value;
    else if (name === 'retry' && /^\d+$/.test(value)) this.retryMs = Number(value);
    return undefined;
  }

  private dispatch(): SseMessage | undefined {
    const { event, data } = this;
    this.event = '';
    this.data = [];
    if (data.length === 0) return undefined;
    return { event: event || 'message', data: data.join('\n'), id: this.id };
  }
}
