/**
 * GET /health, in the published shape, and GET /metrics.
 * Counting everything costs a walk over the store, so numbers may be a second old.
 */
import type { FastifyInstance } from 'fastify';
import { CHANNEL_PREFIX } from '../core/scope.ts';
import type { RelayContext } from './context.ts';

const FRESH_MS = 1000;

export function addHealth(app: FastifyInstance, context: RelayContext): void {
  const { store, hub, metrics, blobs } = context;
  const totals = remembered(context.clock.now, async () => ({
    ...(await store.totals(CHANNEL_PREFIX)),
    keys: await store.count('key'),
  }));
  metrics.gauge('subscribers', 'Open streams', hub.size);
  metrics.gauge('channels', 'Channels that hold a message', async () => (await totals()).scopes);
  metrics.gauge('messages', 'Messages in all channels', async () => (await totals()).placements);
  metrics.gauge('blob_bytes', 'Bytes of all blobs', blobs.total);

  app.get('/health', async () => {
    const { scopes, placements, keys } = await totals();
    return {
      status: 'ok',
      nodeId: `relay-${store.epoch.slice(0, 8)}`,
      iroh: context.peers.network === undefined ? 'offline' : 'online',
      channels: scopes,
      messages: placements,
      keys,
      uptime_s: Math.floor((context.clock.now() - context.startedAt) / 1000),
      version: context.version,
      protocol_version: '1.3',
      protocol_versions_supported: ['1.0', '1.1', '1.2', '1.3'],
    };
  });

  app.get('/metrics', async (_request, reply) => {
    const { type, text } = await metrics.print();
    return reply.type(type).send(text);
  });
}

/** One answer for all who ask within a second, and for those who ask while it is being found. */
function remembered<T>(now: () => number, find: () => Promise<T>): () => Promise<T> {
  let at = Number.NEGATIVE_INFINITY;
  let answer: Promise<T> | undefined;
  return () => {
    if (answer === undefined || now() - at >= FRESH_MS) {
      at = now();
      answer = find();
      answer.catch(() => {
        answer = undefined;
      });
    }
    return answer;
  };
}
