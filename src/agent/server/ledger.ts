/**
 * What each key sent, and what became of it: fees, a free quota, and a reputation out of delivered, refused and abusive
 * traffic (spec/08-keep.md#fees). On disk once a minute and at the end; memory is bounded, the oldest keys go first.
 */
import type { Packet } from '../../core/packet/packet.ts';
import type { Clock, Store } from '../../core/ports.ts';
import { boundedMap } from '../../runtime/bounded-map.ts';
import type { KeepPolicy } from './policy.ts';

export type Outcome = 'delivered' | 'queued' | 'refused' | 'abusive';
/** Whether what the packet offers was paid. */
export type Payment = (packet: Packet) => boolean | Promise<boolean>;

export interface Ledger {
  /** Undefined where the packet may go, else the error that it gets. */
  objection(key: string, packet: Packet): Promise<string | undefined> | string | undefined;
  count(key: string, outcome: Outcome, fee?: bigint): void;
  /** 0 to 100. */
  reputation(key: string): number;
  flush(): Promise<void>;
}

interface Account {
  delivered: number;
  queued: number;
  refused: number;
  abusive: number;
  /** Satoshis that were offered by what was taken, in decimal. */
  fees: string;
  /** What is left of the free quota, and since when. */
  free: number;
  at: number;
}

const SPACE = 'keep-ledger';
const MINUTE = 60_000;
const KEYS = 50_000;
const ROWS = 1000;
/** How much worse abuse is than a refusal. */
const ABUSE = 8;
/** Nobody is judged by a handful of packets. */
const CREDIT = 20;

export async function openLedger(
  store: Store,
  clock: Clock,
  policy: KeepPolicy,
  options: { readonly isLimited: boolean; readonly payment?: Payment | undefined },
): Promise<Ledger> {
  const accounts = boundedMap<string, Account>(KEYS);
  const changed = new Set<string>();
  for (const { key, value } of await store.records(SPACE, KEYS)) accounts.set(key, JSON.parse(value) as Account);

  const account = (key: string): Account => {
    const known = accounts.get(key);
    if (known !== undefined) return known;
    const counts = { delivered: 0, queued: 0, refused: 0, abusive: 0 };
    const fresh: Account = { ...counts, fees: '0', free: policy.free_per_minute, at: clock.now() };
    accounts.set(key, fresh);
    return fresh;
  };
  const reputation = (key: string): number => {
    const { delivered, queued, refused, abusive } = account(key);
    const good = CREDIT + delivered + queued;
    return (100 * good) / (good + refused + ABUSE * abusive);
  };
  const takeFree = (key: string): boolean => {
    const one = account(key);
    const now = clock.now();
    const refill = (Math.max(0, now - one.at) * policy.free_per_minute) / MINUTE;
    one.free = Math.min(policy.free_per_minute, one.free + refill);
    one.at = now;
    if (one.free < 1) return false;
    one.free -= 1;
    return true;
  };
  const unpaid = async (packet: Packet): Promise<string | undefined> =>
    options.payment === undefined || (await options.payment(packet)) ? undefined : 'fee_required';

  return {
    reputation,
    objection(key, packet) {
      if (packet.fee < BigInt(policy.min_fee)) return 'fee_required';
      if (options.isLimited && reputation(key) < policy.min_reputation) return 'reputation';
      const isFree = !options.isLimited || takeFree(key);
      if (isFree && policy.min_fee === 0) return undefined;
      return !isFree && packet.fee < BigInt(policy.fee_beyond_quota) ? 'fee_required' : unpaid(packet);
    },
    count(key, outcome, fee = 0n) {
      const one = account(key);
      one[outcome] += 1;
      if (fee > 0n) one.fees = `${BigInt(one.fees) + fee}`;
      changed.add(key);
    },
    async flush() {
      const keys = [...changed];
      changed.clear();
      for (let at = 0; at < keys.length; at += ROWS) {
        const rows = keys.slice(at, at + ROWS).map((key) => ({ key, value: JSON.stringify(account(key)) }));
        await store.commit(rows.map((row) => ({ op: 'put', space: SPACE, ...row }) as const));
      }
    },
  };
}
