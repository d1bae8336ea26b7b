/**
 * The Peer: one running installation (src/runtime/api.ts is its surface). It puts the pipeline, the directory of
 * members, the outbox and the link to a relay together over the ports it is given; it does no I/O of its own.
 */
import { UsageError } from '../../core/errors.ts';
import type { Placed } from '../../core/ports.ts';
import { CHANNEL_PREFIX } from '../../core/scope.ts';
import type { Channel, ChannelSummary, OpenOptions, Peer, Status } from '../api.ts';
import { createPipeline } from '../pipeline/pipeline.ts';
import { createCanceller } from './cancel.ts';
import { type ChannelEvents, type ChannelParts, createChannel, membersOf } from './channel.ts';
import { createDirectory } from './directory.ts';
import { createEmitter, type Emitter } from './emitter.ts';
import { fileReference } from './file-reference.ts';
import { createLink, type Link } from './link.ts';
import { createOutbox } from './outbox.ts';
import type { Change, PeerPorts } from './ports.ts';
import { createReader } from './reading.ts';
import { createRelayClient, type RelayChannel, type RelayClient } from './relay-client.ts';
import { checkChannel, createSelf } from './self.ts';

interface PeerEvents {
  status: Status;
  channels: undefined;
}

const LISTED_CHANNELS = 1000;
const CATCH_UP = 500;

export async function createPeer(ports: PeerPorts, options: OpenOptions = {}): Promise<Peer> {
  const [self, directory, outbox] = await Promise.all([createSelf(ports), createDirectory(ports), createOutbox(ports)]);
  const relay = options.relay === undefined ? undefined : createRelayClient(ports.http, options.relay);
  const stop = createCanceller();
  const emitter = createEmitter<PeerEvents>(ports.onError);
  const channels = new Map<string, { channel: Channel; events: Emitter<ChannelEvents> }>();
  let connection: Status['connection'] = relay ? 'connecting' : 'local';
  let problem: string | undefined;
  let listed: RelayChannel[] = [];
  let closed = false;

  const pipeline = createPipeline({
    ...ports,
    authorise: (candidate) => ({
      kind: 'allowed',
      also: candidate.via === 'own' && relay ? [outbox.enqueue(candidate)] : [],
    }),
  });
  const reader = createReader({
    ports,
    self,
    directory,
    delivery: outbox.delivery,
    file: (file) => fileReference(ports, relay, file),
  });

  const status = (): Status => ({ relay: relay?.url, connection, queued: outbox.queued, problem });
  const emitStatus = () => emitter.emit('status', status());
  const emitMessage = async (placed: Placed) => {
    const entry = channels.get(placed.scope.slice(CHANNEL_PREFIX.length));
    if (entry) entry.events.emit('message', await reader.read(placed));
    emitter.emit('channels', undefined);
  };
  const show = (placed: Placed) => void emitMessage(placed).catch((error) => ports.onError?.(error));
  const emitMembers = (names: readonly string[]) => {
    for (const name of names) channels.get(name)?.events.emit('members', membersOf({ directory, self }, name));
  };
  const refreshListed = async (client: RelayClient) => {
    listed = await client.channels();
    emitter.emit('channels', undefined);
  };

  const link: Link | undefined =
    relay &&
    createLink({
      ...{ ports, relay, pipeline, self, directory, outbox },
      onStatus(next, why) {
        connection = next;
        problem = why;
        ports.changes?.announce({ kind: 'status', note: JSON.stringify({ connection, problem }) });
        emitStatus();
      },
      onMembers(names) {
        ports.changes?.announce({ kind: 'profiles', note: JSON.stringify(names) });
        emitMembers(names);
      },
      onDelivery(placed) {
        ports.changes?.announce({ kind: 'outbox' });
        show(placed);
        emitStatus();
      },
      onChannels: () => void refreshListed(relay).catch((error) => ports.onError?.(error)),
    });

  /** Own membership is known from the own profile, without waiting for a relay to send it back. */
  const rememberSelf = async () => {
    const { profile } = self.state();
    if (profile !== undefined) emitMembers(await directory.accept(profile));
  };
  const changedSelf = async (rejoin: boolean) => {
    await rememberSelf();
    link?.refresh(rejoin);
  };

  const parts: ChannelParts = {
    ...{ ports, self, directory, pipeline, outbox, reader },
    async join(name) {
      checkOpen();
      if (await self.join(name)) await changedSelf(true);
    },
    async leave(name) {
      checkOpen();
      if (await self.leave(name)) await changedSelf(true);
    },
    membersKnown: async (name) => link?.membersKnown(name),
    queued() {
      ports.changes?.announce({ kind: 'outbox' });
      emitStatus();
      link?.nudge();
    },
    events: (name) => (channels.get(name) as { events: Emitter<ChannelEvents> }).events,
  };

  const channelNamed = (name: string): Channel => {
    checkOpen();
    const known = channels.get(checkChannel(name));
    if (known) return known.channel;
    channels.set(name, { events: createEmitter<ChannelEvents>(ports.onError), channel: undefined as never });
    const entry = { ...channels.get(name), channel: createChannel(parts, name) } as {
      channel: Channel;
      events: Emitter<ChannelEvents>;
    };
    channels.set(name, entry);
    return entry.channel;
  };

  const checkOpen = () => {
    if (closed) throw new UsageError('Cannot use peer: it is closed');
  };

  /** What another tab changed in the shared store. */
  const seen = { arrival: 0 };
  const onChange = async (change: Change) => {
    if (change.kind === 'arrived') {
      for (const placed of await ports.store.arrivals(change.scope, seen.arrival, CATCH_UP)) {
        seen.arrival = Math.max(seen.arrival, placed.arrival);
        show(placed);
      }
    } else if (change.kind === 'self') await self.reload().then(() => link?.refresh(true));
    else if (change.kind === 'profiles') await directory.reload().then(() => emitMembers([...channels.keys()]));
    else if (change.kind === 'outbox') await outbox.reload().then(() => link?.nudge());
    else if (change.note !== undefined) ({ connection, problem } = JSON.parse(change.note));
    emitStatus();
  };

  const unsubscribe = pipeline.subscribe(CHANNEL_PREFIX, (placed) => {
    seen.arrival = Math.max(seen.arrival, placed.arrival);
    ports.changes?.announce({ kind: 'arrived', scope: placed.scope });
    show(placed);
  });
  const unhear = ports.changes?.on((change) => void onChange(change).catch((error) => ports.onError?.(error)));

  if (options.name !== undefined && self.state().name === '') await self.setName(options.name);
  if (options.agent !== undefined) await self.setAgent(options.agent);
  await rememberSelf();
  const lead = ports.lead ?? runAtOnce;
  let running: Promise<void> | undefined;
  const unlead =
    link &&
    lead((signal) => {
      const both = createCanceller(signal);
      stop.signal.addEventListener('abort', () => both.cancel());
      running = link.run(both.signal);
      return running;
    });

  return {
    identity: {
      key: self.key,
      dot1: self.dot1,
      agreementKey: self.agreementKey,
      get name() {
        return self.state().name;
      },
    },
    async setName(name) {
      checkOpen();
      await self.setName(name);
      await changedSelf(false);
    },
    channel: channelNamed,
    channels: async () => summaries(ports, self.state().joined, listed),
    status,
    on: emitter.on as Peer['on'],
    async close() {
      if (closed) return;
      closed = true;
      stop.cancel();
      unlead?.();
      unsubscribe();
      unhear?.();
      await running;
      await ports.release();
    },
  };
}

const runAtOnce: NonNullable<PeerPorts['lead']> = (task) => {
  const stop = createCanceller();
  void task(stop.signal);
  return () => stop.cancel();
};

async function summaries(
  ports: PeerPorts,
  joined: Readonly<Record<string, number>>,
  listed: readonly RelayChannel[],
): Promise<ChannelSummary[]> {
  const own = await ports.store.scopes(CHANNEL_PREFIX, LISTED_CHANNELS);
  const byName = new Map<string, ChannelSummary>();
  const add = (name: string, count: number, latest: number) => {
    const before = byName.get(name);
    const time = Math.max(before?.latest?.getTime() ?? 0, latest);
    const most = Math.max(before?.count ?? 0, count);
    byName.set(name, { name, joined: name in joined, count: most, latest: time === 0 ? undefined : new Date(time) });
  };
  for (const { scope, count, latest } of own) add(scope.slice(CHANNEL_PREFIX.length), count, latest);
  for (const { name, count, latest } of listed) add(name, count, latest);
  for (const name of Object.keys(joined)) add(name, 0, 0);
  return [...byName.values()].sort((a, b) => (b.latest?.getTime() ?? 0) - (a.latest?.getTime() ?? 0));
}
