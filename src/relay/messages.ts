/**
 * POST /messages: an answer of 200 says that the envelope is on disk. GET /messages: a channel's latest, or those
 * after a time.
 */
import { hash, randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { toHex } from '../core/bytes.ts';
import { type PiperMessage, parsePiper, timeOf, toEnvelope } from '../core/envelope/piper.ts';
import type { Placed } from '../core/ports.ts';
import { LIMITS } from '../core/registry.ts';
import { channelScope } from '../core/scope.ts';
import { limitKey } from './address.ts';
import { checkTime, checkUsername, DAY_MS, refusalOf } from './admit.ts';
import { acceptContents, type Contents, keepContents, lookUp, withContents } from './attachments.ts';
import { jsonOf } from './body.ts';
import type { RelayContext } from './context.ts';
import { asRefusal, refuse } from './errors.ts';
import type { Ingress } from './ingress.ts';
import { channelOf, count, first } from './query.ts';
import { createRecent, type Recent } from './recent.ts';
import { messageOf, type StoredHint } from './render.ts';
import { createTurns } from './turns.ts';

const MOST_UNDER_WAY = 4096;
const LISTING_AT_ONCE = 2;

export function addMessages(app: FastifyInstance, context: RelayContext, ingress: Ingress): void {
  const { clock, metrics, store } = context;
  const recent = createRecent(clock.now, store);
  const turn = createTurns(LISTING_AT_ONCE);
  const desk = { ...context, ingress, recent };
  let underWay = 0;

  app.post('/messages', async (request, reply) => {
    const began = performance.now();
    const address = context.addressOf(request);
    if (underWay >= MOST_UNDER_WAY) refuse(503, 'server overloaded — try again shortly', {}, 1);
    underWay++;
    try {
      return await post(desk, request, reply, address);
    } catch (error) {
      countFailure(context, error, address);
      throw error;
    } finally {
      underWay--;
      metrics.postTime.observe(performance.now() - began);
    }
  });

  app.get('/messages', async (request, reply) => {
    const scope = channelScope(channelOf(request.query));
    const limit = count(request.query, 'limit', LIMITS.streamHistory, LIMITS.listMessages);
    const since = timeParameter(first(request.query, 'since'));
    const json = await turn(async () => {
      const rows = since === undefined ? await store.latest(scope, limit) : await store.since(scope, since, limit);
      context.writeBudget.take(
        reply.raw,
        rows.reduce((sum, { envelope }) => sum + envelope.length, 0),
      );
      return rows.map((placed) => context.render(placed)).filter((message) => message !== undefined);
    });
    return sendJson(reply, `[${json.join(',')}]`);
  });
}

type Desk = RelayContext & { readonly ingress: Ingress; readonly recent: Recent };

async function post(desk: Desk, request: FastifyRequest, reply: FastifyReply, address: string): Promise<FastifyReply> {
  const { limits, clock } = desk;
  const caller = limitKey(address);
  if (limits.isFailing(caller)) refuse(429, 'rate limit: too many malformed messages from this address', {}, 60);
  if (!limits.flood()) refuse(503, 'server overloaded — try again shortly', {}, 10);
  const body = jsonOf(request.body);
  const { holds, dropped } = await lookUp(desk, body);
  const received = clock.now();
  const { message, hint } = parsePiper(body, {
    channel: first(request.query, 'channel'),
    fresh: { id: randomUUID(), createdAt: new Date(received).toISOString() },
    holds,
  });
  checkTime(message, timeOf(message), received);
  await checkUsername(desk, message, hint.username);
  const contents = await acceptContents(desk, hint, caller);
  const sender = takeCredit(desk, message, caller);
  const stored: StoredHint = {
    ...(hint.author !== undefined && { author: hint.author }),
    ...(hint.username !== undefined && { username: hint.username }),
    ...(message.version === '1.0-unsigned' && { pubkey: sender }),
  };

  let deduped = false;
  const outcome = await desk.recent.once(message, sender, async () => {
    const admission = await admit(desk, message, stored, received);
    if (admission.kind === 'refused') throw refusalOf(admission, message, dropped);
    deduped = admission.kind === 'known';
    await keepContents(desk, contents);
    return admission.placed;
  });
  deduped ||= outcome.deduped;
  desk.metrics.post(deduped ? 'duplicate' : 'stored');
  if (!deduped) tell(desk, message, sender, outcome.placed, outcome.first);
  return answer(desk, reply, outcome.placed, deduped, contents);
}

/** Who is behind a message, for telling duplicates apart. Unsigned ones are limited by address before all else. */
function takeCredit({ limits, salt }: Desk, message: PiperMessage, caller: string): string {
  if (message.version === '1.0-unsigned') {
    if (!limits.takeAddress(caller)) refuse(429, 'rate limit: 30 messages per minute per IP', {}, 60);
    return `legacy-${hash('sha256', `${salt}/${caller}`).slice(0, 8)}`;
  }
  const key = message.version === '1.0' ? message.pubkey : message.fromEd25519Pub;
  if (!limits.hasCredit(key)) refuse(429, 'rate limit: 30 signed messages per minute', {}, 60);
  return key;
}

async function admit(desk: Desk, message: PiperMessage, hint: StoredHint, received: number) {
  const envelope = toEnvelope(message);
  const time = timeOf(message);
  const days = desk.policy.channelRetentionDays;
  desk.ingress.decoded(envelope, message);
  const admission = await desk.pipeline.admit({
    envelope,
    scope: channelScope(message.channel),
    time,
    received,
    expires: days === 0 ? 0 : time + days * DAY_MS,
    hint: JSON.stringify(hint),
    via: 'ingress',
  });
  return admission;
}

function tell({ telemetry, log }: Desk, message: PiperMessage, key: string, placed: Placed, first: boolean): void {
  if (log.isLevelEnabled('debug')) {
    log.debug({ event: 'message', channel: message.channel, version: message.version, id: toHex(placed.id) }, 'Stored');
  }
  telemetry.messagePosted({ channel: message.channel, key, version: message.version });
  if (first) telemetry.channelCreated(message.channel);
}

/** Attachments show their contents here, and only here. */
async function answer(
  context: RelayContext,
  reply: FastifyReply,
  placed: Placed,
  deduped: boolean,
  contents: Contents,
): Promise<FastifyReply> {
  const json = context.render(placed) ?? 'null';
  const tail = deduped ? ',"deduped":true}' : '}';
  if (!json.includes('"attachments":')) return sendJson(reply, `{"ok":true,"message":${json}${tail}`);
  const message = messageOf(placed);
  const attachments = 'attachments' in message ? await withContents(context, message.attachments, contents) : [];
  const whole = { ...(JSON.parse(json) as object), ...(attachments.length > 0 && { attachments }) };
  return sendJson(reply, `{"ok":true,"message":${JSON.stringify(whole)}${tail}`);
}

const sendJson = (reply: FastifyReply, json: string): FastifyReply =>
  reply.type('application/json; charset=utf-8').send(json);

function timeParameter(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  return Number.isSafeInteger(time) ? time : refuse(400, 'since must be an ISO 8601 time', { field: 'since' });
}

function countFailure({ metrics, limits }: RelayContext, error: unknown, address: string): void {
  const { status } = asRefusal(error, '');
  metrics.post(status === 429 || status === 503 ? 'limited' : status >= 500 ? 'failed' : 'refused');
  if (status < 500 && status !== 429) limits.takeFailure(limitKey(address));
}
