/**
 * Direct messages between identities (spec/05-sealing.md#direct): sealed to the recipient, durable here before `send`
 * resolves, carried by whatever meets the recipient, handed over once, and dropped when its receipt has come.
 */
import { equal, fromHex, toHex } from '../../core/bytes.ts';
import { decodeEnvelope } from '../../core/envelope/envelope.ts';
import { fromEnvelope, type Piper12 } from '../../core/envelope/piper.ts';
import { UsageError } from '../../core/errors.ts';
import type { Placed, StoreOp } from '../../core/ports.ts';
import { mailboxScope } from '../../core/scope.ts';
import { isBoundTo } from '../../core/seal/body.ts';
import type { DirectMessage, Sent } from '../api-direct.ts';
import type { Pipeline } from '../pipeline/types.ts';
import { allRecords } from '../records.ts';
import { openMessage } from '../sealing.ts';
import type { Directory, Recipient } from './directory.ts';
import type { Outbox } from './outbox.ts';
import type { PeerPorts } from './ports.ts';
import type { Self } from './self.ts';
import { sendBody } from './sending.ts';

export interface DirectParts {
  readonly ports: PeerPorts;
  readonly self: Self;
  readonly directory: Directory;
  readonly pipeline: Pipeline;
  readonly outbox: Outbox;
  /** Whether a peer of theirs is connected, which is about to tell how to seal to them. */
  isMet(identity: string): boolean;
  /** Something waits for a relay. */
  queued(): void;
}

export interface Direct {
  send(identity: string, bytes: Uint8Array): Promise<Sent>;
  onMessage(listener: (message: DirectMessage) => void | Promise<void>): () => void;
  close(): Promise<void>;
}

/** The channel name inside: no channel of that name is joined by it. */
const CHANNEL = 'direct';
const SENT = 'direct';
const PAGE = 64;
const RECEIPT_MS = 50;
/** How long the profile of somebody who was just met may take. */
const PROFILE_MS = 10_000;
const MOST_BYTES = 60_000;

interface Waiting {
  readonly recipient: string;
  readonly scope: string;
  readonly time: number;
}

export async function createDirect(parts: DirectParts): Promise<Direct> {
  const { ports, self, directory, pipeline } = parts;
  const { store, clock } = ports;
  const own = mailboxScope(self.dot1);
  const listeners = new Set<(message: DirectMessage) => void | Promise<void>>();
  const sent = new Map<string, Waiting>();
  const delivered = new Map<string, () => void>();
  /** By author, what was handed over and not yet answered. */
  const receipts = new Map<string, Uint8Array[]>();
  let draining: Promise<void> | undefined;
  let again = false;
  let isClosed = false;
  for (const { key, value } of await allRecords(store, SENT)) sent.set(key, JSON.parse(value) as Waiting);

  const onError = (error: unknown): void => ports.onError?.(error);
  const personOf = async (identity: string): Promise<Recipient | undefined> => {
    if (directory.person(identity) === undefined && parts.isMet(identity)) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          stopWatching();
          stopWaiting();
          resolve();
        };
        const stopWatching = directory.watch((key) => key === identity && done());
        const stopWaiting = clock.after(PROFILE_MS, done);
      });
    }
    return directory.person(identity);
  };
  const seal = async (identity: string, body: { data: Uint8Array } | { receipt: readonly Uint8Array[] }) => {
    const person = await personOf(identity);
    if (person === undefined) {
      throw new UsageError(
        `Cannot send: nobody by the key ${identity} is known here yet; connect with a peer of theirs first`,
      );
    }
    const scope = mailboxScope(person.dot1);
    const placed = await sendBody(parts, {
      channel: CHANNEL,
      scope,
      body: { text: '', ...body },
      recipients: [person],
    });
    parts.queued();
    return placed;
  };
  const open = async (
    placed: Placed,
  ): Promise<
    { message: Piper12; body: Extract<Awaited<ReturnType<typeof openMessage>>, { kind: 'open' }>['body'] } | undefined
  > => {
    const message = fromEnvelope(decodeEnvelope(placed.envelope));
    if (message.version !== '1.2' || directory.isBorrowed(message)) return undefined;
    const opened = await openMessage(message, { dot1: self.dot1, agreement: ports.agreement }, ports);
    if (opened.kind !== 'open' || opened.body.sender === undefined) return undefined;
    const key = fromHex(message.fromEd25519Pub, 32) ?? new Uint8Array();
    return isBoundTo(opened.body, key, CHANNEL) ? { message, body: opened.body } : undefined;
  };
  const takeReceipt = async (from: string, ids: readonly Uint8Array[]): Promise<void> => {
    const batch: StoreOp[] = [];
    for (const id of ids) {
      const key = toHex(id);
      const waiting = sent.get(key);
      if (waiting?.recipient !== from) continue;
      batch.push({ op: 'delete', space: SENT, key });
      await parts.outbox.discard(key);
      batch.push({ op: 'remove', scope: waiting.scope, time: waiting.time, id });
      sent.delete(key);
    }
    if (batch.length > 0) await store.commit(batch);
    for (const id of ids) delivered.get(toHex(id))?.();
  };
  const handOver = async (placed: Placed): Promise<boolean> => {
    const found = await open(placed);
    if (found === undefined) return true;
    const { message, body } = found;
    const from = message.fromEd25519Pub;
    if (body.receipt !== undefined) await takeReceipt(from, body.receipt);
    if (body.data === undefined) return true;
    if (listeners.size === 0) return false;
    const { name } = directory.person(from) ?? { name: message.fromDot1 };
    const told = { id: toHex(placed.id), from, name, time: new Date(placed.time), bytes: body.data };
    for (const listener of listeners) await listener(told);
    if (!equal(fromHex(from, 32) ?? new Uint8Array(), ports.signer.key)) answerSoon(from, placed.id);
    return true;
  };
  const answerSoon = (from: string, id: Uint8Array): void => {
    const ids = receipts.get(from) ?? [];
    if (ids.length === 0) clock.after(RECEIPT_MS, () => void answer(from).catch(onError));
    ids.push(id);
    receipts.set(from, ids);
  };
  const answer = async (from: string): Promise<void> => {
    const ids = receipts.get(from) ?? [];
    receipts.delete(from);
    if (ids.length > 0 && !isClosed) await seal(from, { receipt: ids });
  };
  /** In order of arrival, each once: the cursor goes on when a message was handed over, and not before. */
  const drain = async (): Promise<void> => {
    do {
      again = false;
      for (;;) {
        const after = Number((await store.record('own', 'direct-cursor')) ?? 0);
        const page = await store.arrivals(own, after, PAGE);
        for (const placed of page) {
          if (isClosed || !(await handOver(placed))) return;
          await store.commit([{ op: 'put', space: 'own', key: 'direct-cursor', value: String(placed.arrival) }]);
        }
        if (page.length < PAGE) break;
      }
    } while (again);
  };
  const wake = (): void => {
    again = true;
    if (isClosed) return;
    draining ??= drain()
      .catch(onError)
      .finally(() => {
        draining = undefined;
      });
  };
  const unsubscribe = pipeline.subscribe(own, ({ scope }) => {
    if (scope === own) wake();
  });
  wake();

  return {
    async send(identity, bytes) {
      if (bytes.length > MOST_BYTES) {
        throw new UsageError(
          `Cannot send: expected at most ${MOST_BYTES} bytes, got ${bytes.length}; put a file and send its id, or open a pipe`,
        );
      }
      const placed = await seal(identity, { data: bytes });
      const id = toHex(placed.id);
      const waiting: Waiting = { recipient: identity, scope: placed.scope, time: placed.time };
      sent.set(id, waiting);
      await store.commit([{ op: 'put', space: SENT, key: id, value: JSON.stringify(waiting) }]);
      const done = new Promise<void>((resolve) => delivered.set(id, resolve));
      void done.then(() => delivered.delete(id));
      return { id, delivered: done };
    },
    onMessage(listener) {
      listeners.add(listener);
      wake();
      return () => listeners.delete(listener);
    },
    async close() {
      isClosed = true;
      unsubscribe();
      await draining;
    },
  };
}
