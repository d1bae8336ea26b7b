/**
 * One connection to a keep server: length-prefixed frames both ways (spec/08-keep.md#wires). A frame of a length that
 * cannot be ends the connection; so does silence longer than two heartbeats.
 */
import { connect, type Socket } from 'node:net';
import { RemoteError } from '../../core/errors.ts';
import { LIMITS } from '../../core/registry.ts';

export interface Line {
  /** Resolves once the frame is the system's to send. */
  send(payload: Uint8Array): Promise<void>;
  /** Stops reading, so that the other side feels it; and goes on. */
  pause(): void;
  resume(): void;
  close(): void;
  /** Why it ended; resolves once it has. */
  readonly ended: Promise<RemoteError>;
}

export interface DialOptions {
  readonly host: string;
  readonly port: number;
  /** For the connection to stand. */
  readonly timeoutMs: number;
  /** Silence that means the other side is gone. 0: never. */
  readonly silenceMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onFrame: (payload: Uint8Array) => void;
}

/** Rejects with RemoteError where nobody answers, and with the signal's reason. */
export async function dial(options: DialOptions): Promise<Line> {
  const socket = await connected(options);
  const where = `${options.host}:${options.port}`;
  let why = `Lost the connection to ${where}: the server closed it`;
  const ended = new Promise<RemoteError>((settle) => {
    socket.on('error', (error) => {
      why = `Lost the connection to ${where}: ${error.message}`;
    });
    socket.on('close', () => settle(new RemoteError(why)));
  });
  const fail = (reason: string): void => {
    why = `Lost the connection to ${where}: ${reason}`;
    socket.destroy();
  };
  socket.setTimeout(options.silenceMs, () => fail(`nothing came for ${options.silenceMs / 1000} s`));
  socket.on('data', frameReader(options.onFrame, fail));
  return {
    ended,
    send: (payload) => write(socket, payload, ended),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close: () => {
      why = 'The connection was closed here';
      socket.end();
      // Whoever does not read the end does not keep us.
      setTimeout(() => socket.destroy(), CLOSE_MS).unref();
    },
  };
}

const CLOSE_MS = 1000;
const HEADER_BYTES = 4;

function connected({ host, port, timeoutMs, signal }: DialOptions): Promise<Socket> {
  signal?.throwIfAborted();
  const socket = connect({ host, port, noDelay: true, keepAlive: true });
  return new Promise<Socket>((settle, reject) => {
    const fail = (reason: string, cause?: Error): void =>
      reject(new RemoteError(`Cannot reach a keep server at ${host}:${port}: ${reason}`, { cause }));
    const late = (): void => fail(`no answer within ${timeoutMs / 1000} s`);
    const broken = (error: Error): void => fail(reasonOf(error), error);
    const aborted = (): void => reject(signal?.reason);
    socket.setTimeout(timeoutMs, late);
    socket.once('error', broken);
    signal?.addEventListener('abort', aborted);
    socket.once('connect', () => {
      socket.off('timeout', late).off('error', broken);
      signal?.removeEventListener('abort', aborted);
      settle(socket);
    });
  }).catch((error) => {
    socket.on('error', () => {}).destroy();
    throw error;
  });
}

/** Where a name has several addresses, Node collects one error for each. */
function reasonOf(error: Error): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const code = (first as NodeJS.ErrnoException).code;
  return code === 'ECONNREFUSED' ? 'nothing listens there' : (code ?? String(first));
}

function write(socket: Socket, payload: Uint8Array, ended: Promise<RemoteError>): Promise<void> {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  frame.writeUInt32BE(payload.length);
  frame.set(payload, HEADER_BYTES);
  return new Promise((settle, reject) => {
    if (socket.destroyed || !socket.writable) void ended.then(reject);
    else socket.write(frame, (error) => (error == null ? settle() : void ended.then(reject)));
  });
}

/** Cuts the stream into frames. What is incomplete is at most one frame. */
function frameReader(onFrame: (payload: Uint8Array) => void, fail: (reason: string) => void) {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk: Buffer): void => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= HEADER_BYTES) {
      const length = rest.readUInt32BE();
      if (length === 0 || length > LIMITS.packetBytes) {
        fail(`it announced a packet of ${length} bytes`);
        return;
      }
      if (rest.length < HEADER_BYTES + length) return;
      onFrame(Uint8Array.from(rest.subarray(HEADER_BYTES, HEADER_BYTES + length)));
      rest = rest.subarray(HEADER_BYTES + length);
    }
  };
}
