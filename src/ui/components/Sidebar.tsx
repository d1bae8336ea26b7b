/** Channels, and who one is. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { isChannelName } from '../../core/scope.ts';
import { authorName, type Chat } from '../chat.ts';
import { shortDot1 } from '../display.ts';
import { channelHref, toChannelName } from '../route.ts';
import type { Shell } from '../shell.ts';
import { words } from '../text/text.ts';
import { ChannelList } from './ChannelList.tsx';
import { Icon } from './Icon.tsx';
import { Mark } from './Mark.tsx';
import { Avatar, Name } from './Name.tsx';
import { channelsNamed, MessageResults, SearchField } from './Search.tsx';

interface Props {
  chat: Chat;
  shell: Shell;
  /** Called when the person has gone somewhere. */
  onLeave?: () => void;
}

export function Sidebar({ chat, shell, onLeave }: Props) {
  const [query, setQuery] = useState('');
  const found = channelsNamed(chat.channels.value, query);
  const me = { ...chat.me.value, self: false, agent: false };
  return (
    <div class="side-inside">
      <div class="brand">
        <Mark />
        <span>{words.product}</span>
        {onLeave && (
          <button type="button" class="quiet square" aria-label={words.channels.close} onClick={onLeave}>
            <Icon name="close" />
          </button>
        )}
      </div>
      <nav aria-label={words.channels.heading}>
        <SearchField query={query} onQuery={setQuery} />
        <ChannelList title={words.channels.joined} channels={found.filter((c) => c.joined)} {...{ chat, onLeave }} />
        {query === '' && <NewChannel chat={chat} onDone={onLeave} />}
        <ChannelList title={words.channels.others} channels={found.filter((c) => !c.joined)} {...{ chat, onLeave }} />
        {query !== '' && <MessageResults chat={chat} query={query} onLeave={onLeave} />}
      </nav>
      <button
        type="button"
        class="me"
        aria-label={words.settings.open(`${authorName(me)} ${shortDot1(me.dot1)}`)}
        aria-haspopup="dialog"
        onClick={() => {
          shell.panel.value = 'settings';
        }}
      >
        <Avatar person={me} />
        <span class="me-text">
          <Name person={me} marked={false} /> <span class="dot1">{shortDot1(me.dot1)}</span>
        </span>
        <Icon name="gear" />
      </button>
    </div>
  );
}

function NewChannel({ chat, onDone }: { chat: Chat; onDone: (() => void) | undefined }) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const button = useRef<HTMLButtonElement>(null);
  const cancelled = useRef(false);
  useLayoutEffect(() => {
    if (!open && cancelled.current) button.current?.focus();
    cancelled.current = false;
  }, [open]);
  const name = toChannelName(typed);
  const close = (): void => {
    cancelled.current = true;
    setOpen(false);
    setTyped('');
  };
  const closeOnEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.preventDefault();
    close();
  };
  const create = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!isChannelName(name)) return;
    location.hash = channelHref(name);
    chat.open(name);
    setOpen(false);
    setTyped('');
    onDone?.();
    await chat.join();
  };
  if (!open) {
    return (
      <button ref={button} type="button" class="channel add" onClick={() => setOpen(true)}>
        <Icon name="plus" />
        {words.channels.add}
      </button>
    );
  }
  return (
    <form class="new-channel" onSubmit={create} onKeyDown={closeOnEscape}>
      <label for="new-channel">{words.channels.name}</label>
      <input
        id="new-channel"
        ref={(element) => element?.focus()}
        value={typed}
        maxLength={64}
        autocomplete="off"
        aria-describedby="new-channel-hint"
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <p id="new-channel-hint" class="hint" aria-live="polite">
        {typed !== '' && name !== typed ? (name === '' ? words.channels.invalid : words.channels.becomes(name)) : ''}
      </p>
      <div class="buttons">
        <button type="submit" class="primary small" disabled={name === ''}>
          {words.channels.create}
        </button>
        <button type="button" class="quiet small" onClick={close}>
          {words.channels.cancel}
        </button>
      </div>
    </form>
  );
}
