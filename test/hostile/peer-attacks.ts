/** What liars do to a peer that they have a ticket of, in sizes that a test chooses. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { toHex } from '../../src/core/bytes.ts';
import { encodeEnvelope } from '../../src/core/envelope/envelope.ts';
import { signedBytes, toEnvelope } from '../../src/core/envelope/piper.ts';
import { encodeHead } from '../../src/core/sync/heads.ts';
import { END } from '../../src/core/sync/item-set.ts';
import { encodeRanges } from '../../src/core/sync/range-message.ts';
import { encodeHello } from '../../src/core/sync/session/hello.ts';
import type { Message } from '../../src/core/sync/session/messages.ts';
import { FORKS, LOGS, PROFILES } from '../../src/core/sync/session/wants.ts';
import { newPerson } from '../support/signed-posts.ts';
import { type Liar, lie, reach } from './lying-peer.ts';

type Test = { after(task: () => unknown): void };

export const EVERYTHING: Message = {
  type: 'wants',
  wants: { sets: ['channel:*', PROFILES, LOGS, FORKS], authors: [] },
};
const SET = 'channel:honest';
const askAll = (set: string): Message => ({ type: 'ranges', set, ranges: encodeRanges([{ upper: END, kind: 'ask' }]) });

/** Says it again and again; stops where it is thrown out. */
async function repeat(liar: Liar, count: number, message: (n: number) => Message | Uint8Array): Promise<void> {
  for (let n = 0; n < count; n++) if (!(await liar.say(message(n)))) return;
}

/** Wants of a thousand names each, without end. */
export async function endlessWants(test: Test, ticket: string, count: number): Promise<void> {
  const liar = await lie(test, ticket);
  await repeat(liar, count, (n) => ({
    ...{ type: 'wants', wants: { sets: Array.from({ length: 500 }, (_, i) => `channel:x${n}-${i}*`), authors: [] } },
  }));
}

/** All of a channel, over and over, and credit for it. */
export async function needyOne(test: Test, ticket: string, count: number): Promise<Liar> {
  const liar = await lie(test, ticket);
  await liar.say(EVERYTHING);
  await liar.hears('offers', ({ offers }) => offers.some(({ set }) => set === SET));
  await liar.say(askAll(SET));
  const list = await liar.hears('ranges', ({ set }) => set === SET);
  assert.ok(list?.type === 'ranges' || !liar.isIn());
  await repeat(liar, count, () => askAll(SET));
  await repeat(liar, count, () => ({
    type: 'need',
    set: SET,
    ids: Array.from({ length: 2000 }, () => randomBytes(32)),
  }));
  return liar;
}

/** Everything at once, no credit, and nothing read. */
export async function slowReader(test: Test, ticket: string): Promise<void> {
  const liar = await lie(test, ticket);
  await liar.say(EVERYTHING);
  await liar.say(askAll(SET));
  await liar.hears('ranges');
  liar.deafen();
  await Promise.race([repeat(liar, 2000, () => askAll(SET)), new Promise((go) => setTimeout(go, 3000).unref())]);
}

/** Numbers beyond belief, where a count or a length is said. */
export async function hugeClaims(test: Test, ticket: string, count: number): Promise<void> {
  const most = 2 ** 50;
  const claims: ((n: number) => Message | Uint8Array)[] = [
    () => ({
      type: 'offers',
      offers: Array.from({ length: 1024 }, () => ({ set: SET, count: most, fingerprint: randomBytes(16) })),
    }),
    (n) => ({
      type: 'offers',
      offers: Array.from({ length: 1000 }, (_, i) => ({
        set: `channel:f${n}-${i}`,
        count: most,
        fingerprint: randomBytes(16),
      })),
    }),
    () => ({
      type: 'ranges',
      set: SET,
      ranges: encodeRanges([{ upper: END, kind: 'fingerprint', count: most, fingerprint: randomBytes(16) }]),
    }),
    () => ({
      type: 'rows',
      set: LOGS,
      rows: Array.from({ length: 200 }, () => ({
        received: 0,
        expires: 0,
        bytes: encodeHead({ author: randomBytes(32), next: most, id: randomBytes(32) }),
      })),
    }),
    (n) => ({ type: 'read', author: randomBytes(32), from: n }),
    () => ({ type: 'credit', bytes: most }),
    () => ({ type: 'rest', messages: most }),
    () => ({ type: 'need', set: LOGS, ids: [randomBytes(32)] }),
  ];
  for (const claim of claims) {
    const liar = await lie(test, ticket);
    await liar.say(EVERYTHING);
    await repeat(liar, count, claim);
  }
}

/** Bulk that nobody asked for: rows of other sets, entries of strangers, blobs out of the blue; more than was granted. */
export async function unwanted(test: Test, ticket: string, count: number): Promise<void> {
  const piece = randomBytes(60_000);
  const bulk: ((n: number) => Message)[] = [
    () => ({ type: 'rows', set: `name:${'a'.repeat(40)}`, rows: [{ received: 0, expires: 0, bytes: piece }] }),
    () => ({ type: 'rows', set: SET, rows: [{ received: 0, expires: 0, bytes: piece }] }),
    () => ({ type: 'entries', author: randomBytes(32), from: 0, text: piece }),
    () => ({ type: 'blob', hash: randomBytes(32), total: piece.length, at: 0, bytes: piece }),
  ];
  for (const make of bulk) {
    const liar = await lie(test, ticket);
    await repeat(liar, count, make);
  }
}

/** Signed messages that name files; what is sent for these is something else. Says how many of them it was asked for. */
export async function wrongBlobs(test: Test, ticket: string, count: number): Promise<number> {
  const liar = await lie(test, ticket);
  const person = newPerson();
  const names = Array.from({ length: count }, () => createHash('sha256').update(randomBytes(8)).digest());
  for (const [n, name] of names.entries()) {
    const said = {
      version: '1.1',
      id: crypto.randomUUID(),
      channel: 'honest',
      content: `with a file ${n}`,
      createdAt: new Date().toISOString(),
    } as const;
    const attachments = [
      { filename: 'sealed', mime_type: 'application/vnd.pipes.sealed', sha256: toHex(name), size_bytes: 40_000 },
    ];
    const message = {
      ...said,
      prev: null,
      fromDot1: person.dot1,
      fromEd25519Pub: toHex(person.signer.key),
      sig: '',
      attachments,
    };
    const envelope = toEnvelope({ ...message, sig: toHex(await person.signer.sign(signedBytes(message))) });
    await liar.say({
      type: 'rows',
      set: SET,
      rows: [{ received: Date.now(), expires: 0, bytes: encodeEnvelope(envelope) }],
    });
  }
  let asked = 0;
  for (const name of names) {
    const fetched = await liar.hears('fetch', ({ hash }) => Buffer.from(hash).equals(name));
    if (fetched === undefined) break;
    asked++;
    const answers: Message[] = [
      { type: 'blob', hash: name, total: 40_000, at: 0, bytes: randomBytes(40_000) },
      { type: 'blob', hash: name, total: 2 ** 50, at: 0, bytes: randomBytes(40_000) },
      { type: 'blob', hash: name, total: 40_000, at: 20_000, bytes: randomBytes(20_000) },
    ];
    await liar.say(answers[asked % 3] as Message);
  }
  return asked;
}

/** Noise where a hello, a frame or a message is expected. Each is thrown out. */
export async function garbage(test: Test, ticket: string, rounds: number): Promise<void> {
  for (let n = 0; n < rounds; n++) {
    const noise = randomBytes(3000);
    const strange = await reach(test, ticket);
    await strange.line.send([noise]).catch(() => undefined);
    await ended(strange.stream.receive);
    const cut = await reach(test, ticket);
    await cut.line.send([encodeHello(await cut.hello()).subarray(0, 40 + n)]).catch(() => undefined);
    await ended(cut.stream.receive);
    const liar = await lie(test, ticket);
    // A type that is critical and unknown; one that is known, with noise in it.
    noise[0] = n % 2 === 0 ? 23 : 9;
    await liar.say(noise);
    await liar.out;
  }
}

async function ended(receive: () => Promise<Uint8Array | undefined>): Promise<void> {
  try {
    while ((await receive()) !== undefined);
  } catch {
    // Broken off is a way to end, too.
  }
}

/** Streams on which nothing is said after the transport's handshake. */
export async function silentOnes(test: Test, ticket: string, count: number): Promise<void> {
  const lines = await Promise.allSettled(Array.from({ length: count }, () => reach(test, ticket)));
  assert.ok(
    lines.some(({ status }) => status === 'fulfilled'),
    'some came in',
  );
}

/** TCP connections to the port of peers, from several addresses, each having said the beginning of a TLS handshake. */
export async function knockers(test: Test, port: number, count: number, from: readonly string[]): Promise<void> {
  const sockets: Socket[] = [];
  test.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let i = 0; i < count; i += 250) {
    const wave = Array.from({ length: Math.min(250, count - i) }, (_, j) =>
      connect({ host: '127.0.0.1', port, localAddress: from[(i + j) % from.length] ?? '127.0.0.1' }),
    );
    sockets.push(...wave);
    await Promise.all(
      wave.map(
        (socket) =>
          new Promise<void>((resolve) => {
            socket.on('error', () => resolve());
            socket.on('connect', () => {
              socket.write(Uint8Array.of(0x16, 3, 1, 2, 0));
              resolve();
            });
          }),
      ),
    );
  }
}
