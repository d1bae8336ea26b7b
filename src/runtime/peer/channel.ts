/** A channel as developers hold it: thin, all its state is the peer's. */
import { channelScope } from '../../core/scope.ts';
import type { Channel } from '../api.ts';
import type { News } from './news.ts';
import type { Outbox } from './outbox.ts';
import type { Reader } from './reading.ts';
import { type SendingParts, sendSealed } from './sending.ts';

export interface ChannelParts extends SendingParts {
  readonly outbox: Outbox;
  readonly reader: Reader;
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
    async send(text, { files = [] } = {}) {
      await parts.join(name);
      await parts.membersKnown(name);
      const placed = await sendSealed(parts, name, text, files);
      parts.queued();
      return reader.read(placed);
    },
    async retry(id) {
      if (await outbox.retry(id)) parts.queued();
    },
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
