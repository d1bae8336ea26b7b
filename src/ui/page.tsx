/** Puts the page together around a way to open an identity: the real one in main.tsx, a made-up one in workbench/. */
import { effect, type ReadonlySignal, signal, untracked } from '@preact/signals';
import { render } from 'preact';
import type { Peer } from '../runtime/api.ts';
import { createBoot, type Phase } from './boot.ts';
import { noticeApi, showNotices } from './browser-notices.ts';
import { type Chat, createChat } from './chat.ts';
import { App } from './components/App.tsx';
import { keptOr } from './device.ts';
import type { Home, HomeNews } from './home.ts';
import { listenToKeys } from './keyboard.ts';
import { createMuted } from './muted.ts';
import { createOwn, type Own } from './own.ts';
import { channelHref, channelOf, LEFT, messageOf } from './route.ts';
import { createSeen } from './seen.ts';
import { createSettings } from './settings.ts';
import { createShell, type Shell } from './shell.ts';
import { directionOf, language, preferredLanguage, savedLanguage, setLanguage } from './text/text.ts';
import { applyTheme } from './theme.ts';
import { inTurns } from './turns.ts';

export interface PageOptions {
  readonly root: HTMLElement;
  readonly secure: boolean;
  readonly tabPerson: ReadonlySignal<boolean>;
  readonly home: Home;
  /** Where what was seen is kept: for the browser's identity shared by its tabs. */
  storage(): Storage;
  /** Loads the page anew, after a log-out or when another tab has come in. Where it cannot be had, nothing happens. */
  restart(news: HomeNews): void;
  readonly shell?: Shell;
}

export function startPage(options: PageOptions): void {
  const inside = signal<{ chat: Chat; own: Own } | undefined>(undefined);
  const boot = createBoot({ ...options, asked: () => channelOf(location.hash) });
  const shell = options.shell ?? createShell();
  const kept = keptOr(() => localStorage);
  const settings = createSettings(kept, navigator.languages, applyTheme, noticeApi(shell.touch.peek()));
  const enter = (phase: Extract<Phase, { kind: 'chat' }>): void => {
    if (boot.phase.peek() !== phase) return;
    const { chat, own } = untracked(() => goInside(options, shell, phase));
    showNotices(chat, settings.notices);
    inside.value = { chat, own };
  };
  const left = location.hash === LEFT;
  if (left) history.replaceState(history.state, '', location.pathname + location.search);

  effect(() => {
    const phase = boot.phase.value;
    // What it says while it is made must not make it anew in another language.
    if (phase.kind === 'chat') inTurns(() => enter(phase));
  });
  window.addEventListener('storage', settings.refresh);
  options.home.watch((news) => {
    const { kind } = boot.phase.peek();
    if (news === 'leaving') {
      inside.peek()?.chat.close();
      void boot.toldToLeave();
    }
    if (news === 'leaving' || kind === 'welcome' || kind === 'restore') options.restart(news);
  });
  const leave = async (): Promise<void> => {
    inside.peek()?.chat.close();
    if (await boot.leave()) options.restart('leaving');
  };

  preventDropsFromLeaving();
  effect(() => {
    document.documentElement.lang = language.value;
    document.documentElement.dir = directionOf(language.value);
  });
  const show = (): void =>
    render(
      <App
        boot={boot}
        inside={inside}
        settings={settings}
        shell={shell}
        tabPerson={options.tabPerson}
        address={location.href}
        left={left}
        onLeave={() => void leave()}
      />,
      options.root,
    );
  void boot.start();
  // English stands in where the catalogue cannot be had.
  void setLanguage(preferredLanguage(navigator.languages, savedLanguage(kept))).then(show, show);
}

function goInside({ home, storage }: PageOptions, shell: Shell, { peer, channel }: { peer: Peer; channel: string }) {
  const { key } = peer.identity;
  const seen = createSeen(storage(), `pipes-seen:${key}`);
  const muted = createMuted(storage(), `pipes-muted:${key}`);
  const chat = createChat(peer, seen, muted, channel);
  const own = createOwn({ home, chat, storage: storage(), key: `pipes-steps:${key}`, now: Date.now, random });
  follow(chat, channel);
  listenToKeys(chat, (panel) => {
    shell.panel.value = panel;
  });
  for (const kept of [seen, muted, own]) window.addEventListener('storage', kept.refresh);
  return { chat, own };
}

/** A random number below so many, none of them likelier than another by more than a few in four thousand million. */
const random = (below: number): number => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % below;

/** The address says which channel is open. */
function follow(chat: Chat, first: string): void {
  const go = (): void => {
    const channel = channelOf(location.hash) ?? first;
    if (channelOf(location.hash) !== channel) history.replaceState(history.state, '', channelHref(channel));
    chat.open(channel, messageOf(location.hash));
  };
  go();
  window.addEventListener('hashchange', go);
}

/** A file dropped beside the message area must not replace the page. */
function preventDropsFromLeaving(): void {
  for (const type of ['dragover', 'drop'] as const) {
    window.addEventListener(type, (event) => event.preventDefault());
  }
}
