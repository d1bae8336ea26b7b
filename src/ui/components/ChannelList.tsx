/** Some of the channels, with what is unread, muted or half written in them. */
import type { ChannelEntry, Chat } from '../chat.ts';
import { channelHref } from '../route.ts';
import { words } from '../text/text.ts';
import { Icon } from './Icon.tsx';

interface Props {
  chat: Chat;
  title: string;
  channels: readonly ChannelEntry[];
  onLeave: (() => void) | undefined;
}

export function ChannelList({ chat, title, channels, onLeave }: Props) {
  const current = chat.conversation.value.name;
  if (channels.length === 0) return null;
  return (
    <section>
      <h2>{title}</h2>
      <ul>
        {channels.map((channel) => (
          <li key={channel.name}>
            <a
              class={classOf(channel)}
              href={channelHref(channel.name)}
              aria-current={channel.name === current ? 'page' : undefined}
              onClick={onLeave}
            >
              <span class="hash" aria-hidden="true">
                #
              </span>
              <span class="channel-name">{channel.name}</span>
              {channel.name !== current && <DraftMark chat={chat} channel={channel.name} />}
              {channel.muted && (
                <span class="channel-muted" title={words.channels.muted}>
                  <Icon name="muted" />
                  <span class="unseen">{words.channels.muted}</span>
                </span>
              )}
              <Count channel={channel} />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

const classOf = ({ unread, muted }: ChannelEntry): string =>
  muted ? 'channel channel-quiet' : unread > 0 ? 'channel channel-unread' : 'channel';

function DraftMark({ chat, channel }: { chat: Chat; channel: string }) {
  const { text, files } = chat.drafts.of(channel).value;
  return text.trim() === '' && files.length === 0 ? null : <span class="channel-draft">{words.channels.draft}</span>;
}

function Count({ channel }: { channel: ChannelEntry }) {
  const isUnread = channel.unread > 0;
  const count = isUnread ? channel.unread : channel.count;
  if (count === 0) return null;
  const said = isUnread ? words.channels.unread(count) : words.channels.count(count);
  return (
    <span class={isUnread && !channel.muted ? 'badge' : 'count'} title={said}>
      <span aria-hidden="true" dir="ltr">
        {count > 999 ? `${words.number(999)}+` : words.number(count)}
      </span>
      <span class="unseen">{said}</span>
    </span>
  );
}
