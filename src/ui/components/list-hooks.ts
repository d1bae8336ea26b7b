/** What the message list does besides drawing: it follows, keeps still, notices the reader, and goes where it is sent. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Message } from '../../runtime/api.ts';
import type { Chat } from '../chat.ts';
import type { Target } from '../conversation.ts';
import type { Place } from '../place.ts';
import { isNews } from '../timeline.ts';

/** How long a message that was jumped to stays marked. */
const MARKED_MS = 3000;

/** How many messages of others came since the reader left the bottom. */
export function useFresh(messages: readonly Message[], pinned: boolean): number {
  const seen = useRef<string | undefined>(undefined);
  if (pinned) seen.current = messages.at(-1)?.id;
  const at = messages.findLastIndex(({ id }) => id === seen.current);
  return at === -1 ? 0 : messages.slice(at + 1).filter(isNews).length;
}

/** Whoever sends wants to see it. */
export function useFollowOwn(messages: readonly Message[], toLatest: () => void): void {
  const newest = messages.at(-1);
  const seen = useRef(newest?.id);
  useEffect(() => {
    if (seen.current !== newest?.id && newest?.author.self) toLatest();
    seen.current = newest?.id;
  }, [newest?.id]);
}

/** Messages count as seen while they are on screen in a window that is being used. */
export function useAttention(chat: Chat, pinned: boolean): void {
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
export function useStickyBottom(place: Place, following: boolean) {
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

/** Draws the part around a target, scrolls there once it is drawn, and marks it for a while. */
export function useTarget(target: Target | undefined, draw: (id: string) => void, place: Place): string | undefined {
  const [marked, setMarked] = useState<string | undefined>(undefined);
  const waiting = useRef<Target | undefined>(undefined);
  useEffect(() => {
    if (target === undefined) return;
    waiting.current = target;
    setMarked(target.id);
    draw(target.id);
    const timer = setTimeout(() => setMarked(undefined), MARKED_MS);
    return () => clearTimeout(timer);
  }, [target]);
  useLayoutEffect(() => {
    if (waiting.current !== undefined && place.goTo(waiting.current.id)) waiting.current = undefined;
  });
  return marked;
}
