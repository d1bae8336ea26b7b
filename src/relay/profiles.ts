/**
 * PUT /profiles and GET /profiles?channel= or ?key= (spec/06-profiles.md): each identity's own signed word about its name,
 * its agreement key and the channels it joined. A version only grows. Who is connected says nothing here.
 */
import type { FastifyInstance } from 'fastify';
import { keyFromHex, keyToHex } from '../core/identity/spelling.ts';
import type { Store, StoreOp } from '../core/ports.ts';
import {
  compareProfiles,
  parseProfile,
  profileSignedBytes,
  profileToJson,
  type SignedProfile,
} from '../core/profile.ts';
import { LIMITS } from '../core/registry.ts';
import { boundedMap } from '../runtime/bounded-map.ts';
import { limitKey } from './address.ts';
import { jsonOf } from './body.ts';
import type { RelayContext } from './context.ts';
import { refuse } from './errors.ts';
import { all, channelName, count, first } from './query.ts';
import { createLanes } from './turns.ts';

const SPACE = 'profile';
/** "<channel>/<key>": who joined, in the order of keys. */
const MEMBERS = 'member';
const JSON_TYPE = 'application/json; charset=utf-8';
const KEYS_AT_ONCE = 64;
const CACHED_LISTS = 64;
const CACHED_UNITS = 262_144;

export function addProfiles(app: FastifyInstance, context: RelayContext): void {
  const { store, hub } = context;
  const lane = createLanes();
  const lists = boundedMap<string, string>(CACHED_LISTS);

  async function put(profile: SignedProfile) {
    const key = keyToHex(profile.key);
    const before = await profileRecord(store, key);
    const order = before === undefined ? 'newer' : compareProfiles(before, profile);
    if (order === 'same') return;
    if (order !== 'newer') {
      refuse(409, 'version must be greater than the one here', { field: 'version', version: before?.version });
    }
    await store.commit(profileOps(key, profile, before?.channels ?? []));
    const touched = new Set([...profile.channels, ...(before?.channels ?? [])]);
    for (const channel of touched) lists.delete(channel);
    hub.announce(touched, 'profile', JSON.stringify(profileToJson(profile)));
  }

  app.put('/profiles', async (request) => {
    const caller = limitKey(context.addressOf(request));
    if (!context.isOwner(request) && !context.limits.takeRecord(caller))
      refuse(429, 'rate limit: 60 profiles per minute per address', {}, 60);
    const profile = parseProfile(jsonOf(request.body));
    if (!(await context.verifier.verify(profile.key, profile.signature, profileSignedBytes(profile)))) {
      refuse(400, 'profile signature verification failed', { field: 'sig' });
    }
    await lane(keyToHex(profile.key), () => put(profile));
    return { ok: true };
  });

  app.get('/profiles', async (request, reply) => {
    const keys = all(request.query, 'key');
    if (keys.length > 0) return reply.type(JSON_TYPE).send(await byKey(store, keys));
    const channel = channelName(
      first(request.query, 'channel') ?? refuse(400, 'channel required', { field: 'channel' }),
    );
    const limit = count(request.query, 'limit', LIMITS.wraps, LIMITS.wraps);
    const after = first(request.query, 'after') ?? '';
    if (!/^[0-9a-f]{0,64}$/.test(after)) refuse(400, 'after must be a key in hex', { field: 'after' });
    const whole = limit === LIMITS.wraps && after === '';
    const json = (whole && lists.get(channel)) || (await list(store, channel, limit, after));
    if (whole && json.length <= CACHED_UNITS) lists.set(channel, json);
    context.writeBudget.take(reply.raw, json.length);
    return reply.type(JSON_TYPE).send(json);
  });
}

async function profileRecord(store: Store, key: string): Promise<SignedProfile | undefined> {
  const record = await store.record(SPACE, key);
  return record === undefined ? undefined : parseProfile(JSON.parse(record));
}

function profileOps(key: string, profile: SignedProfile, before: readonly string[]): StoreOp[] {
  const joined = profile.channels.filter((channel) => !before.includes(channel));
  const left = before.filter((channel) => !profile.channels.includes(channel));
  return [
    { op: 'put', space: SPACE, key, value: JSON.stringify(profileToJson(profile)) },
    ...joined.map((channel): StoreOp => ({ op: 'put', space: MEMBERS, key: `${channel}/${key}`, value: '' })),
    ...left.map((channel): StoreOp => ({ op: 'delete', space: MEMBERS, key: `${channel}/${key}` })),
  ];
}

/** The latest profile of each key, whatever channels it lists: so that who was away learns who left. */
async function byKey(store: Store, keys: readonly string[]): Promise<string> {
  if (keys.length > KEYS_AT_ONCE || !keys.every((key) => keyFromHex(key))) {
    refuse(400, `key must be 64 hex chars, at most ${KEYS_AT_ONCE} of them`, { field: 'key' });
  }
  const profiles = await Promise.all(keys.map((key) => store.record(SPACE, key)));
  return `[${profiles.filter((json) => json !== undefined).join(',')}]`;
}

async function list(store: Store, channel: string, limit: number, after: string): Promise<string> {
  const prefix = `${channel}/`;
  const rows = await store.records(MEMBERS, limit, prefix + after);
  const keys = rows.map(({ key }) => key).filter((key) => key.startsWith(prefix));
  const profiles = await Promise.all(keys.map((key) => store.record(SPACE, key.slice(prefix.length))));
  return `[${profiles.filter((json) => json !== undefined).join(',')}]`;
}
