/** Who decides on what is placed under names, wherever it comes from: a connection, another peer, a stick. */
import { decodeEnvelope } from '../../core/envelope/envelope.ts';
import { DecodeError } from '../../core/errors.ts';
import type { Packet } from '../../core/packet/packet.ts';
import { claimedName, fromEnvelope, nameOf } from '../../core/packet/packet-envelope.ts';
import { isAgentName, nameScope } from '../../core/scope.ts';
import { carriedOp } from '../../runtime/packs/carried.ts';
import type { Authorise, Candidate } from '../../runtime/pipeline/types.ts';
import { type Claims, refusal } from './claims.ts';
import { type Inbox, lifeS } from './inbox.ts';

/** A claim by what was claimed before; another packet where its name has an owner, room, and no longer than it lives. */
export function authoriseNames(claims: Claims, inbox: () => Inbox): Authorise {
  const decide: Authorise = async (candidate) => {
    const packet = packetIn(candidate);
    if (packet === undefined) return refusal('no packet');
    const name = nameOf(packet);
    if (!isAgentName(name) || nameScope(name) !== candidate.scope) return refusal('it belongs elsewhere');
    if (claimedName(packet.dst) !== undefined) return claims.decide(name, packet, candidate);
    // On a stick the packet may come before the claim, and a claim of another peer may never come: it waits for an owner.
    if (claims.owner(name) === undefined && candidate.via !== 'sync') return refusal('offline');
    const { received, expires } = candidate;
    if (expires === 0 || expires > received + lifeS(packet) * 1000) return refusal('it would outlive its ttl');
    if (await inbox().hasRoom(candidate.scope, packet.pk)) return { kind: 'allowed' };
    return { kind: 'refused', refusal: 'over-limit', detail: 'inbox_full' };
  };
  return async (candidate) => {
    const verdict = await decide(candidate);
    if (verdict.kind === 'refused' || candidate.via !== 'sync') return verdict;
    return { kind: 'allowed', also: [...(verdict.also ?? []), carriedOp(candidate)] };
  };
}

function packetIn({ stored }: Candidate): Packet | undefined {
  try {
    return fromEnvelope(decodeEnvelope(stored));
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
