/** The messages of the open channel, oldest first. It draws a bounded part of them and keeps the reader's place. */
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Chat } from '../chat.ts';
import { isMentionOf, nameFinder } from '../mentions.ts';
import { isShared, sharedNames } from '../names.ts';
import { createPlace } from '../place.ts';
import { messageHref } from '../route.ts';
import type { Shell } from '../shell.ts';
import { words } from '../text/text.ts';
import { eventsWithin, firstUnreadOf, rows, stretch } from '../timeline.ts';
import { around, DRAWN, followed, type Last, newer, older } from '../viewport.ts';
import { Icon } from './Icon.tsx';
import { JumpToDate } from './JumpToDate.tsx';
import { useAttention, useFollowOwn, useFresh, useStickyBottom, useTarget } from './list-hooks.ts';
import { type RowContext, RowView } from './MessageRow.tsx';

export function MessageList({ chat, shell }: { chat: Chat; shell: Shell }) {
  const conversation = chat.conversation.value;
  const timeline = conversation.timeline.value;
  const members = conversation.members.value;
  const place = useMemo(createPlace, []);
  const [last, setLast] = useState<Last>(undefined);
  const [pinned, setPinned] = useState(true);
  const [dating, setDating] = useState(false);
  const [unreadAbove, setUnreadAbove] = useState(false);
  const [unreadSeen, setUnreadSeen] = useState(false);
  const busy = useRef(false);
  const { messages } = timeline;
  const { start, end } = stretch(timeline, last, last === undefined && pinned ? followed(innerHeight) : DRAWN);
  const roster = conversation.roster.value;
  const seenBefore = chat.seenBefore.value;
  const unread = useMemo(() => firstUnreadOf(messages, seenBefore), [messages, seenBefore]);
  const shown = useMemo(() => {
    const events = eventsWithin(roster, timeline, { start, end });
    return rows(messages.slice(start, end), { events, firstUnread: unread?.id });
  }, [timeline, start, end, roster, unread]);
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
  const nameAt = useMemo(() => nameFinder(members ?? []), [members]);
  const target = useTarget(conversation.target.value, drawAround, place);

  const context: RowContext = {
    today: shell.today.value,
    isShared: (name) => isShared(shared, name),
    lastSent: messages.findLast(({ delivery }) => delivery.state === 'sent')?.id,
    online: chat.status.value.connection === 'online',
    people: chat.people.value,
    target,
    nameAt,
    isMe: (mention) => isMentionOf(mention, chat.me.peek().name),
    retry: (id) => void chat.attempt(() => conversation.retry(id)),
    discard: (id) => void chat.attempt(() => conversation.discard(id)),
    copyLink: (id) => void copyLink(id),
    jumpToDate: () => setDating(true),
    stay,
    about: (key) => {
      shell.person.value = key;
    },
  };

  async function copyLink(id: string): Promise<void> {
    const link = location.origin + location.pathname + messageHref(conversation.name, id);
    if (await chat.attempt(() => navigator.clipboard.writeText(link))) chat.announce(words.messages.linkCopied);
  }

  /** Whoever goes to a message follows the newest no more: only some of those would be drawn. */
  function drawAround(id: string): void {
    setPinned(false);
    setLast(around(conversation.timeline.peek(), id));
  }

  /** Back to where the reader had been, loading what lies between. */
  function toUnread(): void {
    setUnreadSeen(true);
    const from = seenBefore === undefined ? new Date(0) : new Date(seenBefore + 1);
    void chat.attempt(() => conversation.goToTime(from));
  }

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
    if (!place.pinned && place.isAbove('unread') === false) setUnreadSeen(true);
    if (nearTop && (start > 0 || timeline.hasOlder)) void showOlder();
    else if (nearBottom && !following) setLast(newer(timeline, last));
  }

  /** The reader reads here, wherever the newest are. */
  function stay(): void {
    place.stay();
    setPinned(false);
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
  useLayoutEffect(() => setUnreadAbove(unread !== undefined && place.isAbove('unread') !== false));

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
      {unreadAbove && !unreadSeen && (
        <button type="button" class="to-unread" onClick={toUnread}>
          <Icon name="up" />
          {words.messages.jumpUnread}
        </button>
      )}
      {dating && (
        <JumpToDate
          onGo={(time) => void chat.attempt(() => conversation.goToTime(time))}
          onClose={() => setDating(false)}
        />
      )}
      {!pinned && (
        <button type="button" class="to-latest" onClick={toLatest}>
          <Icon name="down" />
          {fresh > 0 ? words.messages.fresh(fresh) : words.messages.latest}
        </button>
      )}
    </div>
  );
}
