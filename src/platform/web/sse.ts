/**
 * Turns the text of a server-sent event stream into events. Promises: a block that holds an id alone comes
 * out too, with empty data (eventsource-parser drops those), so that a reader's place is always known; an
 * event longer than the limit ends the stream with RemoteError instead of filling memory.
 */
import { createParser } from 'eventsource-parser';
import { RemoteError } from '../../core/errors.ts';
import type { ServerEvent } from '../../core/ports.ts';

export interface EventText {
  /** Takes the next piece of the stream; returns the events that it completes. */
  feed(text: string): ServerEvent[];
  /** Whether the server has sent a comment: one that does so sends them as heartbeats. */
  readonly heartbeats: boolean;
}

/** `limit`: how many characters one event may have. */
export function createEventText(limit: number): EventText {
  let ready: ServerEvent[] = [];
  let id: string | undefined;
  let heartbeats = false;
  const parser = createParser({
    maxBufferSize: limit,
    onEvent: ({ event, data, id: own }) => {
      ready.push({ event, data, id: own });
      id = undefined;
    },
    onComment: () => {
      heartbeats = true;
    },
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw tooLong(limit);
    },
  });
  const lines = createLines(limit);

  function takeLine(line: string): void {
    // A NUL makes an id void by the standard, and the parser ignores such a line as well.
    if (line.startsWith('id:') && !line.includes('\0')) id = line.slice(line[3] === ' ' ? 4 : 3);
    parser.feed(`${line}\n`);
    if (line !== '') return;
    if (id !== undefined) ready.push({ event: undefined, data: '', id });
    id = undefined;
  }

  return {
    feed(text) {
      for (const line of lines(text)) takeLine(line);
      const events = ready;
      ready = [];
      return events;
    },
    get heartbeats() {
      return heartbeats;
    },
  };
}

/** Splits at LF, CRLF and CR, whatever pieces the text comes in. */
function createLines(limit: number): (text: string) => string[] {
  let rest = '';
  let afterReturn = false;
  return (text) => {
    const piece = afterReturn && text.startsWith('\n') ? text.slice(1) : text;
    if (text !== '') afterReturn = text.endsWith('\r');
    const lines = (rest + piece).split(/\r\n|\n|\r/);
    rest = lines.pop() ?? '';
    if (rest.length > limit) throw tooLong(limit);
    return lines;
  };
}

const tooLong = (limit: number): RemoteError =>
  new RemoteError(`Cannot read events: expected at most ${limit} characters in one event, got more`);
