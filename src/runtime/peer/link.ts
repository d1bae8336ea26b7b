/**
 * The link to one relay: one stream for all joined channels, resumed where it broke off, with the history of newly
 * joined channels fetched once and what waits in the outbox posted whenever there is a connection. Backs off with
 * jitter while the relay is away. Everything that arrives takes the pipeline.
 */
import { DecodeError, RemoteError } from '../../core/errors.ts';
import type { AbortSignalLike, Placed, ServerEvent } from '../../core/ports.ts';
import type { Status } from '../api.ts';
import type { Pipeline } from '../pipeline/types.ts';
import { type Canceller, createCanceller } from './cancel.ts';
import type { Directory } from './directory.ts';
import type { Outbox } from './outbox.ts';
import type { PeerPorts } from './ports.ts';
import { HISTORY_PAGE, type RelayClient } from './relay-client.ts';
import type { Self } from './self.ts';
import { arrivalOf, readServed, type Served, withoutPrev } from './served.ts';

export interface LinkParts {
  readonly ports: PeerPorts;
  readonly relay: RelayClient;
  readonly pipeline: Pipeline;
  readonly self: Self;
  readonly directory: Directory;
  readonly outbox: Outbox;
  onStatus(connection: Status['connection'], problem?: string): void;
  onMembers(channels: readonly string[]): void;
  onDelivery(placed: Placed): void;
  onChannels(): void;
}

export interface Link {
  /** Runs until the signal fires; never rejects. */
  run(signal: AbortSignalLike): Promise<void>;
  /** Own profile changed; `rejoin`: its channels too, so that the stream must be another. */
  refresh(rejoin: boolean): void;
  /** Something new waits in the outbox. */
  nudge(): void;
  /** Resolves when the profiles of the channel have been asked for once on this connection, or it is offline. */
  membersKnown(channel: string): Promise<void>;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const HISTORY_PAGES = 40;
const MEMBERS_WAIT_MS = 3000;
const CURSOR_MS = 500;

export function createLink(parts: LinkParts): Link {
  const { ports, relay, self, outbox } = parts;
  let stream: Canceller | undefined;
  let online = false;
  let draining = false;
  let again = false;
  const asked = new Map<string, Promise<void>>();

  const askMembers = (channel: string) => {
    const known = asked.get(channel);
    if (known) return known;
    const asking = fetchProfiles(parts, channel).catch((error) => {
      asked.delete(channel);
      ports.onError?.(error);
    });
    asked.set(channel, asking);
    return asking;
  };

  const publish = async () => {
    const { profile, version, published } = self.state();
    if (profile === undefined || version <= published) return;
    const outcome = await relay.putProfile(profile);
    if (outcome.kind === 'taken') await self.markPublished(version);
    else if (outcome.kind === 'refused') ports.onError?.(new RemoteError(`Cannot publish profile: ${outcome.error}`));
    else ports.clock.after(outcome.afterMs, () => void publish().catch((error) => ports.onError?.(error)));
  };

  const drain = async () => {
    do {
      again = false;
      const { waitMs } = await outbox.drain(relay, parts.onDelivery);
      if (waitMs > 0) ports.clock.after(waitMs, nudge);
    } while (again);
  };
  const nudge = () => {
    again = true;
    if (!online || draining) return;
    draining = true;
    drain()
      .catch((error) => stream?.cancel(error))
      .finally(() => {
        draining = false;
      });
  };

  const cursor = createCursor(ports);

  const opened = async (channels: readonly string[]) => {
    online = true;
    parts.onStatus('online');
    await publish();
    await Promise.all(channels.map(askMembers));
    nudge();
    parts.onChannels();
    for (const channel of channels) await fillHistory(parts, channel);
  };

  const connect = async (signal: AbortSignalLike) => {
    const own = createCanceller(signal);
    stream = own;
    const channels = Object.keys(self.state().joined).sort();
    const lastEventId = await ports.store.record('own', 'cursor');
    const onOpen = () => void opened(channels).catch((error) => own.cancel(error));
    const options = { ...(lastEventId && { lastEventId }), signal: own.signal, onOpen };
    try {
      for await (const event of relay.events(channels.length > 0 ? channels : ['main'], options)) {
        await take(parts, event);
        if (event.id) cursor.reach(event.id);
      }
    } finally {
      await cursor.save();
    }
    if (own.reason instanceof Error) throw own.reason;
  };

  return {
    async run(signal) {
      let wait = FIRST_WAIT_MS;
      while (!signal.aborted) {
        parts.onStatus('connecting');
        let problem = 'the relay ended the connection';
        try {
          await connect(signal);
        } catch (error) {
          problem = error instanceof Error ? error.message : String(error);
        }
        const restarted = stream?.reason === RESTART;
        if (online) wait = FIRST_WAIT_MS;
        online = false;
        asked.clear();
        if (signal.aborted || restarted) continue;
        parts.onStatus('offline', problem);
        await pause(ports, wait * (0.5 + (ports.random(1)[0] ?? 0) / 512), signal);
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      }
    },
    refresh(rejoin) {
      if (rejoin) stream?.cancel(RESTART);
      else if (online) void publish().catch((error) => stream?.cancel(error));
    },
    nudge,
    async membersKnown(channel) {
      if (!online) return;
      await Promise.race([askMembers(channel), pause(ports, MEMBERS_WAIT_MS)]);
    },
  };
}

const RESTART = Symbol('restart');

/** Where the stream got to. Written now and then, never before what it stands for is on disk; repeats are harmless. */
function createCursor({ store, clock, onError }: PeerPorts) {
  let reached: string | undefined;
  let waiting: (() => void) | undefined;
  const save = async () => {
    waiting?.();
    waiting = undefined;
    if (reached !== undefined) await store.commit([{ op: 'put', space: 'own', key: 'cursor', value: reached }]);
    reached = undefined;
  };
  return {
    save,
    reach(id: string) {
      reached = id;
      waiting ??= clock.after(CURSOR_MS, () => void save().catch((error) => onError?.(error)));
    },
  };
}

async function take(parts: LinkParts, event: ServerEvent): Promise<void> {
  if (event.event === 'profile') await takeProfile(parts, event.data);
  else if (event.event === undefined && event.data !== '') await takeMessage(parts, parse(event.data));
}

async function takeProfile({ directory, onMembers }: LinkParts, data: string): Promise<void> {
  const channels = await directory.accept(parse(data));
  if (channels.length > 0) onMembers(channels);
}

/** What is no message of a form that we know is passed over: the relay's fault must not stop the stream. */
async function takeMessage(parts: LinkParts, value: unknown): Promise<void> {
  try {
    const served = readServed(value);
    const admitted = await admit(parts, served);
    const original = admitted ? undefined : withoutPrev(served);
    if (original) await admit(parts, original);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    parts.ports.onError?.(error);
  }
}

async function admit({ ports, pipeline, directory, onMembers }: LinkParts, served: Served): Promise<boolean> {
  const admission = await pipeline.admit(arrivalOf(served, ports.clock.now(), 'sync'));
  if (admission.kind === 'refused') return false;
  const { message } = served;
  if (message.version === '1.2' && (await directory.learn(message))) onMembers([message.channel]);
  return true;
}

async function fetchProfiles({ relay, directory, onMembers }: LinkParts, channel: string): Promise<void> {
  let changed = false;
  for (const json of await relay.profiles(channel)) changed = (await directory.accept(json)).length > 0 || changed;
  if (changed) onMembers([channel]);
}

/** Once per channel: what was there before the stream's window of the latest. Newest first would need a cursor back. */
async function fillHistory(parts: LinkParts, channel: string): Promise<void> {
  const { store } = parts.ports;
  if ((await store.record('filled', channel)) !== undefined) return;
  let since = new Date(0).toISOString();
  for (let page = 0; page < HISTORY_PAGES; page++) {
    const values = await parts.relay.history(channel, since);
    for (const value of values) await takeMessage(parts, value);
    const next = (values.at(-1) as { createdAt?: unknown } | undefined)?.createdAt;
    if (values.length < HISTORY_PAGE || typeof next !== 'string' || next <= since) break;
    since = new Date(Date.parse(next) - 1).toISOString();
  }
  await store.commit([{ op: 'put', space: 'filled', key: channel, value: since }]);
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

function pause(ports: PeerPorts, ms: number, signal?: AbortSignalLike): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const cancel = ports.clock.after(ms, resolve);
    signal?.addEventListener('abort', () => {
      cancel();
      resolve();
    });
  });
}
