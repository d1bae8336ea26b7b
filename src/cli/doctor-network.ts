/**
 * What `pipes doctor` finds out about the way to other machines: what the relay that runs here says of each peer, how
 * relays see this machine, whose clock is wrong, and what the owner's own policy keeps out. Each finding with its cure.
 */
import { UsageError } from '../core/errors.ts';
import { type Nat, natSeenBy } from '../platform/node/nat.ts';
import type { SeenAs } from '../platform/node/stun-message.ts';
import { SERVICES, type Service } from '../relay/peer-policy.ts';
import { loadPolicy, type Policy } from '../relay/policy.ts';
import type { RemotePeer } from '../runtime/api.ts';
import type { Finding } from './finding.ts';
import { findOwnRelay } from './owner.ts';

/** Clocks that differ by less are normal. */
const SKEW_MS = 300_000;
const ANY = /^(?:tls:\/\/(?:\[([^\]]+)\]|([^:/]+)):|\/(?:ip4|ip6|dns|dns4|dns6)\/([^/]+)\/tcp\/)(\d+)/;

export interface Answer {
  readonly addresses: readonly string[];
  readonly peers: readonly RemotePeer[];
}

export async function networkFindings(dataDir: string): Promise<Finding[]> {
  const { policy, findings } = await policyOf(dataDir);
  const answer = await ask(dataDir);
  if (answer === undefined || 'check' in answer) return answer === undefined ? findings : [...findings, answer];
  const nat = await askRelays(answer.peers);
  return [...findings, ...findingsAbout(answer, nat, policy?.peersBlocked ?? new Set())];
}

/** Pure: what is known, judged. */
export const findingsAbout = (
  { peers, addresses }: Answer,
  nat: Nat,
  blocked: ReadonlySet<string> = new Set(),
): Finding[] => [
  reachedAt(addresses),
  natFinding(nat, peers),
  ...peers.map((peer) => peerFinding(peer, blocked)),
  ...clockFindings(peers),
];

async function policyOf(dataDir: string): Promise<{ policy: Policy | undefined; findings: Finding[] }> {
  const check = 'policy.json';
  try {
    const policy = await loadPolicy(dataDir);
    return { policy, findings: limits(policy).map((found) => ({ check, state: 'ok', found })) };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const cure = 'Correct it: nothing starts before';
    return { policy: undefined, findings: [{ check, state: 'fail', found: error.message, cure }] };
  }
}

/** What it keeps out, where its owner decided so. */
function limits({ peers, peersAllowed, peersBlocked, serves }: Policy): string[] {
  const who = {
    invited: [],
    all: ['takes every peer, invited or not'],
    listed: [`takes the ${peersAllowed.size} listed peers alone, whatever ticket others have`],
  }[peers];
  const blocked = peersBlocked.size === 0 ? [] : [`blocks ${peersBlocked.size} peers or identities`];
  const all = Object.keys(SERVICES) as Service[];
  const missing = all.filter((each) => !serves.includes(each));
  return [...who, ...blocked, ...(missing.length === 0 ? [] : [`neither takes nor gives ${missing.join(', ')}`])];
}

async function ask(dataDir: string): Promise<Answer | Finding | undefined> {
  const check = 'other machines';
  const relay = await findOwnRelay(dataDir);
  if (relay === undefined) {
    const found = 'not looked at: no relay runs on this data';
    return { check, state: 'ok', found, cure: 'Start it with pipes up, then ask again' };
  }
  try {
    return await relay.ask<Answer>('GET', '/owner/peers');
  } catch {
    const found = 'the relay that runs here works over HTTP alone';
    return { check, state: 'warn', found, cure: 'Start it with a free P2P_PORT, such as P2P_PORT=4101' };
  }
}

function reachedAt(addresses: readonly string[]): Finding {
  const check = 'own addresses';
  if (addresses.length > 0) return { check, state: 'ok', found: addresses.join(' ') };
  const cure = 'Connect to a relay (pipes connect TICKET), which others reach it through';
  return { check, state: 'warn', found: 'none: others cannot call this machine', cure };
}

/** Those that are away are asked only where there is no other, and not for long: they hardly answer. */
function askRelays(peers: readonly RemotePeer[]): Promise<Nat> {
  const present = stunServers(peers.filter(({ isConnected }) => isConnected));
  return present.length > 0 ? natSeenBy(present) : natSeenBy(stunServers(peers), AWAY_ATTEMPTS);
}

/** A second and a half in all. */
const AWAY_ATTEMPTS = 3;

/** Where relays answer STUN: one port above that of peers. */
function stunServers(peers: readonly RemotePeer[]): SeenAs[] {
  return peers
    .filter(({ forwards }) => forwards)
    .flatMap(({ addresses }) => {
      const [, bracketed, name, other, port] = addresses.map((each) => ANY.exec(each)).find((each) => each) ?? [];
      const host = bracketed ?? name ?? other;
      return host === undefined || host.includes(':') ? [] : [{ host, port: Number(port) + 1 }];
    });
}

function natFinding({ kind, seen }: Nat, peers: readonly RemotePeer[]): Finding {
  const check = 'NAT';
  const outside = seen.map(({ host, port }) => `${host}:${port}`).join(', ');
  if (kind === 'none') return { check, state: 'ok', found: `none: seen from outside as ${outside}` };
  if (kind === 'one-address')
    return { check, state: 'ok', found: `one outer address for all (${outside}): direct paths can be found` };
  const cure = 'Stay connected with a relay: others reach this machine through it';
  if (kind === 'address-for-each')
    return { check, state: 'warn', found: `another outer address for each (${outside}): direct paths fail`, cure };
  const more = 'Connect to relays on public machines (pipes relay there, pipes connect TICKET here): two tell its kind';
  if (kind === 'some')
    return {
      check,
      state: 'ok',
      found: `there is one (seen as ${outside}); one relay cannot tell its kind`,
      cure: more,
    };
  const isAsked = stunServers(peers).length > 0;
  const found = isAsked ? 'cannot tell: no relay answers over UDP' : 'cannot tell: no relay is known that could say';
  return {
    check,
    state: isAsked ? 'warn' : 'ok',
    found,
    cure: isAsked ? 'Let UDP out, or see the relays below' : more,
  };
}

function peerFinding(peer: RemotePeer, blocked: ReadonlySet<string>): Finding {
  const check = `${peer.forwards ? 'relay' : 'peer'} ${peer.name || peer.key.slice(0, 16)}`;
  const isBlocked = [peer.key, peer.identity].some((key) => blocked.has(key));
  if (isBlocked) {
    const cure = `Take it out of peers_blocked, or forget it: pipes peers forget ${peer.key.slice(0, 16)}`;
    return { check, state: 'warn', found: 'blocked by policy.json here', cure };
  }
  if (!peer.isConnected) {
    const cure = `See that it runs and is reachable, get a new ticket, or forget it: pipes peers forget ${peer.key.slice(0, 16)}`;
    return { check, state: 'warn', found: `away: ${peer.problem ?? 'not tried yet'}`, cure };
  }
  const paths = peer.paths.map(({ passage, roundTripMs }) =>
    roundTripMs === undefined ? passage : `${passage} ${Math.round(roundTripMs)} ms`,
  );
  return { check, state: 'ok', found: `${peer.isSettled ? 'in sync' : 'exchanging'}: ${paths.join(', ')}` };
}

/** One clock against all others is the wrong one; a single peer's own is that peer's. */
function clockFindings(peers: readonly RemotePeer[]): Finding[] {
  const check = 'clocks';
  const told = peers.filter(({ clockSkewMs }) => clockSkewMs !== undefined);
  const off = told.filter(({ clockSkewMs = 0 }) => Math.abs(clockSkewMs) > SKEW_MS);
  if (told.length === 0) return [];
  if (off.length === 0) return [{ check, state: 'ok', found: 'agree' }];
  const isOwn = off.length === told.length && (told.length > 1 || told[0]?.forwards === true);
  const cure = 'Let the network set the clock (on Linux: timedatectl set-ntp true)';
  if (isOwn) {
    const found = `this machine's differs by ${minutes(off[0]?.clockSkewMs)} from all others`;
    return [{ check, state: 'warn', found, cure }];
  }
  return off.map(({ name, key, clockSkewMs }) => {
    const found = `that of ${name || key.slice(0, 16)} differs by ${minutes(clockSkewMs)}`;
    return { check, state: 'warn', found, cure: `${cure}, there or here` };
  });
}

const minutes = (ms = 0): string => `${Math.round(Math.abs(ms) / 60_000)} min`;
