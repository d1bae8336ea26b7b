/**
 * Mailboxes: envelopes that wait for who is away. Push takes the bare envelope, a sealed one only if sealed to that
 * dot1; pull gives those after a numeric cursor. What is pulled stays until it expires, for the recipient's other devices.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parsePiper, timeOf, toEnvelope } from '../core/envelope/piper.ts';
import type { Placed } from '../core/ports.ts';
import { isDot1, mailboxScope } from '../core/scope.ts';
import { limitKey } from './address.ts';
import { checkTime, DAY_MS, refusalOf } from './admit.ts';
import { lookUp } from './attachments.ts';
import { jsonOf } from './body.ts';
import type { RelayContext } from './context.ts';
import { refuse } from './errors.ts';
import type { Ingress } from './ingress.ts';
import { count } from './query.ts';
import { hintOf, messageOf, renderEnvelope } from './render.ts';

const PULL = 100;
const MOST_PULL = 500;
const PULL_BYTES = 2 << 20;

export function addMailbox(app: FastifyInstance, context: RelayContext, ingress: Ingress): void {
  const { store, policy, clock } = context;

  app.post('/mailbox/:dot1/push', async (request) => {
    const dot1 = dot1Of(request);
    if (!context.limits.takeMail(limitKey(context.addressOf(request)))) {
      refuse(429, 'rate limit: 240 envelopes per minute per address', {}, 60);
    }
    const body = jsonOf(request.body);
    const received = clock.now();
    const fresh = { id: 'unsigned', createdAt: new Date(received).toISOString() };
    const { holds, dropped } = await lookUp(context, body);
    const { message, hint } = parsePiper(body, { fresh, holds });
    if (message.version !== '1.1' && message.version !== '1.2') {
      refuse(400, 'a mailbox takes signed envelopes (v1.1 or v1.2) alone', { field: 'version' });
    }
    if (message.version === '1.2' && !message.wraps.some((wrap) => wrap.recipient_dot1 === dot1)) {
      refuse(400, 'the envelope is not sealed to this mailbox', { field: 'wraps' });
    }
    checkTime(message, timeOf(message), received);
    const scope = mailboxScope(dot1);
    if ((await store.totals(scope)).placements >= policy.mailboxMax) {
      refuse(507, 'mailbox full', { detail: `${policy.mailboxMax} envelopes wait in it` });
    }
    const envelope = toEnvelope(message);
    ingress.decoded(envelope, message);
    const { author, username } = hint;
    const admission = await context.pipeline.admit({
      envelope,
      scope,
      time: timeOf(message),
      received,
      expires: received + policy.mailboxRetentionDays * DAY_MS,
      hint: JSON.stringify({ author, username }),
      via: 'ingress',
    });
    if (admission.kind === 'refused') throw refusalOf(admission, message, dropped);
    return { ok: true, ...(admission.kind === 'known' && { deduped: true }) };
  });

  app.get('/mailbox/:dot1/pull', async (request, reply) => {
    const scope = mailboxScope(dot1Of(request));
    const since = count(request.query, 'since', 0, Number.MAX_SAFE_INTEGER);
    const rows = await store.arrivals(scope, since, count(request.query, 'limit', PULL, MOST_PULL));
    const page = fitting(rows, PULL_BYTES);
    context.writeBudget.take(reply.raw, sizeOf(page));
    const envelopes = page.map((placed) => renderEnvelope(messageOf(placed), hintOf(placed)));
    return { envelopes, next_cursor: page.at(-1)?.arrival ?? since };
  });
}

function dot1Of(request: FastifyRequest): string {
  const { dot1 } = request.params as { dot1: string };
  return isDot1(dot1) ? dot1 : refuse(400, 'dot1 must match dot1:[0-9a-f]{16}', { field: 'dot1' });
}

const sizeOf = (rows: readonly Placed[]): number => rows.reduce((sum, { envelope }) => sum + envelope.length, 0);

/** As many as fit, and the first in any case, so that a reader gets on. */
function fitting(rows: readonly Placed[], most: number): Placed[] {
  let bytes = 0;
  const over = rows.findIndex(({ envelope }, index) => {
    bytes += envelope.length;
    return bytes > most && index > 0;
  });
  return over === -1 ? [...rows] : rows.slice(0, over);
}
