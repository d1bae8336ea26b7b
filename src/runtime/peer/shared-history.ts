/**
 * The past, shared with one who came later (spec/05-sealing.md#shared-history): a member wraps the keys of earlier
 * messages again, in a message sealed to the newcomer alone. Here they are gathered, sent, noted and found again. On
 * disk stands only which message carries a key; the keys themselves stay inside its seal.
 */
import { fromHex, toHex } from '../../core/bytes.ts';
import { decodeEnvelope } from '../../core/envelope/envelope.ts';
import { fromEnvelope, type Piper12 } from '../../core/envelope/piper.ts';
import { UsageError } from '../../core/errors.ts';
import type { Placed, StoreOp } from '../../core/ports.ts';
import { LIMITS } from '../../core/registry.ts';
import { channelScope } from '../../core/scope.ts';
import type { SharedKey } from '../../core/seal/shared-keys.ts';
import { boundedMap } from '../bounded-map.ts';
import { type Opened, openMessage, openWithKey } from '../sealing.ts';
import type { Directory } from './directory.ts';
import type { PeerPorts } from './ports.ts';
import type { Self } from './self.ts';
import { type SendingParts, sendBody } from './sending.ts';

export interface SharedHistory {
  /** Opens by the own wrap, else with a key that a member shared; `by` is then the verifying key of who did. */
  open(message: Piper12, id: string): Promise<{ result: Opened; by?: string }>;
  /** Notes the keys that a message which has just arrived carries, and answers the messages here that they are for. */
  take(placed: Placed): Promise<Placed[]>;
}

interface Source {
  readonly scope: string;
  readonly time: number;
  readonly id: string;
}

const NOTED = 'shared-key';
const SOURCES_TRIED = 4;
const SOURCES_KEPT = 32;
const PAGE = 500;
/** The newest so many messages; in as many sealed messages as that takes. */
const SHARED_AT_ONCE = 10_000;

export function createSharedHistory(parts: {
  ports: PeerPorts;
  self: Self;
  directory: Pick<Directory, 'isBorrowed'>;
}): SharedHistory {
  const { ports, self, directory } = parts;
  const reader = { dot1: self.dot1, agreement: ports.agreement };
  const sources = boundedMap<string, { by: string; keys: ReadonlyMap<string, Uint8Array> }>(SOURCES_KEPT);

  async function keysFrom(source: Source) {
    const known = sources.get(source.id);
    if (known) return known;
    const placed = await ports.store.find(source.scope, source.time, fromHex(source.id) ?? new Uint8Array());
    const message = placed && sealedIn(placed);
    const result = message && !directory.isBorrowed(message) ? await openMessage(message, reader, ports) : undefined;
    const shared = result?.kind === 'open' ? (result.body.sharedKeys ?? []) : [];
    const keys = new Map(shared.map(({ id, bodyKey }) => [toHex(id), bodyKey]));
    const found = { by: message?.fromEd25519Pub ?? '', keys };
    sources.set(source.id, found);
    return found;
  }

  async function openShared(message: Piper12, id: string): Promise<{ result: Opened; by: string } | undefined> {
    for (const { key, value } of await ports.store.records(NOTED, SOURCES_TRIED, `${id}/`)) {
      if (!key.startsWith(`${id}/`)) return undefined;
      const { by, keys } = await keysFrom(JSON.parse(value) as Source);
      const bodyKey = keys.get(id);
      const result = bodyKey && (await openWithKey(message, bodyKey, ports));
      if (result?.kind === 'open') return { result, by };
    }
    return undefined;
  }

  return {
    async open(message, id) {
      const result = await openMessage(message, reader, ports);
      if (result.kind !== 'not-for-you') return { result };
      return (await openShared(message, id)) ?? { result };
    },
    async take(placed) {
      const message = sealedIn(placed);
      if (message === undefined || !mayCarryKeys(message, self)) return [];
      const source: Source = { scope: placed.scope, time: placed.time, id: toHex(placed.id) };
      const { keys } = await keysFrom(source);
      if (keys.size === 0) return [];
      await ports.store.commit([...keys.keys()].map((id) => note(id, source)));
      const meant: Placed[] = [];
      for await (const each of everything(ports, placed.scope)) if (keys.has(toHex(each.id))) meant.push(each);
      return meant;
    },
  };
}

/** Sealed to two: whoever shares, and oneself. Other messages are not worth opening before they are shown. */
const mayCarryKeys = (message: Piper12, self: Self): boolean =>
  message.wraps.length === 2 &&
  message.fromEd25519Pub !== self.key &&
  message.wraps.some((wrap) => wrap.recipient_dot1 === self.dot1);

const note = (id: string, source: Source): StoreOp => ({
  op: 'put',
  space: NOTED,
  key: `${id}/${source.id}`,
  value: JSON.stringify(source),
});

/** Shares what this identity can open and the member can't; resolves with how many messages that were. */
export async function shareHistory(
  parts: SendingParts & { readonly shared: SharedHistory },
  channel: string,
  member: string,
  since = 0,
): Promise<number> {
  const recipient = parts.directory.members(channel).find(({ key }) => key === member);
  if (recipient === undefined || member === parts.self.key) {
    throw new UsageError('Cannot share the past: expected the key of another member of the channel');
  }
  const keys = await keysToShare(parts, channel, recipient.dot1, since);
  for (let at = 0; at < keys.length; at += LIMITS.sharedKeys) {
    const body = { text: '', sharedKeys: keys.slice(at, at + LIMITS.sharedKeys) };
    await sendBody(parts, { channel, body, recipients: [recipient], aside: true });
  }
  return keys.length;
}

async function keysToShare(
  { ports, directory, shared }: SendingParts & { readonly shared: SharedHistory },
  channel: string,
  dot1: string,
  since: number,
): Promise<SharedKey[]> {
  const found: (SharedKey & { time: number })[] = [];
  for await (const placed of everything(ports, channelScope(channel))) {
    const message = placed.time >= since ? sealedIn(placed) : undefined;
    if (message === undefined || directory.isBorrowed(message)) continue;
    if (message.wraps.some((wrap) => wrap.recipient_dot1 === dot1)) continue;
    const { result } = await shared.open(message, toHex(placed.id));
    if (result.kind !== 'open' || result.body.sharedKeys) continue;
    found.push({ id: placed.id, bodyKey: result.bodyKey, time: placed.time });
  }
  return found.sort((a, b) => b.time - a.time).slice(0, SHARED_AT_ONCE);
}

async function* everything({ store }: PeerPorts, scope: string): AsyncGenerator<Placed> {
  for (let after = 0; ; ) {
    const page = await store.arrivals(scope, after, PAGE);
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.arrival ?? after;
  }
}

function sealedIn(placed: Placed): Piper12 | undefined {
  const message = fromEnvelope(decodeEnvelope(placed.envelope));
  return message.version === '1.2' ? message : undefined;
}
