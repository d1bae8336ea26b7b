/** The open channel: its bar, its messages or what stands in for them, and the composer. */
import { useEffect, useState } from 'preact/hooks';
import type { Chat } from '../chat.ts';
import type { Own } from '../own.ts';
import { channelHref } from '../route.ts';
import type { Shell } from '../shell.ts';
import { words } from '../text/text.ts';
import { attachFiles } from './Attached.tsx';
import { COMPOSER_ID, Composer } from './Composer.tsx';
import { Concerns } from './Concerns.tsx';
import { Icon } from './Icon.tsx';
import { InviteButton } from './Invite.tsx';
import { MessageList } from './MessageList.tsx';
import { NextStep } from './NextStep.tsx';
import { OfflineStrip, TopBar } from './TopBar.tsx';

interface Props {
  chat: Chat;
  own: Own;
  shell: Shell;
}

export function ConversationView({ chat, own, shell }: Props) {
  const conversation = chat.conversation.value;
  const [dropping, setDropping] = useState(false);
  const joined = chat.joined.value;
  const hasMessages = conversation.timeline.value.messages.length > 0;
  useEffect(() => {
    if (!shell.touch.peek()) document.getElementById(COMPOSER_ID)?.focus();
  }, [conversation.name, joined]);

  function onDrag(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    setDropping(event.type === 'dragover');
  }

  function onDrop(event: DragEvent): void {
    setDropping(false);
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    if (joined) void attachFiles(chat, files);
  }

  return (
    <main class="talk" onDragOver={onDrag} onDragLeave={onDrag} onDrop={onDrop}>
      <TopBar chat={chat} shell={shell} />
      <OfflineStrip status={chat.status.value} />
      <Concerns chat={chat} shell={shell} />
      <NextStep own={own} shell={shell} />
      <Messages chat={chat} own={own} shell={shell} />
      {joined === false ? hasMessages && <JoinBar chat={chat} /> : <Composer chat={chat} shell={shell} />}
      {dropping && joined && <p class="drop-here">{words.composer.drop}</p>}
    </main>
  );
}

function Messages({ chat, own, shell }: Props) {
  const conversation = chat.conversation.value;
  const phase = conversation.phase.value;
  if (phase === 'failed') {
    return (
      <div class="stand-in" role="alert">
        <p>{words.messages.failed}</p>
        <button type="button" class="outlined" onClick={() => void conversation.load()}>
          {words.retry}
        </button>
      </div>
    );
  }
  if (conversation.timeline.value.messages.length > 0 || (phase === 'ready' && conversation.roster.value.length > 0)) {
    return <MessageList key={conversation.name} chat={chat} shell={shell} />;
  }
  if (phase === 'loading' || chat.joined.value === undefined) {
    return (
      <div class="stand-in">
        <p class="opening" role="status">
          {words.messages.loading}
        </p>
      </div>
    );
  }
  return chat.joined.value ? <Empty chat={chat} own={own} shell={shell} /> : <Outside chat={chat} />;
}

function Empty({ chat, own, shell }: Props) {
  const { name, members } = chat.conversation.value;
  const alone = (members.value?.length ?? 1) < 2;
  return (
    <div class="stand-in">
      <h2>{words.messages.emptyTitle(name)}</h2>
      <p>{alone ? words.messages.alone : words.messages.together}</p>
      {alone && (
        <p class="stand-in-actions">
          {own.step.value !== 'invite' && <InviteButton shell={shell} />}
          <a class="outlined small" href={`?person=new${channelHref(name)}`} target="_blank" rel="noopener">
            {words.messages.tryAlone}
          </a>
        </p>
      )}
    </div>
  );
}

/** A channel that one is not in, with nothing of it on this device. */
function Outside({ chat }: { chat: Chat }) {
  return (
    <div class="stand-in">
      <h2>{words.join.title(chat.conversation.value.name)}</h2>
      <p>{words.join.why}</p>
      <JoinButton chat={chat} />
    </div>
  );
}

/** The same below the messages of which there are some. */
function JoinBar({ chat }: { chat: Chat }) {
  return (
    <div class="join">
      <div>
        <h2>{words.join.title(chat.conversation.value.name)}</h2>
        <p class="hint">{words.join.why}</p>
      </div>
      <JoinButton chat={chat} />
    </div>
  );
}

function JoinButton({ chat }: { chat: Chat }) {
  return (
    <button type="button" class="primary" onClick={() => void chat.join()}>
      <Icon name="people" />
      {words.join.button(chat.conversation.value.name)}
    </button>
  );
}
