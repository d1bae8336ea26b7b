/**
 * The link to one relay: one stream for all joined channels, resumed where it broke off, with the history of newly
 * joined channels fetched once and what waits in the outbox posted whenever there is a connection. Backs off with
 * jitter while the relay is away. Everything that arrives takes the pipeline.
 */
import { RemoteError } from '../../core/errors.ts';
import type { AbortSignalLike, Placed } from '../../core/ports.ts';
import { type Canceller, createCanceller } from './cancel.ts';
import { fetchMail, fetchProfiles, fillHistory, type IncomingParts, TAKEN_AT_ONCE, takeEvent } from './incoming.ts';
import type { Outbox } from './outbox.ts';
import type { Connection, PeerPorts } from './ports.ts';
import { createPublishing, type PublishingParts } from './publishing.ts';
import type { Self } from './self.ts';
import { sideBySide } from './side-by-side.ts';

export interface LinkParts extends IncomingParts, Pick<PublishingParts, 'onOwnProfile'> {
  readonly self: Self;
  readonly outbox: Outbox;
  onConnection(now: Connection): void;
  onDelivery(placed: Placed): void;
  /** A good moment to ask for the list of channels. */
  onChannels(): Promise<void>;
}

export interface Link {
  /** Runs until the signal fires; never rejects. */
  run(signal: AbortSignalLike): Promise<void>;
  /** Own profile changed; `rejoin`: its channels too, so that the stream must be another. */
  refresh(rejoin: boolean): void;
  /** Something new waits in the outbox. */
  nudge(): void;
  /**
   * Resolves when the profiles of the channel have been asked for once on this connection; soon, too, where there is
   * none. A peer that has just started waits for its first connection, lest it seal to itself alone.
   */
  membersKnown(channel: string): Promise<void>;
  /** Resolves when all that waits has been tried once, or there is no connection, or after some seconds. */
  settled(): Promise<void>;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;
const MEMBERS_WAIT_MS = 3000;
const SETTLE_WAIT_MS = 5000;
const CURSOR_MS = 500;
const MAIL_MS = 15_000;

export function createLink(parts: LinkParts): Link {
  const { ports, relay, self, outbox } = parts;
  let stream: Canceller | undefined;
  let online = false;
  let opening: Promise<void> = Promise.resolve();
  let draining: Promise<void> | undefined;
  let again = false;
  let stopLooking = () => {};
  const attempt = createAttempt();
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

  const publish = createPublishing(parts);
  const drain = async () => {
    do {
      again = false;
      const { waitMs } = await outbox.drain(relay, parts.onDelivery);
      if (waitMs > 0) ports.clock.after(waitMs, nudge);
    } while (again);
  };
  const nudge = () => {
    again = true;
    if (!online) return;
    draining ??= drain()
      .catch((error) => stream?.cancel(error))
      .finally(() => {
        draining = undefined;
      });
  };

  const cursor = createCursor(ports);

  /** Mailboxes have no stream: they are looked into now and then. */
  const lookForMail = async (): Promise<void> => {
    stopLooking();
    if (!online) return;
    await fetchMail(parts, self.dot1);
    stopLooking = ports.clock.after(MAIL_MS, () => void lookForMail().catch((error) => ports.onError?.(error)));
  };

  const opened = async (channels: readonly string[]) => {
    online = true;
    parts.onConnection({ connection: 'online' });
    attempt.done();
    await publish();
    await Promise.all(channels.map(askMembers));
    nudge();
  };
  const catchUp = async (channels: readonly string[]) => {
    await lookForMail();
    await parts.onChannels();
    for (const channel of channels) await fillHistory(parts, channel);
  };

  const connect = async (signal: AbortSignalLike) => {
    const own = createCanceller(signal);
    stream = own;
    const channels = Object.keys(self.state().joined).sort();
    const lastEventId = await ports.store.record('own', 'cursor');
    const onOpen = () => {
      opening = opened(channels).catch((error) => own.cancel(error));
      opening.then(() => catchUp(channels)).catch((error) => own.cancel(error));
    };
    const options = { ...(lastEventId && { lastEventId }), signal: own.signal, onOpen };
    const line = sideBySide(TAKEN_AT_ONCE, own.cancel);
    try {
      for await (const event of relay.events(channels.length > 0 ? channels : ['main'], options)) {
        const reached = event.id ? () => cursor.reach(event.id as string) : undefined;
        // A profile after what came before it, and before what comes after.
        if (event.event === 'profile') await line.all();
        await line.begin(() => takeEvent(parts, event), reached);
        if (event.event === 'profile') await line.all();
      }
      await line.all();
    } finally {
      await cursor.save();
    }
    if (own.reason instanceof Error) throw own.reason;
  };

  return {
    async run(signal) {
      let wait = FIRST_WAIT_MS;
      let wake: (() => void) | undefined;
      const unwatch = ports.network?.((isThere) => {
        if (isThere) wake?.();
        else stream?.cancel(new RemoteError('this device has no network'));
      });
      while (!signal.aborted) {
        attempt.start();
        parts.onConnection({ connection: 'connecting' });
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
        parts.onConnection({ connection: 'offline', problem });
        attempt.done();
        const rest = wait * (0.5 + (ports.random(1)[0] ?? 0) / 512);
        wait = Math.min(wait * 2, LONGEST_WAIT_MS);
        const woken = new Promise<void>((resolve) => {
          wake = resolve;
        });
        await Promise.race([pause(ports, rest, signal), woken]);
      }
      attempt.done();
      stopLooking();
      unwatch?.();
    },
    refresh(rejoin) {
      // The next attempt is under way from here on, so that whoever waits for it does not miss its beginning.
      if (rejoin && online) attempt.start();
      if (rejoin) stream?.cancel(RESTART);
      else if (online) void publish().catch((error) => stream?.cancel(error));
    },
    nudge,
    async membersKnown(channel) {
      const ask = async () => {
        await attempt.ended();
        if (online) await askMembers(channel);
      };
      await Promise.race([ask(), pause(ports, MEMBERS_WAIT_MS)]);
    },
    async settled() {
      const { version, published } = self.state();
      if (outbox.queued === 0 && version <= published) return;
      const settle = async () => {
        // What another device said is taken over on another connection.
        do {
          await attempt.ended();
          await opening;
        } while (attempt.isUnderWay());
        nudge();
        await draining;
      };
      await Promise.race([settle(), pause(ports, SETTLE_WAIT_MS)]);
    },
  };
}

/** An attempt to connect that is under way, for those who wait for how it ends. None is under way before the first. */
function createAttempt() {
  const waiting = new Set<() => void>();
  let underWay = false;
  return {
    isUnderWay: () => underWay,
    start() {
      underWay = true;
    },
    done() {
      underWay = false;
      for (const resolve of waiting) resolve();
      waiting.clear();
    },
    ended: () => new Promise<void>((resolve) => (underWay ? waiting.add(resolve) : resolve())),
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
