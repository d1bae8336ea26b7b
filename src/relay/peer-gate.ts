/**
 * Keeps the door of a relay for other peers, as its owner decided (peer-policy.ts): says who may come in, counts what
 * each hands over in a day, and tells those who are refused why. What was counted survives a restart, to within a MiB.
 */
import { toHex } from '../core/bytes.ts';
import type { Clock, Store } from '../core/ports.ts';
import type { Hello } from '../core/sync/session/hello.ts';
import type { Gate } from '../runtime/network/gate.ts';
import { allRecords } from '../runtime/records.ts';
import type { PeerPolicy } from './peer-policy.ts';

export interface PeerGate extends Gate {
  /** Peers by key and how often each was refused; those that nobody knows together under ''. */
  refusals(): ReadonlyMap<string, number>;
  /** What waits for agents is in clear: where everybody may join, only those get it whom the owner named. */
  mayHaveNames(hello: Hello): boolean;
  /** Resolves once what was counted is on disk. */
  flush(): Promise<void>;
}

const SPACE = 'peer-given';
const DAY_MS = 86_400_000;
const SAVE_BYTES = 1_048_576;
/** Names that are told apart; more share one. */
const MOST_NAMES = 1000;
const LATER = 'it goes on after midnight UTC';

interface Given {
  bytes: number;
  saved: number;
  /** Something was refused: nothing more is taken today, however small. */
  isFull: boolean;
}

export interface PeerGateParts {
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  readonly policy: PeerPolicy;
  /** False lifts the quotas. */
  readonly isLimited: boolean;
  onError(error: unknown): void;
}

export async function createPeerGate({ store, clock, policy, isLimited, onError }: PeerGateParts): Promise<PeerGate> {
  const today = (): number => Math.floor(clock.now() / DAY_MS);
  const given = new Map<string, Given>();
  const refused = new Map<string, number>();
  let day = today();
  let all = 0;

  const stale: string[] = [];
  for (const { key, value } of await allRecords(store, SPACE)) {
    const [on, bytes] = JSON.parse(value) as [day: number, bytes: number];
    if (on !== day) stale.push(key);
    else given.set(key, { bytes, saved: bytes, isFull: false });
    all += on === day ? bytes : 0;
  }
  if (stale.length > 0) await store.commit(stale.map((key) => ({ op: 'delete', space: SPACE, key }) as const));

  const turn = (): void => {
    if (day === today()) return;
    day = today();
    all = 0;
    const before = [...given.keys()];
    given.clear();
    if (before.length === 0) return;
    store.commit(before.map((key) => ({ op: 'delete', space: SPACE, key }) as const)).catch(onError);
  };
  const save = async (entries: readonly (readonly [string, Given])[]): Promise<void> => {
    const unsaved = entries.filter(([, { bytes, saved }]) => bytes > saved);
    if (unsaved.length === 0) return;
    const ops = unsaved.map(([key, one]) => {
      one.saved = one.bytes;
      return { op: 'put', space: SPACE, key, value: JSON.stringify([day, one.bytes]) } as const;
    });
    await store.commit(ops);
  };
  const usedUp = (key: string, more: number): string | undefined => {
    if (!isLimited) return undefined;
    turn();
    const one = given.get(key);
    if (one?.isFull || (one?.bytes ?? 0) + more > policy.peerQuotaPerPeerBytes) {
      return `what one peer may hand over here in a day is used up; ${LATER}`;
    }
    if (all + more > policy.peerQuotaBytes) return `what all peers may hand over here in a day is used up; ${LATER}`;
    return undefined;
  };
  const isAmong = (keys: ReadonlySet<string>, { certificate: { peer, identity } }: Hello): boolean =>
    keys.has(toHex(peer)) || keys.has(toHex(identity));

  return {
    judge(hello) {
      const isAllowed = isAmong(policy.peersAllowed, hello);
      if (isAmong(policy.peersBlocked, hello)) return { refused: 'not welcome here' };
      if (policy.peers === 'listed' && !isAllowed) {
        return { refused: 'its owner has listed whom it lets in; ask the owner to add your key' };
      }
      const full = usedUp(toHex(hello.certificate.peer), 1);
      if (full !== undefined) return { refused: full };
      return isAllowed || policy.peers === 'all' ? 'welcome' : 'if-invited';
    },
    take(peer, bytes) {
      const key = toHex(peer);
      const problem = usedUp(key, bytes);
      if (!isLimited) return undefined;
      const one = given.get(key) ?? { bytes: 0, saved: 0, isFull: false };
      given.set(key, one);
      one.isFull ||= problem !== undefined;
      if (problem !== undefined) return problem;
      one.bytes += bytes;
      all += bytes;
      if (one.bytes - one.saved >= SAVE_BYTES) save([[key, one]]).catch(onError);
      return undefined;
    },
    refused(key) {
      const name = refused.has(key) || refused.size < MOST_NAMES ? key : '';
      refused.set(name, (refused.get(name) ?? 0) + 1);
    },
    refusals: () => refused,
    mayHaveNames: (hello) => policy.peers !== 'all' || isAmong(policy.peersAllowed, hello),
    flush: () => save([...given]),
  };
}
