/** What of the page is on screen: how wide it is, and which panel is open over it. */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';

export type Panel =
  | 'channels'
  | 'readers'
  | 'settings'
  | 'machines'
  | 'keys'
  | 'words'
  | 'invite'
  | 'leave'
  | undefined;

export interface Shell {
  /** Room for the channel list beside the messages. */
  readonly roomy: ReadonlySignal<boolean>;
  /** Room for the readers too. */
  readonly wide: ReadonlySignal<boolean>;
  /** A finger instead of a keyboard: Enter then starts a new line. */
  readonly touch: ReadonlySignal<boolean>;
  readonly panel: Signal<Panel>;
  /** The key of whoever is looked at closely. */
  readonly person: Signal<string | undefined>;
  /** Today; changes at midnight, so that day separators stay true. */
  readonly today: ReadonlySignal<Date>;
}

export function createShell(): Shell {
  return {
    roomy: media('(min-width: 48rem)'),
    wide: media('(min-width: 72rem)'),
    touch: media('(hover: none) and (pointer: coarse)'),
    panel: signal<Panel>(undefined),
    person: signal<string | undefined>(undefined),
    today: days(),
  };
}

function media(query: string): ReadonlySignal<boolean> {
  const list = matchMedia(query);
  const matches = signal(list.matches);
  list.addEventListener('change', () => {
    matches.value = list.matches;
  });
  return matches;
}

function days(): ReadonlySignal<Date> {
  const today = signal(new Date());
  setInterval(() => {
    const now = new Date();
    if (now.toDateString() !== today.peek().toDateString()) today.value = now;
  }, 60_000);
  return today;
}
