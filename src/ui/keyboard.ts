/**
 * The keys that work anywhere on the page, and the list of all there are. Which key asks for what is pure; moving the
 * focus is not. Components handle keys of their own (the composer, the emoji), and the list names those too.
 */
import type { Chat } from './chat.ts';
import { channelHref } from './route.ts';

export type Action =
  | 'keys'
  | 'search'
  | 'channelBefore'
  | 'channelAfter'
  | 'unreadBefore'
  | 'unreadAfter'
  | 'partBefore'
  | 'partAfter'
  | 'write';

/** A key on the keyboard: one of these names, or what is printed on it. */
export type KeyName =
  | 'mod'
  | 'shift'
  | 'alt'
  | 'enter'
  | 'escape'
  | 'tab'
  | 'up'
  | 'down'
  | '?'
  | '/'
  | 'K'
  | 'F6'
  | '@';

/** What is listed, in groups; each with the keys that are pressed together, and further ways. */
export const KEY_LIST: readonly { group: KeyGroup; keys: readonly { does: KeyUse; ways: readonly KeyName[][] }[] }[] = [
  {
    group: 'around',
    keys: [
      { does: 'search', ways: [['mod', 'K']] },
      {
        does: 'channels',
        ways: [
          ['alt', 'up'],
          ['alt', 'down'],
        ],
      },
      {
        does: 'unread',
        ways: [
          ['alt', 'shift', 'up'],
          ['alt', 'shift', 'down'],
        ],
      },
      { does: 'parts', ways: [['F6'], ['shift', 'F6']] },
      { does: 'write', ways: [['escape']] },
      { does: 'list', ways: [['?'], ['mod', '/']] },
    ],
  },
  {
    group: 'writing',
    keys: [
      { does: 'send', ways: [['enter']] },
      { does: 'line', ways: [['shift', 'enter']] },
      { does: 'mention', ways: [['@']] },
      { does: 'choose', ways: [['up'], ['down'], ['enter'], ['tab']] },
    ],
  },
  { group: 'over', keys: [{ does: 'close', ways: [['escape']] }] },
];

export type KeyGroup = 'around' | 'writing' | 'over';
export type KeyUse =
  | 'search'
  | 'channels'
  | 'unread'
  | 'parts'
  | 'write'
  | 'list'
  | 'send'
  | 'line'
  | 'mention'
  | 'choose'
  | 'close';

type Pressed = Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey'>;

/** What a key asks for; `typing` is whether it would otherwise be written into a field. */
export function actionOf({ key, altKey, ctrlKey, metaKey, shiftKey }: Pressed, typing: boolean): Action | undefined {
  const mod = ctrlKey !== metaKey && !altKey;
  if (mod && key.toLowerCase() === 'k') return 'search';
  if (mod && key === '/') return 'keys';
  if (ctrlKey || metaKey) return undefined;
  if (altKey && key === 'ArrowUp') return shiftKey ? 'unreadBefore' : 'channelBefore';
  if (altKey && key === 'ArrowDown') return shiftKey ? 'unreadAfter' : 'channelAfter';
  if (altKey) return undefined;
  if (key === 'F6') return shiftKey ? 'partBefore' : 'partAfter';
  // The mark of a question is another key in other alphabets.
  if ((key === '?' || key === '؟') && !typing) return 'keys';
  return key === 'Escape' ? 'write' : undefined;
}

/** The channel one step from the open one, in the order of the list; of those with unread messages if so asked. */
export function channelBeside(
  channels: readonly { name: string; unread: number; muted: boolean }[],
  current: string,
  by: 1 | -1,
  unreadOnly: boolean,
): string | undefined {
  const at = channels.findIndex(({ name }) => name === current);
  for (let step = 1; step <= channels.length; step++) {
    const channel = channels[(at + by * step + channels.length * 2) % channels.length];
    if (channel !== undefined && (!unreadOnly || (channel.unread > 0 && !channel.muted))) return channel.name;
  }
  return undefined;
}

/** Opens a panel over the page. */
type Open = (panel: 'keys' | 'channels') => void;

/** Listens until the page goes. */
export function listenToKeys(chat: Chat, open: Open): void {
  window.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open]') !== null) return;
    const action = actionOf(event, isField(event.target));
    if (action !== undefined && perform(action, chat, open)) event.preventDefault();
  });
}

/** Whether it was done: what cannot be done is left to the browser. */
function perform(action: Action, chat: Chat, open: Open): boolean {
  switch (action) {
    case 'keys':
      open('keys');
      return true;
    case 'search':
      return search(open);
    case 'write':
      return focus('#composer');
    case 'partBefore':
    case 'partAfter':
      return goToPart(action === 'partAfter' ? 1 : -1);
    default: {
      const channels = chat.channels.peek();
      const by = action.endsWith('After') ? 1 : -1;
      const next = channelBeside(channels, chat.conversation.peek().name, by, action.startsWith('unread'));
      if (next !== undefined) location.hash = channelHref(next);
      return true;
    }
  }
}

/** Where there is no room for the list beside the messages, the search is in its panel. */
function search(open: Open): boolean {
  if (focus('#search')) return true;
  open('channels');
  requestAnimationFrame(() => focus('#search'));
  return true;
}

/** The parts of the page in order, each with what takes the focus there. */
const PARTS = [
  ['.side', '.side [aria-current]'],
  ['.messages', '.scroller'],
  ['.composer', '#composer'],
  ['.aside', '.aside button'],
] as const;

function goToPart(by: 1 | -1): boolean {
  const here = PARTS.findIndex(([part]) => document.activeElement?.closest(part));
  const from = here === -1 ? (by === 1 ? -1 : 0) : here;
  for (let step = 1; step <= PARTS.length; step++) {
    const [, target] = PARTS[(from + by * step + PARTS.length * 2) % PARTS.length] ?? [];
    if (target !== undefined && focus(target)) return true;
  }
  return false;
}

function focus(selector: string): boolean {
  const element = document.querySelector<HTMLElement>(selector);
  element?.focus();
  return element !== null && element === document.activeElement;
}

const isField = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName));
