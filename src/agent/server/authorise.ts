/** Who decides on what is placed under names, wherever it comes from: a connection, another peer, a stick. */
import { toHex } from '../../core/bytes.ts';
import { decodeEnvelope } from '../../core/envelope/envelope.ts';
import { DecodeError } from '../../core/errors.ts';
import type { Packet } from '../../core/packet/packet.ts';
import { claimedName, fromEnvelope, nameOf, swarmOf } from '../../core/packet/packet-envelope.ts';
import { isAgentName, nameScope } from '../../core/scope.ts';
import { carriedOp } from '../../runtime/packs/carried.ts';
import type { Authorisation, Authorise, Candidate } from '../../runtime/pipeline/types.ts';
import { type Claims, refusal } from './claims.ts';
import { type Inbox, lifeS } from './inbox.ts';
import type { SwarmRoom } from './swarm-room.ts';

/** What a packet is sent to that says which others were received. */
export const ACKNOWLEDGEMENT = 'inbox:ack';
export const ACKNOWLEDGED_MS = 86_400_000;
/** The longest that a packet to a swarm is on its way to other machines. */
export const SWARM_MS = 600_000;
/** Clocks that differ by less are normal. */
const SKEW_MS = 300_000;

const OFFER = 1;
const ID = /^[0-9a-f]{64}$/;
const MOST_IDS = 256;

/** Ids of the packets that an acknowledgement says were received. */
export const idsIn = ({ body }: Packet): string[] => body.split(' ', MOST_IDS).filter((id) => ID.test(id));

/** How long a packet to a swarm is kept for members at other machines. */
export const swarmLifeMs = (packet: Packet): number => Math.min(lifeS(packet) * 1000, SWARM_MS);

/** A claim by what was claimed before; one to a swarm where there is room; another packet where its name has an owner, room, and no longer than it lives. */
export function authoriseNames(claims: Claims, inbox: () => Inbox, swarmRoom: SwarmRoom): Authorise {
  const decide: Authorise = async (candidate) => {
    const packet = packetIn(candidate);
    if (packet === undefined) return refusal('no packet');
    const name = nameOf(packet);
    if (packet.dst === ACKNOWLEDGEMENT) return decideAcknowledgement(claims, inbox(), packet, candidate);
    if (swarmOf(packet) !== undefined) return decideSwarm(swarmRoom, packet, candidate);
    if (!isAgentName(name) || nameScope(name) !== candidate.scope) return refusal('it belongs elsewhere');
    if (claimedName(packet.dst) !== undefined) return claims.decide(name, packet, candidate);
    // On a stick the packet may come before the claim, and a claim of another peer may never come: it waits for an owner.
    if (claims.owner(name) === undefined && candidate.via !== 'sync') return refusal('offline');
    const { received, expires, via } = candidate;
    const skew = via === 'sync' ? SKEW_MS : 0;
    if (expires === 0 || expires > received + lifeS(packet) * 1000 + skew) return refusal('it would outlive its ttl');
    // Received here, or heard of as received elsewhere: another peer that still has it brings it in vain.
    if (via === 'sync' && (await inbox().wasReceived(candidate.scope, candidate.id))) return refusal('received before');
    if (await inbox().hasRoom(candidate.scope, packet.pk)) return { kind: 'allowed' };
    return { kind: 'refused', refusal: 'over-limit', detail: 'inbox_full' };
  };
  return async (candidate) => {
    const verdict = await decide(candidate);
    if (verdict.kind === 'refused' || candidate.via !== 'sync') return verdict;
    return { kind: 'allowed', also: [...(verdict.also ?? []), carriedOp(candidate)] };
  };
}

/** Of the owner of a name, for a day, to peers that still keep what was received here. */
async function decideAcknowledgement(
  claims: Claims,
  inbox: Inbox,
  packet: Packet,
  { scope, received, expires }: Candidate,
): Promise<Authorisation> {
  if (scope !== nameScope(ACKNOWLEDGEMENT)) return refusal('it belongs elsewhere');
  if (claims.names(toHex(packet.pk)).length === 0) return refusal('offline');
  if (expires === 0 || expires > received + ACKNOWLEDGED_MS + SKEW_MS) return refusal('it would outlive its ttl');
  if (await inbox.hasRoom(scope, packet.pk)) return { kind: 'allowed' };
  return { kind: 'refused', refusal: 'over-limit', detail: 'inbox_full' };
}

/** One that asks: who joins is each machine's own. */
function decideSwarm(room: SwarmRoom, packet: Packet, { scope, received, expires, via }: Candidate): Authorisation {
  if (scope !== nameScope(nameOf(packet)) || packet.typ === OFFER) return refusal('it belongs elsewhere');
  const skew = via === 'sync' ? SKEW_MS : 0;
  if (expires === 0 || expires > received + swarmLifeMs(packet) + skew) return refusal('it would outlive its ttl');
  if (room.take(toHex(packet.pk))) return { kind: 'allowed' };
  return { kind: 'refused', refusal: 'over-limit', detail: 'swarm_full' };
}

function packetIn({ stored }: Candidate): Packet | undefined {
  try {
    return fromEnvelope(decodeEnvelope(stored));
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
