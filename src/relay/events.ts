/**
 * GET /events: server-sent events of one or more channels (?channel=a,b or repeated). Headers go out at once, then
 * the latest 100 of each channel, or all since Last-Event-ID (or ?lastEventId=), then live. Profiles that change
 * membership of a channel come as `event: profile`.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LIMITS } from '../core/registry.ts';
import { createCatchUp } from './catch-up.ts';
import type { RelayContext } from './context.ts';
import { refuse } from './errors.ts';
import type { Subscriber } from './hub.ts';
import { all, channelName, first } from './query.ts';
import { createStream } from './stream.ts';
import { createTurns } from './turns.ts';

const READING_AT_ONCE = 8;
/** So that a lost connection is taken up soon, and not by all readers in one instant of a second. */
const OPENING = 'retry: 2000\n\n';

export function addEvents(app: FastifyInstance, context: RelayContext): void {
  const { hub, store, blocks, log, metrics } = context;
  const turn = createTurns(READING_AT_ONCE);

  app.get('/events', async (request, reply) => {
    const channels = channelsOf(request);
    if (hub.size() >= context.connections.mostStreams) refuse(503, 'too many streams', {}, 10);
    const cursor = cursorOf(request, blocks.arrivalOf);
    const response = openResponse(reply, context.headersFor(request));
    const stream = createStream(response, {
      onClose: () => membership.leave(),
      onDrop(reason) {
        metrics.dropped(reason);
        log.info({ event: 'stream-dropped', reason, address: context.addressOf(request) }, 'Dropped a stream');
      },
    });
    const subscriber: Subscriber = { stream };
    const catchUp = createCatchUp({ store, blocks, turn }, channels, subscriber);
    const membership = hub.join(channels, subscriber);
    if (response.destroyed) return membership.leave();
    catchUp.run(membership, cursor).catch((error: unknown) => {
      log.error({ err: error }, 'Cannot read for a stream');
      response.destroy();
    });
  });
}

function channelsOf(request: FastifyRequest): string[] {
  const names = [...new Set(all(request.query, 'channel').map(channelName))];
  if (names.length > LIMITS.profileChannels) {
    refuse(400, `at most ${LIMITS.profileChannels} channels`, { field: 'channel' });
  }
  return names.length === 0 ? ['main'] : names;
}

function cursorOf(request: FastifyRequest, arrivalOf: (id: string) => number | undefined): number | undefined {
  const header = request.headers['last-event-id'];
  const id = (Array.isArray(header) ? header[0] : header) || first(request.query, 'lastEventId');
  return id === undefined ? undefined : arrivalOf(id);
}

/** The stream ends with its connection, so it needs no chunk headers. */
function openResponse(reply: FastifyReply, headers: Readonly<Record<string, string>>) {
  reply.hijack();
  const response = reply.raw;
  response.useChunkedEncodingByDefault = false;
  response.shouldKeepAlive = false;
  response.socket?.setTimeout(0);
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  });
  response.write(OPENING);
  return response;
}
