/**
 * Taking over from a published relay at the first start: messages with their signatures, usernames, attachments.
 * It happens once per file, by a marker that is written last; broken off, it starts again and inserts nothing twice.
 * What came over and what did not, and why, is logged.
 */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { encodeEnvelope, envelopeId } from '../core/envelope/envelope.ts';
import { timeOf, toEnvelope } from '../core/envelope/piper.ts';
import type { StoreOp } from '../core/ports.ts';
import { LIMITS } from '../core/registry.ts';
import { channelScope, isDot1, isUsername } from '../core/scope.ts';
import { sha256 } from '../platform/node/crypto.ts';
import { DAY_MS, keyOf } from './admit.ts';
import { sha256Hex } from './blob-keeper.ts';
import type { RelayContext } from './context.ts';
import { isPublishedDatabase, openPublishedDatabase, type Row, readMessagesJson } from './published.ts';
import { type TakenRow, takeRow } from './published-row.ts';
import { usernameOps } from './usernames.ts';

interface Tally {
  signed: number;
  unsigned: number;
  usernames: number;
  readonly skipped: Record<string, number>;
}

export const OWN_DATABASE = 'pipes.db';
const PUBLISHED_DATABASE = 'piperchat.db';
const MARKER = 'taken-over';
const BATCH = 256;

/** Where our database is. A published one at DB_PATH stays what it is: ours is then made in the data directory. */
export async function databasePath(dataDir: string, dbPath: string | undefined) {
  const own = join(dataDir, OWN_DATABASE);
  if (dbPath !== undefined && resolve(dbPath) !== resolve(own)) {
    if (!(await isPublishedDatabase(dbPath))) return { path: dbPath, published: undefined };
    return { path: own, published: dbPath };
  }
  const beside = join(dataDir, PUBLISHED_DATABASE);
  return { path: own, published: (await isPublishedDatabase(beside)) ? beside : undefined };
}

export async function takeOver(
  context: RelayContext,
  from: { dataDir: string; database: string | undefined },
): Promise<void> {
  const { database } = from;
  if (database !== undefined) {
    await once(context, database, async (tally) => {
      const published = await openPublishedDatabase(database);
      try {
        await takeMessages(context, published.messages(), tally);
        await takeUsernames(context, published.usernames(), tally);
      } finally {
        await published.close();
      }
    });
  }
  const json = join(from.dataDir, 'messages.json');
  const rows = await readMessagesJson(json);
  // The published relay took messages.json into its database; what is there already would come twice.
  if (rows !== undefined && database === undefined)
    await once(context, json, (tally) => takeMessages(context, rows, tally));
}

async function once(context: RelayContext, path: string, work: (tally: Tally) => Promise<void>): Promise<void> {
  const { store, log, clock } = context;
  const { size } = await stat(path);
  if ((await store.record(MARKER, resolve(path))) !== undefined) return;
  const tally: Tally = { signed: 0, unsigned: 0, usernames: 0, skipped: {} };
  log.info({ event: 'take-over', path, size }, 'Taking over from a published relay');
  await work(tally);
  const value = JSON.stringify({ at: clock.now(), ...tally });
  await store.commit([{ op: 'put', space: MARKER, key: resolve(path), value }]);
  log.info({ event: 'taken-over', path, ...tally }, 'Took over from a published relay; its file is as it was');
}

async function takeMessages(context: RelayContext, rows: Iterable<Row>, tally: Tally): Promise<void> {
  let batch: Row[] = [];
  const flush = async (): Promise<void> => {
    const taken = await Promise.all(batch.map((row) => takeRow(row, context.verifier)));
    batch = [];
    const ops: StoreOp[] = [];
    for (const row of taken) ops.push(...(await place(context, row, tally)));
    await context.store.commit(ops);
  };
  for (const row of rows) {
    batch.push(row);
    if (batch.length === BATCH) await flush();
  }
  await flush();
}

async function place(context: RelayContext, taken: TakenRow, tally: Tally): Promise<StoreOp[]> {
  if (taken.kind === 'skipped') return skip(tally, taken.reason);
  const { message, hint } = taken;
  const envelope = toEnvelope(message);
  const stored = encodeEnvelope(envelope);
  if (stored.length > LIMITS.envelopeBytes) return skip(tally, 'larger than an envelope may be');
  const time = timeOf(message);
  const days = context.policy.channelRetentionDays;
  const expires = days === 0 ? 0 : time + days * DAY_MS;
  if (expires !== 0 && expires <= context.clock.now()) return skip(tally, 'older than this relay keeps');
  tally[taken.kind]++;
  const ops: StoreOp[] = [
    {
      ...{ op: 'place', scope: channelScope(message.channel), time, id: envelopeId(sha256, envelope) },
      ...{ envelope: stored, received: time, expires, hint: JSON.stringify(hint) },
    },
  ];
  if (taken.kind === 'unsigned') return ops;
  const key = keyOf(envelope);
  ops.push({ op: 'put', space: 'key', key, value: String(time), ifAbsent: true });
  if (!('fromDot1' in message)) return ops;
  // A dot1 that an earlier row bound to another key stays bound; the message is authentic and comes over all the same.
  ops.push(...((await context.bindings.bind(message.fromDot1, key)) ?? []));
  await keepContents(context, taken.contents ?? {}, tally);
  if (message.attachments.length > 0)
    ops.push(
      ...(await context.blobKeeper.naming(
        message.attachments.map(({ sha256 }) => sha256),
        expires,
      )),
    );
  return ops;
}

async function keepContents(context: RelayContext, contents: Readonly<Record<string, string>>, tally: Tally) {
  for (const [sha256, base64] of Object.entries(contents)) {
    const bytes = Buffer.from(base64, 'base64');
    if (sha256Hex(bytes) === sha256) await context.blobs.put(sha256, bytes);
    else skip(tally, 'attachment content with another SHA-256');
  }
}

async function takeUsernames(context: RelayContext, rows: Iterable<Row>, tally: Tally): Promise<void> {
  for (const { username, dot1, claimed_at: at, ed25519_pub: key } of rows) {
    const claimed = typeof at === 'number' ? Math.trunc(at) : Number.NaN;
    const whole = typeof username === 'string' && isUsername(username) && typeof dot1 === 'string' && isDot1(dot1);
    if (!whole || typeof key !== 'string' || !/^[0-9a-f]{64}$/.test(key) || !Number.isSafeInteger(claimed)) {
      skip(tally, 'malformed username');
      continue;
    }
    const binding = await context.bindings.bind(dot1, key);
    if (binding === undefined) {
      skip(tally, 'username of a dot1 that belongs to another key');
      continue;
    }
    await context.store.commit([...binding, ...usernameOps({ username, dot1, claimed_at: claimed, ed25519_pub: key })]);
    tally.usernames++;
  }
}

function skip(tally: Tally, reason: string): StoreOp[] {
  tally.skipped[reason] = (tally.skipped[reason] ?? 0) + 1;
  return [];
}
