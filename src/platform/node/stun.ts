/**
 * Our own STUN: a server beside each relay, and the question of a peer how it is seen from outside. Nobody else's servers
 * are asked. The server keeps nothing, answers only well-formed requests, to where they came from, with at most as many
 * bytes as are needed, and no more often than its rate allows: it is no lever for floods.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { RemoteError, UsageError } from '../../core/errors.ts';
import type { AbortSignalLike } from '../../core/ports.ts';
import { clock, random } from './crypto.ts';
import { unmapped } from './own-addresses.ts';
import {
  bindingFailure,
  bindingRequest,
  bindingSuccess,
  readAnswer,
  readRequest,
  type SeenAs,
  TRANSACTION_BYTES,
} from './stun-message.ts';

export interface StunServer {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Answers a second, to all together. */
const ANSWERS_PER_SECOND = 2000;

export async function startStunServer(options: {
  host?: string;
  port: number;
  answersPerSecond?: number;
  now?: () => number;
}): Promise<StunServer> {
  const { host = '::', port, answersPerSecond = ANSWERS_PER_SECOND, now = clock.now } = options;
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4' });
  const allow = allowance(answersPerSecond, now);
  socket.on('message', (bytes, from) => {
    const answer = answerTo(bytes, from);
    if (answer !== undefined && allow()) socket.send(answer, from.port, from.address, () => {});
  });
  await bound(socket, host, port);
  socket.on('error', () => {});
  const at = socket.address();
  return { host: at.address, port: at.port, close: () => closed(socket) };
}

/**
 * How that server sees this machine: the address and port that its NAT gave to `socket`, or to one made for the question.
 * Rejects with RemoteError where nobody answers.
 */
export async function askStun(
  server: SeenAs,
  options: { socket?: Socket; signal?: AbortSignalLike; attempts?: number; firstWaitMs?: number } = {},
): Promise<SeenAs> {
  const { socket = createSocket(isIPv6(server.host) ? 'udp6' : 'udp4'), signal } = options;
  try {
    return await ask(socket, server, signal, options.attempts ?? ATTEMPTS, options.firstWaitMs ?? FIRST_WAIT_MS);
  } finally {
    if (options.socket === undefined) await closed(socket);
  }
}

/** RFC 8489, 6.2.1: doubling pauses; in all a little over three seconds, because somebody waits. */
const ATTEMPTS = 4;
const FIRST_WAIT_MS = 200;

function answerTo(bytes: Uint8Array, from: RemoteInfo): Buffer | undefined {
  const request = readRequest(bytes);
  if (request === undefined) return undefined;
  const { transaction, unknown } = request;
  if (unknown.length > 0) return bindingFailure(transaction, unknown);
  return bindingSuccess(transaction, { host: unmapped(from.address), port: from.port });
}

/** True that often in a second, counted by whole seconds. */
function allowance(perSecond: number, now: () => number): () => boolean {
  let second = 0;
  let used = 0;
  return () => {
    const current = Math.floor(now() / 1000);
    if (current !== second) used = 0;
    second = current;
    used += 1;
    return used <= perSecond;
  };
}

function ask(
  socket: Socket,
  server: SeenAs,
  signal: AbortSignalLike | undefined,
  attempts: number,
  firstWaitMs: number,
): Promise<SeenAs> {
  const name = `stun:${isIPv6(server.host) ? `[${server.host}]` : server.host}:${server.port}`;
  const transaction = random(TRANSACTION_BYTES);
  return new Promise((resolve, reject) => {
    let cancel = (): void => {};
    const settle = (end: () => void): void => {
      cancel();
      socket.removeListener('message', receive);
      socket.removeListener('error', failed);
      signal?.removeEventListener('abort', abort);
      end();
    };
    const fail = (why: string): void => settle(() => reject(new RemoteError(`Cannot ask ${name}: ${why}`)));
    const abort = (): void => fail('the attempt was given up');
    const failed = (error: Error): void => fail(`${error.message}; is this machine on a network?`);
    const receive = (bytes: Buffer): void => {
      const answer = readAnswer(bytes, transaction);
      if (answer?.kind === 'seen') settle(() => resolve(answer.as));
      if (answer?.kind === 'refused') fail(`it refused with ${answer.code}; is it a STUN server?`);
    };
    const attempt = (left: number, waitMs: number): void => {
      if (left === 0) {
        fail('no answer; does a firewall stand between?');
        return;
      }
      socket.send(bindingRequest(transaction), server.port, server.host, (error) => error && failed(error));
      cancel = clock.after(waitMs, () => attempt(left - 1, waitMs * 2));
    };
    if (signal?.aborted) {
      abort();
      return;
    }
    signal?.addEventListener('abort', abort);
    socket.on('message', receive);
    socket.on('error', failed);
    attempt(attempts, firstWaitMs);
  });
}

function bound(socket: Socket, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', (cause: NodeJS.ErrnoException) => {
      const why = cause.code === 'EADDRINUSE' ? 'another program has it; name another one' : cause.message;
      reject(new UsageError(`Cannot listen on UDP port ${port}: ${why}`, { cause }));
    });
    socket.bind({ address: host, port }, () => {
      socket.removeAllListeners('error');
      resolve();
    });
  });
}

const closed = (socket: Socket): Promise<void> =>
  new Promise((done) => {
    try {
      socket.close(() => done());
    } catch {
      done();
    }
  });
