/** Puts the page together around a way to open an identity: the real one in main.tsx, a made-up one in workbench/. */
import { effect, type ReadonlySignal, signal, untracked } from '@preact/signals';
import { render } from 'preact';
import type { Peer } from '../runtime/api.ts';
import { createBoot } from './boot.ts';
import { type Chat, createChat } from './chat.ts';
import { App } from './components/App.tsx';
import { createMuted, type Muted } from './muted.ts';
import { channelHref, channelOf, HOME, messageOf } from './route.ts';
import { createSeen, type Seen } from './seen.ts';
import { createShell } from './shell.ts';
import { directionOf, language, preferredLanguage, savedLanguage, setLanguage } from './text/text.ts';

export interface PageOptions {
  readonly root: HTMLElement;
  readonly secure: boolean;
  readonly tabPerson: ReadonlySignal<boolean>;
  /** Where what was seen is kept: for the browser's identity shared by its tabs. */
  storage(): Storage;
  open(): Promise<Peer>;
}

export function startPage(options: PageOptions): void {
  const chat = signal<Chat | undefined>(undefined);
  const boot = createBoot(options);
  const where = (): string => channelOf(location.hash) ?? HOME;

  effect(() => {
    const phase = boot.phase.value;
    if (phase.kind !== 'chat') return;
    const seen = createSeen(options.storage(), `pipes-seen:${phase.peer.identity.key}`);
    const muted = createMuted(options.storage(), `pipes-muted:${phase.peer.identity.key}`);
    // What it says while it is made must not make it anew in another language.
    chat.value = untracked(() => createChat(phase.peer, seen, muted, where()));
    follow(chat.value, seen, muted, where);
  });

  preventDropsFromLeaving();
  effect(() => {
    document.documentElement.lang = language.value;
    document.documentElement.dir = directionOf(language.value);
  });
  const show = (): void =>
    render(
      <App
        boot={boot}
        chat={chat}
        shell={createShell()}
        tabPerson={options.tabPerson}
        address={location.href}
        onEnter={(name) => void boot.enter(name, where())}
      />,
      options.root,
    );
  void boot.start();
  // English stands in where the catalogue cannot be had.
  void setLanguage(preferredLanguage(navigator.languages, savedLanguage(localStorage))).then(show, show);
}

/** The address says which channel is open; other tabs say what has been seen. */
function follow(chat: Chat, seen: Seen, muted: Muted, where: () => string): void {
  const go = (): void => {
    const channel = where();
    if (channelOf(location.hash) !== channel) history.replaceState(history.state, '', channelHref(channel));
    chat.open(channel, messageOf(location.hash));
  };
  go();
  window.addEventListener('hashchange', go);
  window.addEventListener('storage', seen.refresh);
  window.addEventListener('storage', muted.refresh);
  window.addEventListener('keydown', (event) => step(event, chat));
  window.addEventListener('keydown', seek);
}

/** Control or Command with K: to the search, where it is on screen. */
function seek(event: KeyboardEvent): void {
  const field = document.getElementById('search');
  if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || field === null) return;
  event.preventDefault();
  field.focus();
}

/** Alt with the up or down arrow: the channel above or below. */
function step(event: KeyboardEvent, chat: Chat): void {
  const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (!event.altKey || by === 0) return;
  event.preventDefault();
  const names = chat.channels.peek().map(({ name }) => name);
  const at = names.indexOf(chat.conversation.peek().name);
  location.hash = channelHref(names[(at + by + names.length) % names.length] ?? HOME);
}

/** A file dropped beside the message area must not replace the page. */
function preventDropsFromLeaving(): void {
  for (const type of ['dragover', 'drop'] as const) {
    window.addEventListener(type, (event) => event.preventDefault());
  }
}
