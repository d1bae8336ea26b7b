/**
 * GET /ticket and POST /connect (spec/07-relay-http.md#tickets): how other peers are let in, and sought. Connecting is
 * the owner's to decide: it is asked from this machine, or with the owner's token.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DecodeError, RemoteError, UsageError } from '../core/errors.ts';
import type { Network } from '../runtime/network/network.ts';
import { objectOf } from './body.ts';
import type { RelayContext } from './context.ts';
import { refuse } from './errors.ts';
import { isLocal, isOfAnotherSite } from './local.ts';

const CONNECT_MS = 5000;

export function addTickets(app: FastifyInstance, context: RelayContext): void {
  const network = (): Network =>
    context.peers.network ?? refuse(503, 'peer-to-peer unavailable', { detail: 'this relay works over HTTP alone' });
  const ownerOnly = (request: FastifyRequest): void => {
    if (!context.isOwner(request)) refuse(404, 'not found');
  };

  const isHere = (request: FastifyRequest): boolean =>
    isLocal(context.addressOf(request), request) || context.isOwner(request);

  /** Numbers alone for strangers: who the others are, and where, is for who sits at this machine. */
  app.get('/peers', async (request) => {
    const { network: own } = context.peers;
    const peers = own?.peers() ?? [];
    const connected = peers.filter(({ isConnected }) => isConnected);
    const exchanging = connected.filter(({ isSettled }) => !isSettled);
    const numbers = { known: peers.length, connected: connected.length, exchanging: exchanging.length };
    return own !== undefined && isHere(request) ? { ...numbers, peers } : numbers;
  });

  app.get('/ticket', async (request) => {
    // A page of another site may not take the key to this door out of somebody's browser.
    if (isOfAnotherSite(request)) refuse(403, 'not allowed', { detail: 'tickets are not for pages of other sites' });
    return { ticket: await network().ticket() };
  });

  app.post('/connect', async (request) => {
    const peers = network();
    if (!isHere(request)) {
      refuse(403, 'not allowed', { detail: 'connecting is decided on the machine that the relay runs on' });
    }
    const { ticket } = objectOf(request.body);
    if (typeof ticket !== 'string') return refuse(400, 'bad ticket', { field: 'ticket' });
    return { ok: true, ...(await connect(peers, ticket)) };
  });

  app.get('/owner/peers', async (request) => {
    ownerOnly(request);
    const peers = network();
    return { key: peers.key, addresses: peers.addresses(), peers: peers.peers() };
  });

  app.delete<{ Params: { key: string } }>('/owner/peers/:key', async (request) => {
    ownerOnly(request);
    await network().forget(request.params.key);
    return { ok: true };
  });
}

/** Answers in time even where nobody does: the peer is remembered, and tried again. */
async function connect(network: Network, ticket: string): Promise<{ connected: boolean; detail?: string }> {
  try {
    await network.connect(ticket, { timeoutMs: CONNECT_MS });
    return { connected: true };
  } catch (error) {
    if (error instanceof DecodeError || error instanceof UsageError) {
      return refuse(400, 'bad ticket', { field: 'ticket', detail: error.message });
    }
    if (error instanceof RemoteError) return { connected: false, detail: error.message };
    throw error;
  }
}
