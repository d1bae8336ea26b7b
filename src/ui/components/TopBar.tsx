/** Above the messages: the channel, how many can read it, and the connection; its reason where there is none. */
import type { Status } from '../../runtime/api.ts';
import type { Chat } from '../chat.ts';
import type { Shell } from '../shell.ts';
import { words } from '../text/text.ts';
import { Icon } from './Icon.tsx';

export function TopBar({ chat, shell }: { chat: Chat; shell: Shell }) {
  const conversation = chat.conversation.value;
  const unread = chat.channels.value.reduce((sum, channel) => sum + (channel.muted ? 0 : channel.unread), 0);
  return (
    <header class="top">
      {!shell.roomy.value && (
        <button
          type="button"
          class="quiet square menu"
          aria-label={unread > 0 ? `${words.channels.open}, ${words.channels.unread(unread)}` : words.channels.open}
          onClick={() => {
            shell.panel.value = 'channels';
          }}
        >
          <Icon name="menu" />
          {unread > 0 && <span class="menu-dot" />}
        </button>
      )}
      <h1>
        <span class="hash" aria-hidden="true">
          #
        </span>
        {conversation.name}
      </h1>
      <ReadersButton chat={chat} shell={shell} />
      <Connection status={chat.status.value} />
    </header>
  );
}

function ReadersButton({ chat, shell }: { chat: Chat; shell: Shell }) {
  const members = chat.conversation.value.members.value;
  const text =
    members === undefined
      ? words.readers.unknown
      : members.length === 0
        ? words.readers.nobody
        : words.readers.short(members.length, members[0]?.self === true);
  if (shell.wide.value) {
    return (
      <p class="can-read">
        <Icon name="lock" />
        {text}
      </p>
    );
  }
  return (
    <button
      type="button"
      class="quiet can-read"
      aria-haspopup="dialog"
      onClick={() => {
        shell.panel.value = 'readers';
      }}
    >
      <Icon name="lock" />
      {text}
    </button>
  );
}

export function Connection({ status }: { status: Status }) {
  return (
    <p class={`connection connection-${status.connection}`} title={status.problem ?? status.relay}>
      <span class="connection-dot" aria-hidden="true" />
      {words.connection(status)}
      {status.queued > 0 && <span class="queued">{words.queued(status.queued)}</span>}
    </p>
  );
}

/** Why there is no connection, and what that means for what one writes. */
export function OfflineStrip({ status }: { status: Status }) {
  if (status.connection !== 'offline') return null;
  return (
    <p class="strip strip-offline">
      <Icon name="warning" />
      <span>
        {words.offline(status.problem)} {status.queued > 0 && words.waiting(status.queued)}
      </span>
    </p>
  );
}
