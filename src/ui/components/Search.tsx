/** Finds channels by name and, on this device, what was said in them. */
import { useEffect, useState } from 'preact/hooks';
import { authorName, type ChannelEntry, type Chat } from '../chat.ts';
import { messageHref } from '../route.ts';
import type { Found } from '../search.ts';
import { words } from '../text/text.ts';
import { dateText } from '../time.ts';
import { Icon } from './Icon.tsx';

/** Typing goes on: the search waits for a pause of this length. */
const PAUSE_MS = 200;

interface Props {
  query: string;
  onQuery: (query: string) => void;
}

export function SearchField({ query, onQuery }: Props) {
  return (
    <search class="search">
      <Icon name="search" />
      <input
        id="search"
        type="search"
        value={query}
        maxLength={200}
        autocomplete="off"
        aria-label={words.search.label}
        placeholder={words.search.placeholder}
        onInput={(event) => onQuery(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || query === '') return;
          event.preventDefault();
          onQuery('');
        }}
      />
    </search>
  );
}

export const channelsNamed = (channels: readonly ChannelEntry[], query: string): ChannelEntry[] => {
  const wanted = query.trim().toLowerCase().replace(/^#/, '');
  return channels.filter(({ name }) => name.includes(wanted));
};

interface ResultsProps {
  chat: Chat;
  query: string;
  onLeave: (() => void) | undefined;
}

export function MessageResults({ chat, query, onLeave }: ResultsProps) {
  const { found, done } = useSearch(chat, query);
  if (query.trim().length < 2) return null;
  return (
    <section aria-label={words.search.messages}>
      <h2>{words.search.messages}</h2>
      <ul>
        {found.map(({ message, excerpt }) => (
          <li key={message.id}>
            <a class="result" href={messageHref(message.channel, message.id)} onClick={onLeave}>
              <span class="result-head">
                <bdi>{authorName(message.author)}</bdi>
                <span>{words.search.in(message.channel)}</span>
                <span>{dateText(message.time)}</span>
              </span>
              <bdi class="result-text">
                {excerpt.before}
                <mark>{excerpt.match}</mark>
                {excerpt.after}
              </bdi>
            </a>
          </li>
        ))}
      </ul>
      <p class="hint" role="status">
        {!done ? words.search.looking : found.length === 0 ? words.search.nothing : words.search.local}
      </p>
    </section>
  );
}

function useSearch(chat: Chat, query: string): { found: readonly Found[]; done: boolean } {
  const [state, setState] = useState<{ found: readonly Found[]; done: boolean }>({ found: [], done: false });
  useEffect(() => {
    const stop = new AbortController();
    setState({ found: [], done: false });
    const timer = setTimeout(async () => {
      const add = (more: readonly Found[]): void => {
        if (!stop.signal.aborted) setState((before) => ({ ...before, found: [...before.found, ...more] }));
      };
      await chat.search(query, stop.signal, add).catch(() => undefined);
      if (!stop.signal.aborted) setState((before) => ({ ...before, done: true }));
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [query]);
  return state;
}
