/** What a peer tells its listeners: messages and members by channel, its connection, its list of channels. */
import type { Placed } from '../../core/ports.ts';
import { CHANNEL_PREFIX } from '../../core/scope.ts';
import type { Member, Message, Status } from '../api.ts';
import type { Directory } from './directory.ts';
import { createEmitter, type Emitter } from './emitter.ts';
import type { Outbox } from './outbox.ts';
import type { Connection, PeerPorts } from './ports.ts';
import type { Reader } from './reading.ts';
import type { Self } from './self.ts';

export interface PeerEvents {
  status: Status;
  channels: undefined;
}

export interface ChannelEvents {
  message: Message;
  members: Member[];
  discarded: string;
}

export interface News {
  readonly peer: Emitter<PeerEvents>;
  channel(name: string): Emitter<ChannelEvents>;
  status(): Status;
  members(channel: string): Member[];
  tellConnection(now: Connection): void;
  tellStatus(): void;
  tellMessage(placed: Placed): void;
  /** Of these channels, or of all that anybody listens to. */
  tellMembers(channels?: readonly string[]): void;
  tellChannels(): void;
}

export interface NewsParts {
  readonly ports: Pick<PeerPorts, 'onError'>;
  readonly relay: string | undefined;
  readonly self: Self;
  readonly directory: Directory;
  readonly outbox: Outbox;
  readonly reader: Reader;
}

export function createNews(parts: NewsParts): News {
  const { ports, relay, outbox, reader } = parts;
  const peer = createEmitter<PeerEvents>(ports.onError);
  const channels = new Map<string, Emitter<ChannelEvents>>();
  let current: Connection = { connection: relay === undefined ? 'local' : 'connecting' };

  const status = (): Status => {
    const { connection, problem } = current;
    return { relay, connection, queued: outbox.queued, problem };
  };
  const tellStatus = () => peer.emit('status', status());
  const tellMessage = async (placed: Placed) => {
    const listeners = channels.get(placed.scope.slice(CHANNEL_PREFIX.length));
    if (listeners) listeners.emit('message', await reader.read(placed));
    peer.emit('channels', undefined);
  };

  return {
    peer,
    channel(name) {
      const emitter = channels.get(name) ?? createEmitter<ChannelEvents>(ports.onError);
      channels.set(name, emitter);
      return emitter;
    },
    status,
    members: (channel) => membersOf(parts, channel),
    tellConnection(now) {
      current = now;
      tellStatus();
    },
    tellStatus,
    tellMessage: (placed) => void tellMessage(placed).catch((error) => ports.onError?.(error)),
    tellMembers(names = [...channels.keys()]) {
      for (const name of names) channels.get(name)?.emit('members', membersOf(parts, name));
    },
    tellChannels: () => peer.emit('channels', undefined),
  };
}

function membersOf({ directory, self }: NewsParts, channel: string): Member[] {
  return directory.members(channel).map(({ key, dot1, name, agent, by }) => {
    const own = key === self.key;
    return { key, dot1, name: name || dot1, self: own, agent, by };
  });
}
