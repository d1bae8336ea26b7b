/**
 * PUT /profiles and GET /profiles?channel= or ?key= (spec/06-profiles.md): each identity's own signed word about its name,
 * its agreement key and the channels it joined. A version only grows. Who is connected says nothing here.
 */
import type { FastifyInstance } from 'fastify';
import { keyFromHex } from '../core/identity/spelling.ts';
import type { Store } from '../core/ports.ts';
import { parseProfile, profileSignedBytes } from '../core/profile.ts';
import { LIMITS } from '../core/registry.ts';
import { limitKey } from './address.ts';
import { jsonOf } from './body.ts';
import type { RelayContext } from './context.ts';
import { refuse } from './errors.ts';
import { createMemberLists } from './member-lists.ts';
import { PROFILES } from './profile-desk.ts';
import { all, channelName, count, first } from './query.ts';

const JSON_TYPE = 'application/json; charset=utf-8';
const KEYS_AT_ONCE = 64;

export function addProfiles(app: FastifyInstance, context: RelayContext): void {
  const { store, profileDesk: desk } = context;
  const lists = createMemberLists(store, desk);

  app.put('/profiles', async (request) => {
    const caller = limitKey(context.addressOf(request));
    if (!context.isOwner(request) && !context.limits.takeRecord(caller))
      refuse(429, 'rate limit: 60 profiles per minute per address', {}, 60);
    const profile = parseProfile(jsonOf(request.body));
    if (!(await context.verifier.verify(profile.key, profile.signature, profileSignedBytes(profile)))) {
      refuse(400, 'profile signature verification failed', { field: 'sig' });
    }
    const { order, version } = await desk.put(profile);
    if (order !== 'newer' && order !== 'same') {
      refuse(409, 'version must be greater than the one here', { field: 'version', version });
    }
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
    const isWhole = limit === LIMITS.wraps && after === '';
    const json = await (isWhole ? lists.whole(channel) : lists.page(channel, limit, after));
    context.writeBudget.take(reply.raw, json.length);
    return reply.type(JSON_TYPE).send(json);
  });
}

/** The latest profile of each key, whatever channels it lists: so that who was away learns who left. */
async function byKey(store: Store, keys: readonly string[]): Promise<string> {
  if (keys.length > KEYS_AT_ONCE || !keys.every((key) => keyFromHex(key))) {
    refuse(400, `key must be 64 hex chars, at most ${KEYS_AT_ONCE} of them`, { field: 'key' });
  }
  const profiles = await Promise.all(keys.map((key) => store.record(PROFILES, key)));
  return `[${profiles.filter((json) => json !== undefined).join(',')}]`;
}
