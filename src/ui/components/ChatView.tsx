/** The whole chat: channels, conversation, readers; side by side where there is room, else in panels. */
import { useEffect } from 'preact/hooks';
import type { Chat } from '../chat.ts';
import type { Own } from '../own.ts';
import type { Settings as Chosen } from '../settings.ts';
import type { Shell } from '../shell.ts';
import { words } from '../text/text.ts';
import { ConversationView } from './ConversationView.tsx';
import { Invite } from './Invite.tsx';
import { KeyList } from './KeyList.tsx';
import { Leaving } from './Leaving.tsx';
import { OtherMachines } from './Machines.tsx';
import { TabPersonBanner } from './Notices.tsx';
import { Panel } from './Panel.tsx';
import { PersonPanel } from './PersonPanel.tsx';
import { Readers } from './Readers.tsx';
import { Recovery } from './Recovery.tsx';
import { Settings } from './Settings.tsx';
import { Sheet } from './Sheet.tsx';
import { Sidebar } from './Sidebar.tsx';

interface Props {
  chat: Chat;
  own: Own;
  settings: Chosen;
  shell: Shell;
  tabPerson: boolean;
  onLeave: () => void;
}

export function ChatView(props: Props) {
  const { chat, own, shell, tabPerson } = props;
  const close = (): void => {
    shell.panel.value = undefined;
  };
  useTitle(chat);
  return (
    <div class="frame">
      {tabPerson && <TabPersonBanner />}
      <div class="app">
        {shell.roomy.value && (
          <aside class="side" aria-label={words.channels.heading}>
            <Sidebar chat={chat} shell={shell} />
          </aside>
        )}
        <ConversationView chat={chat} own={own} shell={shell} />
        {shell.wide.value && (
          <aside class="aside" aria-label={words.readers.heading}>
            <Readers chat={chat} shell={shell} />
          </aside>
        )}
      </div>
      <Panels {...props} onClose={close} />
      <div class="unseen" role="log" aria-live="polite">
        {chat.announcements.value.map(({ id, text }) => (
          <p key={id}>{text}</p>
        ))}
      </div>
    </div>
  );
}

function Panels(props: Props & { onClose: () => void }) {
  const { chat, own, shell, onClose } = props;
  const panel = shell.panel.value;
  const person = shell.person.value;
  if (person !== undefined && panel === undefined) {
    const closePerson = (): void => {
      shell.person.value = undefined;
    };
    return <PersonPanel key={person} chat={chat} of={person} onClose={closePerson} />;
  }
  if (panel === 'channels' && !shell.roomy.value) {
    return (
      <Panel key="channels" label={words.channels.heading} kind="left" onClose={onClose}>
        <Sidebar chat={chat} shell={shell} onLeave={onClose} />
      </Panel>
    );
  }
  if (panel === 'readers' && !shell.wide.value) {
    return (
      <Panel key="readers" label={words.readers.heading} kind="right" onClose={onClose}>
        <Readers chat={chat} shell={shell} onClose={onClose} />
      </Panel>
    );
  }
  if (panel === 'settings') return <Settings key="settings" {...props} />;
  const { relay } = chat.status.value;
  if (panel === 'machines' && relay !== undefined)
    return <OtherMachines key="machines" relay={relay} onClose={onClose} />;
  if (panel === 'keys') {
    return (
      <Sheet key="keys" title={words.keys.title} close={words.keys.close} onClose={onClose}>
        <KeyList />
      </Sheet>
    );
  }
  if (panel === 'words') return <Recovery key="words" own={own} onClose={onClose} />;
  if (panel === 'invite') return <Invite key="invite" chat={chat} onClose={onClose} />;
  return panel === 'leave' ? <Leaving key="leave" {...props} /> : null;
}

/** The tab's title names the channel, and what is unread anywhere. */
function useTitle(chat: Chat): void {
  const unread = chat.channels.value.reduce((sum, channel) => sum + (channel.muted ? 0 : channel.unread), 0);
  const title = `${unread > 0 ? `(${unread}) ` : ''}#${chat.conversation.value.name} · ${words.product}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
