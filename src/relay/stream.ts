/**
 * One subscriber's stream (text/event-stream). Writing never waits: what a reader leaves standing is bounded, and
 * who is over the bound, or takes nothing for a minute, is dropped with a reason. Only catching up, which reads
 * from the store, waits for the reader.
 */
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { LIMITS } from '../core/registry.ts';

export type DropReason = 'slow' | 'stalled' | 'closing';

export interface Stream {
  /** False once it was dropped or the reader is gone. */
  readonly open: boolean;
  write(bytes: Uint8Array): void;
  /** Resolves when the reader has taken what was written, at once if that is little; false when it is gone. */
  ready(): Promise<boolean>;
  /** A heartbeat; drops a reader that took nothing since several of them. */
  beat(bytes: Uint8Array): void;
  drop(reason: DropReason): void;
}

export interface StreamOptions {
  readonly onDrop: (reason: DropReason) => void;
  readonly onClose: () => void;
  readonly bufferBytes?: number;
}

const COMFORTABLE_BYTES = 262_144;
const MOST_STRIKES = 4;
const STALL_MS = 60_000;
const FAREWELL_MS = 10_000;

/** The response has its head and whatever opens the stream already. */
export function createStream(response: ServerResponse, options: StreamOptions): Stream {
  const most = options.bufferBytes ?? LIMITS.streamBufferBytes;
  const out = outlet(response);
  let open = true;
  let strikes = 0;
  let standing = 0;

  const close = (): void => {
    if (!open) return;
    open = false;
    options.onClose();
  };
  const drop = (reason: DropReason): void => {
    if (!open) return;
    close();
    if (reason !== 'closing') options.onDrop(reason);
    response.end(`event: dropped\ndata: ${JSON.stringify({ reason })}\n\n`);
    setTimeout(() => response.destroy(), FAREWELL_MS).unref();
  };
  response.once('close', close);
  response.on('error', close);

  return {
    get open() {
      return open;
    },
    write(bytes) {
      if (!open) return;
      if (response.writableLength + bytes.length > most) drop('slow');
      else out.write(bytes);
    },
    async ready() {
      if (open && response.writableLength > COMFORTABLE_BYTES && !(await drained(response, out))) drop('stalled');
      return open;
    },
    beat(bytes) {
      const before = response.writableLength;
      strikes = before > 0 && before >= standing ? strikes + 1 : 0;
      if (strikes >= MOST_STRIKES) return drop('stalled');
      this.write(bytes);
      standing = response.writableLength;
    },
    drop,
  };
}

/**
 * Where the blocks go: past the response into its socket, as they need no framing, which costs a fifth of the work at
 * thousands of messages. Not for HEAD, which has no body, nor while an earlier answer of the connection is under way.
 */
const outlet = (response: ServerResponse): Writable =>
  response.req.method === 'GET' && response.socket !== null ? response.socket : response;

/** False where the reader took too long; true when it took everything or is gone. */
function drained(response: ServerResponse, out: Writable): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (took: boolean) => () => {
      clearTimeout(timer);
      out.off('drain', onDrain);
      response.off('close', onDrain);
      resolve(took);
    };
    const onDrain = done(true);
    const timer = setTimeout(done(false), STALL_MS);
    timer.unref();
    out.once('drain', onDrain);
    response.once('close', onDrain);
  });
}
