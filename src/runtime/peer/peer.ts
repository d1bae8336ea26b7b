/**
 * The Peer: one running installation (src/runtime/api.ts is its surface). It puts the pipeline, the directory of
 * members, the outbox and the link to a relay together over the ports it is given; it does no I/O of its own.
 */
import { toHex } from '../../core/bytes.ts';
import { UsageError } from '../../core/errors.ts';
import type { Placed } from '../../core/ports.ts';
import type { SignedProfile } from '../../core/profile.ts';
import { parseRecipient } from '../../core/recipient.ts';
import { CHANNEL_PREFIX, mailboxScope } from '../../core/scope.ts';
import type { Channel, OpenOptions, Peer } from '../api.ts';
import type { RemotePath } from '../api-network.ts';
import { createBundles, noBundles } from '../bundles.ts';
import { createIntake, type Intake } from '../intake/intake.ts';
import { createLogs, type LogsOfPeer } from '../logs/logs.ts';
import { absentNetwork } from '../network/absent.ts';
import type { Network } from '../network/network.ts';
import { createTransfer } from '../network/transfer.ts';
import { scopesWanted } from '../network/wants.ts';
import { createDeliveries } from '../packs/deliveries.ts';
import { createPacks } from '../packs/packs.ts';
import { createPeerExchange } from '../packs/peer-exchange.ts';
import { createPipeline } from '../pipeline/pipeline.ts';
import type { Authorise } from '../pipeline/types.ts';
import { readSignedProfile } from '../profiles.ts';
import { adoptProfile } from './adopt.ts';
import { asideOps } from './asides.ts';
import { createCanceller } from './cancel.ts';
import { createChannel } from './channel.ts';
import { createDirect } from './direct.ts';
import { createDirectory } from './directory.ts';
import { fileReference } from './file-reference.ts';
import { createLink, type Link, type LinkParts } from './link.ts';
import { createNews, type News } from './news.ts';
import { createOutbox } from './outbox.ts';
import { createPeople } from './people.ts';
import type { PeerPorts } from './ports.ts';
import { createReader } from './reading.ts';
import { createRelayClient, type RelayChannel } from './relay-client.ts';
import { checkChannel, createSelf, type Self } from './self.ts';
import { createSharedHistory } from './shared-history.ts';
import { shareStore } from './sharing.ts';
import { channelSummaries } from './summaries.ts';
import { createUsernames } from './usernames.ts';

export async function createPeer(ports: PeerPorts, options: OpenOptions = {}): Promise<Peer> {
  const parts = await assemble(ports, options);
  const { self, directory, news, pipeline, link, shared } = parts;
  const logs = await createPeerLogs(ports, options);
  const intake = createIntake({ ...ports, pipeline, logBlobs: logs.blobs });
  const network = await createOwnNetwork(parts, logs, intake);
  const { packs, deliveries } = createPeerPacks(parts, logs, intake);
  const stopDelivering = hasNetwork(ports) ? deliveries.follow(intake.blobs) : undefined;
  const channels = new Map<string, Channel>();
  let closed = false;

  const checkOpen = () => {
    if (closed) throw new UsageError('Cannot use peer: it is closed');
  };
  /** Own membership is known from the own profile, without waiting for a relay to send it back. */
  const acceptSelf = async () => {
    const { profile } = self.state();
    if (profile !== undefined) news.tellMembers(await directory.accept(profile));
  };
  const changeChannels = async (change: (name: string) => Promise<boolean>, name: string) => {
    checkOpen();
    if (!(await change(name))) return;
    await acceptSelf();
    link?.refresh(true);
  };
  const channelParts = {
    ...parts,
    join: (name: string) => changeChannels(self.join, name),
    leave: (name: string) => changeChannels(self.leave, name),
    membersKnown: async (name: string) => link?.membersKnown(name),
    queued() {
      ports.changes?.announce({ kind: 'outbox' });
      news.tellStatus();
      link?.nudge();
    },
  };

  await introduce(self, options);
  await acceptSelf();
  const sharing = shareStore(parts);
  const tell = (placed: Placed) => {
    ports.changes?.announce({ kind: 'arrived', scope: placed.scope });
    news.tellMessage(placed);
  };
  const unsubscribe = pipeline.subscribe(CHANNEL_PREFIX, (placed) => {
    sharing.saw(placed.arrival);
    // What it carries is noted first, so that whoever hears of it can open what it is for.
    void shared
      .take(placed)
      .catch((error) => void ports.onError?.(error))
      .then((opened) => {
        tell(placed);
        for (const each of opened ?? []) news.tellMessage(each);
      });
  });
  const stopFollowing = parts.following.watch();
  const stopLink = link && keepRunning(ports, link);

  const direct = await createDirect({
    ...parts,
    isMet: (identity) => network.peers().some((peer) => peer.identity === identity && peer.isConnected),
    queued: channelParts.queued,
  });
  await ports.discover?.(network.found);
  const transfer = createTransfer(logs, network.fetch);
  const setName = async (name: string): Promise<void> => {
    await self.setName(name);
    await acceptSelf();
    link?.refresh(false);
  };
  const usernames = createUsernames({ ...parts, network, introduce: setName, onMembers: news.tellMembers });

  return {
    identity: identityOf(self),
    logs,
    ticket: network.ticket,
    connect: network.connect,
    peers: network.peers,
    async send(recipient, bytes) {
      checkOpen();
      return direct.send(await usernames.meet(recipient), bytes);
    },
    onMessage: direct.onMessage,
    resolve: usernames.resolve,
    pipe: async (recipient, protocol, pipeOptions) =>
      network.pipes.open(await usernames.resolve(recipient), protocol, pipeOptions),
    onPipe: network.pipes.accept,
    put: logs.files.put,
    get: transfer.get,
    paths: (identity) => pathsTo(network, identity),
    people: parts.people,
    network,
    bundles: createBundles({
      ...ports,
      ...{ logs, packs, blobs: intake.blobs },
      platform: ports.bundles ?? noBundles,
    }),
    async setName(name) {
      checkOpen();
      await setName(name);
    },
    async claimName(username) {
      checkOpen();
      await usernames.claim(username);
    },
    async adoptProfile() {
      checkOpen();
      if (parts.relay === undefined || !(await adoptProfile(ports, parts.relay, self))) return false;
      await acceptSelf();
      link?.refresh(true);
      return true;
    },
    channel(name) {
      checkOpen();
      const channel = channels.get(checkChannel(name)) ?? createChannel(channelParts, name);
      channels.set(name, channel);
      return channel;
    },
    channels: () => channelSummaries(ports.store, self.state().joined, parts.listed()),
    status: news.status,
    on: news.peer.on as Peer['on'],
    async close() {
      if (closed) return;
      closed = true;
      try {
        await link?.settled();
        unsubscribe();
        stopFollowing();
        sharing.stop();
        await direct.close();
        await stopLink?.();
        await network.close();
        await stopDelivering?.();
        await logs.close();
      } finally {
        await ports.release();
      }
    },
  };
}

function pathsTo(network: Network, identity: string): readonly RemotePath[] {
  if (parseRecipient(identity).kind === 'name')
    throw new UsageError(`Cannot show paths to ${identity}: expected a key; await peer.resolve() gives it`);
  return network.peers().flatMap((peer) => (peer.identity === identity ? peer.paths : []));
}

function createPeerLogs(ports: PeerPorts, { logDialect }: OpenOptions): Promise<LogsOfPeer> {
  const { store, blobs, logSigner, signer, verifier, sha256, clock, onError } = ports;
  return createLogs({
    ...{ store, blobs, logSigner, verifier, sha256, clock },
    ...(ports.certifiesLog !== false && { signer }),
    ...(logDialect && { dialect: logDialect }),
    ...(onError && { onError }),
  });
}

const hasNetwork = ({ transports = [] }: PeerPorts): boolean => transports.length > 0;

/** Loaded only where there is something to reach others by. */
async function createOwnNetwork(
  { ports, self, directory, pipeline, acceptProfile }: Parts,
  logs: LogsOfPeer,
  intake: Intake,
): Promise<Network> {
  if (!hasNetwork(ports)) return absentNetwork(ports);
  const { createPeerNetwork } = await import('../network/peer-network.ts');
  return createPeerNetwork({
    ...{ ports, logs, pipeline, intake, transports: ports.transports ?? [] },
    ...{ dot1: self.dot1, name: () => self.state().name },
    profiles: { watch: directory.watch, accept: acceptProfile },
  });
}

/** What goes into bundles beside the logs: messages of the own store, and of what else keeps some on this installation. */
function createPeerPacks({ ports, self, acceptProfile }: Parts, logs: LogsOfPeer, intake: Intake) {
  const { store, blobs, sha256, signer, logSigner, exchanges = [], share = {} } = ports;
  const own = createPeerExchange({
    ...{ store, blobs, envelopes: intake.envelopes, key: signer.key, acceptProfile },
    ...{ wants: scopesWanted(share, self.dot1), mailbox: mailboxScope(self.dot1) },
  });
  const all = [own, ...exchanges];
  const deliveries = createDeliveries({ ...ports, logs }, all);
  return { deliveries, packs: createPacks({ store, sha256, logSigner, logs, deliveries }, all) };
}

type Parts = Awaited<ReturnType<typeof assemble>>;
type Core = Pick<LinkParts, 'ports' | 'self' | 'directory'> & { readonly news: News };

async function assemble(ports: PeerPorts, options: OpenOptions) {
  const [self, directory, outbox] = await Promise.all([createSelf(ports), createDirectory(ports), createOutbox(ports)]);
  const relay = options.relay === undefined ? undefined : createRelayClient(ports.http, options.relay);
  const file = (sealed: Parameters<typeof fileReference>[2]) => fileReference(ports, relay, sealed);
  const shared = createSharedHistory({ ports, self, directory });
  const reader = createReader({ ports, self, directory, shared, delivery: outbox.delivery, file });
  const news = createNews({ ports, relay: relay?.url, self, directory, outbox, reader });
  const authorise: Authorise = (candidate) => ({
    kind: 'allowed',
    also: candidate.via === 'own' ? [outbox.enqueue(candidate)] : asideOps(candidate, self.dot1),
  });
  const pipeline = createPipeline({ ...ports, authorise });
  pipeline.subscribe('', outbox.entered);
  let listed: RelayChannel[] = [];
  const onPeople = () => {
    ports.changes?.announce({ kind: 'profiles' });
    news.tellMembers();
  };
  const people = createPeople({ ports, self, directory, onChange: onPeople });
  /** Whichever way it came; whether it was new. */
  const acceptProfile = async (json: unknown): Promise<boolean> => {
    const touched = await directory.accept(json);
    news.tellMembers(touched);
    return touched.length > 0;
  };
  const core = { ports, self, directory, outbox, reader, news, pipeline, shared, people, acceptProfile };
  const onChannels = async () => {
    listed = (await relay?.channels()) ?? [];
    news.tellChannels();
  };
  const following = createFollowing(core, () => link);
  const { onOwnProfile } = following;
  const link: Link | undefined =
    relay && createLink({ ...core, relay, ...reporters(ports, news), onChannels, onOwnProfile });
  return { ...core, relay, link, following, listed: () => listed };
}

/** What the link reports: told here, and to the other tabs. */
const reporters = (ports: PeerPorts, news: News) => ({
  onConnection(now: Parameters<News['tellConnection']>[0]) {
    ports.changes?.announce({ kind: 'status', now });
    news.tellConnection(now);
  },
  onMembers(channels: readonly string[]) {
    ports.changes?.announce({ kind: 'profiles' });
    news.tellMembers(channels);
  },
  onDelivery(placed: Parameters<News['tellMessage']>[0]) {
    ports.changes?.announce({ kind: 'outbox' });
    news.tellMessage(placed);
    news.tellStatus();
  },
});

/** The same identity on another device, after a restore say, is this one too: what it joins is joined here. */
function createFollowing({ ports, self, directory, news }: Core, link: () => Link | undefined) {
  const follow = async (profile: SignedProfile | undefined): Promise<boolean> => {
    if (profile === undefined || toHex(profile.key) !== self.key || !(await self.follow(profile))) return false;
    const { profile: own } = self.state();
    if (own !== undefined) news.tellMembers(await directory.accept(own));
    news.tellChannels();
    link()?.refresh(true);
    return true;
  };
  const watcher = (key: string, version: number) => {
    if (key !== self.key || version <= self.state().version) return;
    follow(directory.profile(key)).catch((error) => void ports.onError?.(error));
  };
  return {
    onOwnProfile: async (json: unknown) => follow(await readSignedProfile(json, ports.verifier)),
    watch: () => directory.watch(watcher),
  };
}

async function introduce(self: Self, { name, agent }: OpenOptions): Promise<void> {
  if (name !== undefined && self.state().name === '') await self.setName(name);
  if (agent !== undefined) await self.setAgent(agent);
}

/** Runs the link while this peer leads; the result stops it and resolves when it has stopped. */
function keepRunning(ports: PeerPorts, link: Link): () => Promise<void> {
  const stop = createCanceller();
  let running: Promise<void> = Promise.resolve();
  const task: Parameters<NonNullable<PeerPorts['lead']>>[0] = (signal) => {
    signal.addEventListener('abort', stop.cancel);
    running = link.run(stop.signal);
    return running;
  };
  const giveUp = ports.lead?.(task);
  if (ports.lead === undefined) void task(stop.signal);
  return async () => {
    stop.cancel();
    giveUp?.();
    await running;
  };
}

const identityOf = (self: Self): Peer['identity'] => ({
  ...{ key: self.key, dot1: self.dot1, agreementKey: self.agreementKey },
  get name() {
    return self.state().name;
  },
});
