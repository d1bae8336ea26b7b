/** Whose keys are known here, and which of them were compared: pins in the store, read against the directory. */
import { fromHex } from '../../core/bytes.ts';
import { type IdentityKeys, safetyNumber } from '../../core/identity/safety-number.ts';
import { dot1Of } from '../../core/identity/spelling.ts';
import type { KnownPerson, People, RosterEvent } from '../api-people.ts';
import type { Directory } from './directory.ts';
import type { PeerPorts } from './ports.ts';
import { agreementOf, type Pin, pinsOf, putPin, rosterOf } from './roster.ts';
import type { Self } from './self.ts';

export interface PeopleParts {
  readonly ports: PeerPorts;
  readonly self: Self;
  readonly directory: Directory;
  /** Tells the other tabs, and all listeners, that what is known of people changed. */
  onChange(): void;
}

export function createPeople({ ports, self, directory, onChange }: PeopleParts): People {
  const numbers = new Map<string, string>();
  const change = async (key: string, next: (pin: Pin, agreementKey: string) => Pin) => {
    const person = directory.person(key);
    const pin = (await pinsOf(ports.store)).get(key);
    if (person === undefined || pin === undefined) return;
    await putPin(ports.store, key, next(pin, agreementOf(person)));
    onChange();
  };
  return {
    async list() {
      const pins = await pinsOf(ports.store);
      return [...pins].flatMap(([key, pin]) => known(directory, self, key, pin) ?? []);
    },
    async safetyNumber(key) {
      const person = directory.person(key);
      if (person === undefined || key === self.key) return undefined;
      const name = `${key}/${agreementOf(person)}`;
      const number = numbers.get(name) ?? safetyNumber(ports.sha256, ownKeys(ports), keysOf(key, person.agreementKey));
      numbers.set(name, number);
      return number;
    },
    setVerified: (key, verified) =>
      change(key, ({ since }, agreementKey) => ({
        ...{ agreementKey, since, acknowledged: true },
        ...(verified && { verified: ports.clock.now() }),
      })),
    accept: (key) =>
      change(key, (pin, agreementKey) =>
        pin.agreementKey === agreementKey
          ? { ...pin, acknowledged: true }
          : { agreementKey, since: pin.since, acknowledged: true },
      ),
  };
}

function known(directory: Directory, self: Self, key: string, pin: Pin): KnownPerson | undefined {
  const person = directory.person(key);
  if (person === undefined) return undefined;
  const { dot1, name, agent } = person;
  const keyChanged = pin.agreementKey !== agreementOf(person);
  return {
    ...{ key, dot1, name: name || dot1, self: key === self.key, agent, keyChanged },
    since: new Date(pin.since),
    verified: pin.verified === undefined || keyChanged ? undefined : new Date(pin.verified),
    acknowledged: pin.acknowledged === true,
  };
}

const ownKeys = (ports: PeerPorts): IdentityKeys => ({ key: ports.signer.key, agreementKey: ports.agreement.key });

const keysOf = (key: string, agreementKey: Uint8Array): IdentityKeys => ({
  key: fromHex(key) ?? new Uint8Array(),
  agreementKey,
});

/** What others did since this identity joined, earliest first. */
export async function rosterEvents(
  { ports, self, directory }: Omit<PeopleParts, 'onChange'>,
  channel: string,
): Promise<RosterEvent[]> {
  const joined = self.state().joined[channel] ?? 0;
  const events = (await rosterOf(ports.store, channel)).filter(({ key, time }) => key !== self.key && time > joined);
  return events
    .sort((a, b) => a.time - b.time || (a.key < b.key ? -1 : 1))
    .map(({ kind, key, time }) => {
      const person = directory.person(key);
      const dot1 = person?.dot1 ?? dot1Of(ports.sha256, fromHex(key) ?? new Uint8Array());
      return { kind, key, dot1, time: new Date(time), name: person?.name || dot1, agent: person?.agent ?? false };
    });
}
