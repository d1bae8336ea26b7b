/** The page: whichever step of the way in one is at, then the chat, then the way out. */
import type { ReadonlySignal } from '@preact/signals';
import type { Boot } from '../boot.ts';
import type { Chat } from '../chat.ts';
import type { Own } from '../own.ts';
import type { Settings } from '../settings.ts';
import type { Shell } from '../shell.ts';
import { ChatView } from './ChatView.tsx';
import { Failed, Insecure, Left, Opening, TabPersonBanner } from './Notices.tsx';
import { Restore } from './Restore.tsx';
import { Welcome } from './Welcome.tsx';

interface Props {
  boot: Boot;
  /** There once the chat is. */
  inside: ReadonlySignal<{ chat: Chat; own: Own } | undefined>;
  settings: Settings;
  shell: Shell;
  /** Whether this identity is the tab's alone. */
  tabPerson: ReadonlySignal<boolean>;
  address: string;
  /** One has just logged out. */
  left: boolean;
  onLeave: () => void;
}

export function App(props: Props) {
  const { boot, inside, address, onLeave } = props;
  const phase = boot.phase.value;
  if (phase.kind === 'insecure') return <Insecure address={address} />;
  if (phase.kind === 'failed') {
    const retry = phase.leaving ? onLeave : () => void boot.start();
    return <Failed reason={phase.reason} leaving={phase.leaving} onRetry={retry} />;
  }
  if (phase.kind === 'left') return <Left />;
  if (phase.kind === 'chat' && inside.value) {
    return <ChatView {...props} {...inside.value} tabPerson={props.tabPerson.value} />;
  }
  if (phase.kind !== 'welcome' && phase.kind !== 'restore') return <Opening leaving={phase.kind === 'leaving'} />;
  return <Arriving {...props} phase={phase} />;
}

type Arrival = Extract<Boot['phase']['value'], { kind: 'welcome' | 'restore' }>;

function Arriving({ boot, tabPerson, left, phase }: Props & { phase: Arrival }) {
  return (
    <div class="frame">
      {tabPerson.value && <TabPersonBanner />}
      {phase.kind === 'restore' ? (
        <Restore {...phase} onRestore={(seed) => void boot.restore(seed)} onBack={() => boot.goTo('welcome')} />
      ) : (
        <Welcome
          {...phase}
          left={left}
          onEnter={(name) => void boot.enter(name)}
          onRestore={() => boot.goTo('restore')}
        />
      )}
    </div>
  );
}
