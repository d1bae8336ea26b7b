/** A channel as developers hold it: thin, all its state is the peer's. */
import { fromHex } from '../../core/bytes.ts';
import type { Placed } from '../../core/ports.ts';
import { channelScope } from '../../core/scope.ts';
import type { Channel, Member, Message } from '../api.ts';
import type { Directory } from './directory.ts';
import type { Emitter } from './emitter.ts';
import type { Outbox } from './outbox.ts';
import type { PeerPorts } from './ports.ts';
import type { Reader } from './reading.ts';
import type { Self } from './self.ts';
import { type SendingParts, sendSealed } from './sending.ts';

export interface ChannelEvents {
  message: Message;
  members: Member[];
}

export interface ChannelParts extends SendingParts {
  readonly ports: PeerPorts;
  readonly self: Self;
  readonly directory: Directory;
  readonly outbox: Outbox;
  readonly reader: Reader;
  join(channel: string): Promise<void>;
  leave(channel: string): Promise<void>;
  membersKnown(channel: string): Promise<void>;
  /** The outbox has news. */
  queued(): void;
  events(channel: string): Emitter<ChannelEvents>;
}

const LISTED = 100;

export function createChannel(parts: ChannelParts, name: string): Channel {
  const scope = channelScope(name);
  const { store } = parts.ports;
  return {
    name,
    join: () => parts.join(name),
    leave: () => parts.leave(name),
    async send(text, { files = [] } = {}) {
      await parts.join(name);
      await parts.membersKnown(name);
      const placed = await sendSealed(parts, name, text, files);
      parts.queued();
      return parts.reader.read(placed);
    },
    async retry(id) {
      if (await parts.outbox.retry(id)) parts.queued();
    },
    async messages({ limit = LISTED, before } = {}) {
      const placed: Placed[] = await store.latest(scope, limit, before?.getTime());
      return Promise.all(placed.map(parts.reader.read));
    },
    members: async () => membersOf(parts, name),
    on: parts.events(name).on as Channel['on'],
  };
}

export function membersOf({ directory, self }: Pick<ChannelParts, 'directory' | 'self'>, channel: string): Member[] {
  return directory.members(channel).map(({ key, dot1, name, agent, by }) => {
    const own = key === self.key;
    return { key, dot1, name: name || dot1, self: own, agent, by };
  });
}

export const idBytes = (id: string): Uint8Array => fromHex(id, 32) ?? new Uint8Array();
