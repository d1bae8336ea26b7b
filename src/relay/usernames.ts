/**
 * Usernames: the first claim wins, signed over "claim:<username>:<dot1>". A claim shows that its key bears the dot1;
 * it says nothing about who a person is.
 */
import type { FastifyInstance } from 'fastify';
import { fromHex, utf8 } from '../core/bytes.ts';
import type { Store } from '../core/ports.ts';
import { isDot1, isUsername } from '../core/scope.ts';
import { createLanes } from '../runtime/lanes.ts';
import { limitKey } from './address.ts';
import { objectOf } from './body.ts';
import type { RelayContext } from './context.ts';
import { refuse } from './errors.ts';
import { count, first } from './query.ts';

export interface Username {
  readonly username: string;
  readonly dot1: string;
  /** Milliseconds since 1970. */
  readonly claimed_at: number;
  readonly ed25519_pub: string;
}

const SPACE = 'username';
const BY_DOT1 = 'username-of';
/** Keys descend as time goes on, so that the latest claims are listed first. */
const BY_TIME = 'username-at';
const END_OF_TIME = 9_999_999_999_999;

export async function usernameRecord(store: Store, username: string): Promise<Username | undefined> {
  const record = await store.record(SPACE, username);
  return record === undefined ? undefined : (JSON.parse(record) as Username);
}

/** The operations that write a claim down, also one that is taken over. */
export const usernameOps = (claim: Username) => [
  { op: 'put' as const, space: SPACE, key: claim.username, value: JSON.stringify(claim), ifAbsent: true },
  { op: 'put' as const, space: BY_DOT1, key: claim.dot1, value: claim.username, ifAbsent: true },
  { op: 'put' as const, space: BY_TIME, key: timeKey(claim), value: claim.username },
];

const timeKey = ({ claimed_at: at, username }: Username): string =>
  `${String(END_OF_TIME - Math.trunc(at)).padStart(13, '0')}/${username}`;

export function addUsernames(app: FastifyInstance, context: RelayContext): void {
  const { store } = context;
  const lane = createLanes();
  const shown = ({ username, dot1, claimed_at }: Username) => ({ username, dot1, claimed_at });
  const byDot1 = async (dot1: string) => {
    const name = isDot1(dot1) ? await store.record(BY_DOT1, dot1) : undefined;
    const claim = name === undefined ? undefined : await usernameRecord(store, name);
    return claim === undefined ? refuse(404, 'not found') : shown(claim);
  };

  app.post('/usernames/claim', async (request, reply) => {
    if (!context.limits.takeRecord(limitKey(context.addressOf(request))))
      refuse(429, 'rate limit: 60 claims per minute', {}, 60);
    const claim = claimOf(objectOf(request.body));
    const { username, dot1, ed25519_pub: key } = claim;
    const signed = utf8(`claim:${username}:${dot1}`);
    if (!(await context.verifier.verify(hex(key), hex(claim.sig), signed))) {
      refuse(400, 'signature verification failed', { field: 'sig' });
    }
    return lane(username, async () => {
      const binding = await context.bindings.bind(dot1, key);
      if (binding === undefined) {
        return refuse(400, 'dot1_mismatch', { detail: `${dot1} belongs to another key`, field: 'dot1' });
      }
      const before = await usernameRecord(store, username);
      if (before !== undefined && before.dot1 !== dot1) {
        return refuse(409, 'username taken', { claimed_by: before.dot1, claimed_at: before.claimed_at });
      }
      const made = before ?? { username, dot1, claimed_at: context.clock.now(), ed25519_pub: key };
      if (before === undefined) await store.commit([...binding, ...usernameOps(made)]);
      reply.code(before === undefined ? 201 : 200);
      return { ok: true, ...shown(made) };
    });
  });

  app.get('/usernames/:name', async (request) => {
    const name = (request.params as { name: string }).name.toLowerCase();
    const claim = isUsername(name) ? await usernameRecord(store, name) : undefined;
    return claim === undefined ? refuse(404, 'not found') : shown(claim);
  });
  app.get('/usernames/by-dot1/:dot1', (request) => byDot1((request.params as { dot1: string }).dot1));
  app.get('/usernames', async (request) => {
    const dot1 = first(request.query, 'dot1');
    if (dot1 !== undefined) return byDot1(dot1);
    const names = await store.records(BY_TIME, count(request.query, 'limit', 50, 200));
    const claims = await Promise.all(names.map(({ value }) => usernameRecord(store, value)));
    return claims.filter((claim) => claim !== undefined).map(shown);
  });
}

function claimOf(body: Readonly<Record<string, unknown>>) {
  const { dot1, ed25519_pub: key, sig } = body;
  const username = typeof body.username === 'string' ? body.username.toLowerCase() : undefined;
  const problems: [field: string, text: string][] = [];
  if (username === undefined || !isUsername(username)) {
    problems.push(['username', 'username must match [a-z0-9_-]{3,32}']);
  }
  if (typeof dot1 !== 'string' || !isDot1(dot1)) problems.push(['dot1', 'dot1 must match dot1:[0-9a-f]{16}']);
  if (!isHex(key, 64)) problems.push(['ed25519_pub', 'ed25519_pub must be 64 hex chars']);
  if (!isHex(sig, 128)) problems.push(['sig', 'sig must be 128 hex chars']);
  const [worst] = problems;
  if (worst !== undefined) refuse(400, problems.map(([, text]) => text).join('; '), { field: worst[0] });
  return { username, dot1, ed25519_pub: key, sig } as Record<'username' | 'dot1' | 'ed25519_pub' | 'sig', string>;
}

const isHex = (value: unknown, length: number): boolean =>
  typeof value === 'string' && value.length === length && /^[0-9a-f]+$/.test(value);

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0);
