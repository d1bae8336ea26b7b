/**
 * Who owns which name (spec/08-keep.md#claims). Claims are envelopes in the name's scope; what they come to is one record a
 * name, written in the same batch and held in memory. A claim counts once: one that was seen before changes nothing.
 */
import { toHex } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { type Claim, parseClaim } from '../../core/packet/claim.ts';
import type { Packet } from '../../core/packet/packet.ts';
import type { Clock, Store } from '../../core/ports.ts';
import { isClaimable } from '../../core/scope.ts';
import type { Authorisation, Candidate, Refused } from '../../runtime/pipeline/types.ts';

export interface Claims {
  readonly size: number;
  /** Key of the owner, 64 hex characters; undefined where nobody has claimed the name, or no longer. */
  owner(name: string): string | undefined;
  /** Names that the key owns. */
  names(key: string): string[];
  /** When the claim ends that a packet makes, received then. */
  expiry(packet: Packet, received: number): number;
  /** Says of a verified claim whether it holds, and what that changes. */
  decide(name: string, packet: Packet, candidate: Candidate): Authorisation;
}

interface Row {
  readonly key: string;
  /** When the claim that made it so entered the network. */
  readonly since: number;
  readonly expires: number;
  /** Ids of claims that counted. */
  readonly seen: readonly string[];
}

const SPACE = 'keep-claim';
const DAY = 86_400_000;
const MOST_SEEN = 64;
const MOST = 100_000;
const PAGE = 1000;

export async function openClaims(
  store: Store,
  clock: Clock,
  policy: { readonly claim_days: number; readonly claims_per_key: number },
): Promise<Claims> {
  const rows = await load(store);
  const live = (name: string): Row | undefined => {
    const row = rows.get(name);
    return row !== undefined && row.expires > clock.now() ? row : undefined;
  };
  const names = (key: string): string[] => [...rows.keys()].filter((name) => live(name)?.key === key);

  const objection = (name: string, key: string, claim: Claim | undefined): string | undefined => {
    if (!isClaimable(name)) return 'bad_name';
    if (claim === undefined) return 'bad_claim';
    const owner = live(name)?.key;
    if (owner !== undefined) return owner === key ? undefined : 'name_claimed';
    return rows.size >= MOST || names(key).length >= policy.claims_per_key ? 'too_many_claims' : undefined;
  };
  const expiry = (packet: Packet, received: number): number => {
    const longest = policy.claim_days * DAY;
    const wanted = parsed(packet.body)?.expiresS;
    return received + (wanted === undefined ? longest : Math.min(longest, wanted * 1000));
  };

  return {
    get size() {
      return rows.size;
    },
    owner: (name) => live(name)?.key,
    names,
    expiry,
    decide(name, packet, { id, time, expires, via }) {
      const key = toHex(packet.pk);
      const claim = parsed(packet.body);
      const detail = objection(name, key, claim);
      if (detail !== undefined) return refusal(detail);
      const row = rows.get(name);
      const seen = row?.seen ?? [];
      const isOlder = via === 'sync' && row !== undefined && time <= row.since;
      if (seen.includes(toHex(id)) || isOlder) return { kind: 'allowed' };
      const next: Row = {
        key: claim?.transferTo ?? key,
        since: time,
        expires: Math.min(expiry(packet, time), expires === 0 ? Number.POSITIVE_INFINITY : expires),
        seen: [...seen, toHex(id)].slice(-MOST_SEEN),
      };
      rows.set(name, next);
      return { kind: 'allowed', also: [{ op: 'put', space: SPACE, key: name, value: JSON.stringify(next) }] };
    },
  };
}

async function load(store: Store): Promise<Map<string, Row>> {
  const rows = new Map<string, Row>();
  for (let after: string | undefined; ; ) {
    const page = await store.records(SPACE, PAGE, after);
    for (const { key, value } of page) rows.set(key, JSON.parse(value) as Row);
    if (page.length < PAGE) return rows;
    after = page.at(-1)?.key;
  }
}

function parsed(body: string): Claim | undefined {
  try {
    return parseClaim(body);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

export const refusal = (detail: string): Refused => ({ kind: 'refused', refusal: 'not-authorised', detail });
