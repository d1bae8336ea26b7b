/** GET /channels: latest activity first. */
import type { FastifyInstance } from 'fastify';
import { CHANNEL_PREFIX } from '../core/scope.ts';
import type { RelayContext } from './context.ts';
import { count } from './query.ts';

const MOST = 1000;

export function addChannels(app: FastifyInstance, { store }: RelayContext): void {
  app.get('/channels', async (request) => {
    const scopes = await store.scopes(CHANNEL_PREFIX, count(request.query, 'limit', MOST, MOST));
    return scopes.map(({ scope, created, count: messages, latest }) => ({
      name: scope.slice(CHANNEL_PREFIX.length),
      created_at: new Date(created).toISOString(),
      message_count: messages,
      last_activity: new Date(latest).toISOString(),
    }));
  });
}
