/** The messages of the open channel, oldest first. It draws a bounded part of them and keeps the reader's place. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Message } from '../../runtime/api.ts';
import type { Chat } from '../chat.ts';
import { isShared, sharedNames } from '../names.ts';
import { createPlace } from '../place.ts';
import type { Shell } from '../shell.ts';
import { rows, stretch } from '../timeline.ts';
import { DRAWN, type Last, newer, older } from '../viewport.ts';
import { words } from '../words.ts';
import { Icon } from './Icon.tsx';
import { type RowContext, RowView } from './MessageRow.tsx';

export function MessageList({ chat, shell }: { chat: Chat; shell: Shell }) {
  const conversation = chat.conversation.value;
  const timeline = conversation.timeline.value;
  const members = conversation.members.value;
  const place = useMemo(createPlace, []);
  const [last, setLast] = useState<Last>(undefined);
  const [pinned, setPinned] = useState(true);
  const busy = useRef(false);
  const { messages } = timeline;
  const { start, end } = stretch(timeline, last, DRAWN);
  const shown = useMemo(() => rows(messages.slice(start, end)), [messages, start, end]);
  const shared = useMemo(
    () =>
      sharedNames(
        [chat.me.value],
        members ?? [],
        messages.slice(start, end).map(({ author }) => author),
      ),
    [messages, start, end, members, chat.me.value],
  );
  const following = end === messages.length;
  const fresh = useFresh(messages, pinned);

  const context: RowContext = {
    today: shell.today.value,
    isShared: (name) => isShared(shared, name),
    lastSent: messages.findLast(({ delivery }) => delivery.state === 'sent')?.id,
    retry: (id) => void chat.attempt(() => conversation.retry(id)),
  };

  async function showOlder(): Promise<void> {
    if (busy.current) return;
    busy.current = true;
    const before = conversation.timeline.peek().messages.length;
    if (start === 0) await chat.attempt(() => conversation.loadOlder());
    const now = conversation.timeline.peek();
    setLast(older(now, last, now.messages.length - before));
    busy.current = false;
  }

  function look(): void {
    const { nearTop, nearBottom } = place.look(following);
    setPinned(place.pinned);
    if (nearTop && (start > 0 || timeline.hasOlder)) void showOlder();
    else if (nearBottom && !following) setLast(newer(timeline, last));
  }

  function toLatest(): void {
    setLast(undefined);
    setPinned(true);
    place.toBottom();
  }

  place.remember();
  useLayoutEffect(() => place.restore(following));
  useFollowOwn(messages, toLatest);
  useAttention(chat, pinned);
  useEffect(() => {
    if (pinned && last === undefined) conversation.trim();
  }, [messages, pinned, last]);
  const scroller = useStickyBottom(place, following);

  return (
    <div class="messages">
      <section
        ref={scroller}
        class="scroller"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
        tabIndex={0}
        aria-label={words.messages.label(conversation.name)}
        onScroll={look}
      >
        <div class="column">
          {start > 0 || timeline.hasOlder ? (
            <button type="button" class="quiet small older" onClick={() => void showOlder()}>
              {conversation.loadingOlder.value ? words.messages.loading : words.messages.older}
            </button>
          ) : (
            <p class="hint beginning">{words.messages.beginning(conversation.name)}</p>
          )}
          <ol class="rows">
            {shown.map((row) => (
              <RowView key={row.key} row={row} context={context} />
            ))}
          </ol>
        </div>
      </section>
      {!pinned && (
        <button type="button" class="to-latest" onClick={toLatest}>
          <Icon name="down" />
          {fresh > 0 ? words.messages.fresh(fresh) : words.messages.latest}
        </button>
      )}
    </div>
  );
}

/** How many messages of others came since the reader left the bottom. */
function useFresh(messages: readonly Message[], pinned: boolean): number {
  const seen = useRef<string | undefined>(undefined);
  if (pinned) seen.current = messages.at(-1)?.id;
  const at = messages.findLastIndex(({ id }) => id === seen.current);
  return at === -1 ? 0 : messages.slice(at + 1).filter(({ author }) => !author.self).length;
}

/** Whoever sends wants to see it. */
function useFollowOwn(messages: readonly Message[], toLatest: () => void): void {
  const newest = messages.at(-1);
  const seen = useRef(newest?.id);
  useEffect(() => {
    if (seen.current !== newest?.id && newest?.author.self) toLatest();
    seen.current = newest?.id;
  }, [newest?.id]);
}

/** Messages count as seen while they are on screen in a window that is being used. */
function useAttention(chat: Chat, pinned: boolean): void {
  useEffect(() => {
    const tell = (): void => chat.attend(pinned && document.visibilityState === 'visible' && document.hasFocus());
    tell();
    document.addEventListener('visibilitychange', tell);
    window.addEventListener('focus', tell);
    window.addEventListener('blur', tell);
    return () => {
      chat.attend(false);
      document.removeEventListener('visibilitychange', tell);
      window.removeEventListener('focus', tell);
      window.removeEventListener('blur', tell);
    };
  }, [chat, pinned]);
}

/** Pictures that load and keyboards that open move the bottom; a follower stays there. */
function useStickyBottom(place: ReturnType<typeof createPlace>, following: boolean) {
  const scroller = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const element = scroller.current;
    place.attach(element);
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      if (place.pinned) place.restore(following);
    });
    observer.observe(element);
    if (element.firstElementChild !== null) observer.observe(element.firstElementChild);
    place.restore(following);
    return () => observer.disconnect();
  }, [following]);
  return scroller;
}
