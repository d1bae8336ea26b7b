/** The page: whichever step of the way in one is at, and then the chat. */
import type { ReadonlySignal } from '@preact/signals';
import type { Boot } from '../boot.ts';
import type { Chat } from '../chat.ts';
import type { Shell } from '../shell.ts';
import { ChatView } from './ChatView.tsx';
import { Failed, Insecure, Opening, TabPersonBanner } from './Notices.tsx';
import { Welcome } from './Welcome.tsx';

interface Props {
  boot: Boot;
  chat: ReadonlySignal<Chat | undefined>;
  shell: Shell;
  /** Whether this identity is the tab's alone. */
  tabPerson: ReadonlySignal<boolean>;
  address: string;
  onEnter: (name: string) => void;
}

export function App({ boot, chat, shell, tabPerson, address, onEnter }: Props) {
  const phase = boot.phase.value;
  if (phase.kind === 'insecure') return <Insecure address={address} />;
  if (phase.kind === 'failed') return <Failed reason={phase.reason} onRetry={() => void boot.start()} />;
  if (phase.kind === 'chat' && chat.value) {
    return <ChatView chat={chat.value} shell={shell} tabPerson={tabPerson.value} />;
  }
  if (phase.kind !== 'welcome') return <Opening />;
  return (
    <div class="frame">
      {tabPerson.value && <TabPersonBanner />}
      <Welcome entering={phase.entering} problem={phase.problem} onEnter={onEnter} />
    </div>
  );
}
