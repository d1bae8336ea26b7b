/** A channel as developers hold it: thin, all its state is the peer's. */
import { channelScope } from '../../core/scope.ts';
import type { Channel } from '../api.ts';
import type { News } from './news.ts';
import type { Outbox } from './outbox.ts';
import { rosterEvents } from './people.ts';
import type { Reader } from './reading.ts';
import { type SendingParts, sendSealed } from './sending.ts';
import { type SharedHistory, shareHistory } from './shared-history.ts';

export interface ChannelParts extends SendingParts {
  readonly outbox: Outbox;
  readonly reader: Reader;
  readonly shared: SharedHistory;
  readonly news: News;
  join(channel: string): Promise<void>;
  leave(channel: string): Promise<void>;
  /** Resolves when the relay has been asked who is a member, or can't be. */
  membersKnown(channel: string): Promise<void>;
  /** The outbox has news. */
  queued(): void;
}

const LISTED = 100;

export function createChannel(parts: ChannelParts, name: string): Channel {
  const { outbox, reader, news, ports } = parts;
  return {
    name,
    join: () => parts.join(name),
    leave: () => parts.leave(name),
    async send(text, options = {}) {
      await parts.join(name);
      await parts.membersKnown(name);
      const placed = await sendSealed(parts, name, { text, ...options });
      parts.queued();
      return reader.read(placed);
    },
    async retry(id) {
      if (await outbox.retry(id)) parts.queued();
    },
    async discard(id) {
      const taken = await outbox.discard(id);
      if (taken === undefined) return false;
      parts.queued();
      news.channel(name).emit('discarded', id);
      return true;
    },
    async shareHistory(member, { since } = {}) {
      await parts.membersKnown(name);
      const count = await shareHistory(parts, name, member, since?.getTime());
      if (count > 0) parts.queued();
      return count;
    },
    roster: () => rosterEvents(parts, name),
    async messages({ limit = LISTED, before } = {}) {
      const placed = await ports.store.latest(channelScope(name), limit, before?.getTime());
      return Promise.all(placed.map(reader.read));
    },
    async members() {
      await parts.membersKnown(name);
      return news.members(name);
    },
    on: news.channel(name).on as Channel['on'],
  };
}
