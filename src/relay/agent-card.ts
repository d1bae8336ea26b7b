/**
 * A2A agent cards of names that are claimed on this installation's keep server (spec/07-relay-http.md#agent-cards): where
 * the agent is reached, and with which key it signs. The card promises keep-protocol alone, as a custom binding that
 * A2A clients pass over unless they know it; nothing here speaks A2A's own methods.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Store } from '../core/ports.ts';
import { isAgentName } from '../core/scope.ts';
import type { RelayContext } from './context.ts';
import { refuse } from './errors.ts';
import { first } from './query.ts';

/** Names the binding, as A2A asks of custom ones: keep-protocol as its authors publish it. */
const BINDING = 'https://github.com/CLCrawford-dev/keep-protocol';
const A2A_VERSION = '1.0';
const CARD_VERSION = '1';
const CACHE_S = 60;

/** What the keep server writes down with a claim. */
export interface ClaimRecord {
  /** 64 hex characters. */
  readonly key: string;
  /** Milliseconds since 1970; 0: never. */
  readonly expires: number;
}

export function addAgentCard(app: FastifyInstance, { store, clock }: RelayContext): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply, name: string) => {
    const claim = isAgentName(name) ? await claimOf(store, name, clock.now()) : undefined;
    const port = await store.record('keep', 'port');
    if (claim === undefined || port === undefined) {
      return refuse(404, 'not found', { detail: 'nobody claimed that name' });
    }
    reply.headers({ 'cache-control': `public, max-age=${CACHE_S}`, vary: 'host' });
    return card(name, claim, `keep://${request.hostname}:${port}`);
  };

  app.get('/.well-known/agent-card.json', async (request, reply) => {
    const name = first(request.query, 'name');
    if (name === undefined) return refuse(400, 'name required', { field: 'name', detail: 'as in ?name=bot:alice' });
    return answer(request, reply, name);
  });
  app.get('/agents/:name/.well-known/agent-card.json', async (request, reply) =>
    answer(request, reply, (request.params as { name: string }).name),
  );
}

export async function claimOf(store: Store, name: string, now: number): Promise<ClaimRecord | undefined> {
  const text = await store.record('keep-claim', name);
  const claim = text === undefined ? undefined : (JSON.parse(text) as ClaimRecord);
  return claim === undefined || (claim.expires !== 0 && claim.expires <= now) ? undefined : claim;
}

/** The members that A2A requires, and the key as an extension. */
const card = (name: string, { key, expires }: ClaimRecord, url: string) => ({
  name,
  description: `An agent that answers signed packets under the name ${name} on a keep server.`,
  version: CARD_VERSION,
  supportedInterfaces: [{ url, protocolBinding: BINDING, protocolVersion: A2A_VERSION, tenant: name }],
  capabilities: {
    streaming: false,
    pushNotifications: false,
    extensions: [
      {
        uri: BINDING,
        description: 'The Ed25519 key, in hex, that the name belongs to: packets signed with it are this agent.',
        params: { key, ...(expires !== 0 && { expires: new Date(expires).toISOString() }) },
      },
    ],
  },
  defaultInputModes: ['text/plain'],
  defaultOutputModes: ['text/plain'],
  skills: [
    { id: 'ask', name: 'Ask', description: 'Takes a packet of type 0 and answers under the same id.', tags: ['keep'] },
  ],
});
