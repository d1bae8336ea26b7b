/** What names stand for here (spec/12-names.md): usernames and agents' claims, and for the owner those of other machines. */
import type { FastifyInstance } from 'fastify';
import { fromHex } from '../core/bytes.ts';
import { PipesError, RemoteError } from '../core/errors.ts';
import type { Named } from '../core/recipient.ts';
import { isAgentName, isUsername } from '../core/scope.ts';
import { createHttp } from '../platform/web/http.ts';
import { createNaming, type Naming } from '../runtime/network/naming.ts';
import { claimOf } from './agent-card.ts';
import type { RelayContext } from './context.ts';
import { refuse } from './errors.ts';
import { usernameRecord } from './usernames.ts';

type Records = Pick<RelayContext, 'store' | 'clock'>;

/** What this relay itself knows. */
export async function namedHere({ store, clock }: Records, name: string): Promise<Named> {
  const username = name.toLowerCase();
  const person = isUsername(username) ? await usernameRecord(store, username) : undefined;
  const claim = isAgentName(name) ? await claimOf(store, name, clock.now()) : undefined;
  return {
    ...(person !== undefined && fromHex(person.ed25519_pub, 32) && { person: person.ed25519_pub }),
    ...(claim && { agent: claim.key }),
  };
}

export function addNames(app: FastifyInstance, context: RelayContext): void {
  app.get<{ Params: { name: string } }>('/names/:name', (request) => namedHere(context, request.params.name));

  app.get<{ Params: { recipient: string } }>('/owner/names/:recipient', async (request) => {
    if (!context.isOwner(request)) return refuse(404, 'not found');
    try {
      const resolved = await namingOf(context).lookUp(request.params.recipient);
      return { ...resolved, here: await namedHere(context, resolved.name) };
    } catch (error) {
      if (error instanceof PipesError && error.message.startsWith('Cannot '))
        return refuse(error instanceof RemoteError ? 502 : 400, 'cannot resolve', { detail: error.message });
      throw error;
    }
  });
}

function namingOf(context: RelayContext): Naming {
  const { network } = context.peers;
  const machine = { key: network?.key ?? '', identity: network?.key ?? '', name: context.policy.name };
  return createNaming({
    clock: context.clock,
    http: createHttp(),
    pipes: { open: (...question) => network?.pipes.open(...question) ?? refuse(503, 'peer-to-peer unavailable') },
    peers: () => network?.peers() ?? [],
    own: () => ({
      machine: { ...machine, addresses: network?.addresses() ?? [] },
      lookUp: (name) => namedHere(context, name),
    }),
  });
}
