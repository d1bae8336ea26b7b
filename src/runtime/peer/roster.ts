/**
 * What is remembered of who came, went and changed keys: one record per channel, person and kind of event, written
 * with the profile that says so, and a pin of the keys that a person was first met with. Nothing of it goes out.
 */
import { toHex } from '../../core/bytes.ts';
import type { Store, StoreOp } from '../../core/ports.ts';
import type { RosterEvent } from '../api-people.ts';
import { allRecords } from '../records.ts';

type Kind = RosterEvent['kind'];

/** What a person looks like in one state of the directory. */
export interface Standing {
  readonly key: string;
  readonly agreementKey: string;
  readonly channels: readonly string[];
}

export interface Pin {
  /** The agreement key that was accepted last. */
  readonly agreementKey: string;
  /** When this person was first met here, ms. */
  readonly since: number;
  /** When the safety numbers were compared, ms. */
  readonly verified?: number;
  /** That another bears the same name has been seen. */
  readonly acknowledged?: boolean;
}

const ROSTER = 'roster';
const PINS = 'pin';

/** To be committed with the change itself. `time` is when it was signed, as far as that can be believed. */
export function rosterOps(before: Standing | undefined, after: Standing, time: number): StoreOp[] {
  const were = before?.channels ?? [];
  const came = after.channels.filter((channel) => !were.includes(channel));
  const went = were.filter((channel) => !after.channels.includes(channel));
  const rekeyed =
    before && before.agreementKey !== after.agreementKey ? [...new Set([...were, ...after.channels])] : [];
  const pin: Pin = { agreementKey: after.agreementKey, since: time };
  return [
    ...came.map((channel) => event(channel, after.key, 'joined', time)),
    ...went.map((channel) => event(channel, after.key, 'left', time)),
    ...rekeyed.map((channel) => event(channel, after.key, 'new-key', time)),
    { op: 'put', space: PINS, key: after.key, value: JSON.stringify(pin), ifAbsent: true },
  ];
}

const event = (channel: string, key: string, kind: Kind, time: number): StoreOp => ({
  ...{ op: 'put', space: ROSTER, key: `${channel}/${key}/${kind}`, value: String(time) },
});

export interface RosterRecord {
  readonly kind: Kind;
  readonly key: string;
  readonly time: number;
}

const PAGE = 500;

/** In no order. */
export async function rosterOf(store: Store, channel: string): Promise<RosterRecord[]> {
  const found: RosterRecord[] = [];
  for (let after = `${channel}/`; ; ) {
    const page = await store.records(ROSTER, PAGE, after);
    for (const { key, value } of page) {
      const [name, person = '', kind] = key.split('/');
      if (name !== channel) return found;
      found.push({ kind: kind as Kind, key: person, time: Number(value) });
    }
    if (page.length < PAGE) return found;
    after = page.at(-1)?.key ?? after;
  }
}

export const pinsOf = async (store: Store): Promise<Map<string, Pin>> =>
  new Map((await allRecords(store, PINS)).map(({ key, value }) => [key, JSON.parse(value) as Pin]));

export const putPin = (store: Store, key: string, pin: Pin) =>
  store.commit([{ op: 'put', space: PINS, key, value: JSON.stringify(pin) }]);

export const agreementOf = ({ agreementKey }: { readonly agreementKey: Uint8Array }): string => toHex(agreementKey);
