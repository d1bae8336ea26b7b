/** Who can read what is sent to this channel now. */
import type { Member } from '../../runtime/api.ts';
import type { Chat } from '../chat.ts';
import type { Shell } from '../shell.ts';
import { words } from '../text/text.ts';
import { Icon } from './Icon.tsx';
import { InviteButton } from './Invite.tsx';
import { Avatar, Name } from './Name.tsx';

/** More than these are counted, not listed. */
const LISTED = 500;

export function Readers({ chat, shell, onClose }: { chat: Chat; shell: Shell; onClose?: () => void }) {
  const members = chat.conversation.value.members.value;
  return (
    <div class="readers">
      <div class="readers-head">
        <h2>{words.readers.heading}</h2>
        {members !== undefined && <span class="count">{words.number(members.length)}</span>}
        {onClose && (
          <button type="button" class="quiet square" aria-label={words.channels.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        )}
      </div>
      {members === undefined ? (
        <p class="hint">{words.readers.loading}</p>
      ) : (
        <ul class="member-list">
          {inOrder(members)
            .slice(0, LISTED)
            .map((member) => (
              <Entry
                key={member.key}
                member={member}
                verified={chat.people.value.get(member.key)?.verified !== undefined}
                onAbout={() => {
                  onClose?.();
                  shell.person.value = member.key;
                }}
              />
            ))}
        </ul>
      )}
      <p class="hint readers-explain">
        <Icon name="lock" />
        <span>{words.readers.explain}</span>
      </p>
      <div class="readers-actions">
        <InviteButton shell={shell} />
        <MuteButton chat={chat} />
        {chat.joined.value === true && (
          <button type="button" class="quiet small" onClick={() => void chat.leave()}>
            {words.readers.leave}
          </button>
        )}
      </div>
    </div>
  );
}

function MuteButton({ chat }: { chat: Chat }) {
  const { name } = chat.conversation.value;
  const muted = chat.channels.value.some((channel) => channel.name === name && channel.muted);
  return (
    <button type="button" class="quiet small" aria-pressed={muted} onClick={() => chat.toggleMuted(name)}>
      <Icon name={muted ? 'muted' : 'bell'} />
      {muted ? words.channels.unmute : words.channels.mute}
    </button>
  );
}

interface EntryProps {
  member: Member;
  verified: boolean;
  onAbout: () => void;
}

function Entry({ member, verified, onAbout }: EntryProps) {
  return (
    <li class="member" title={member.by === 'message' ? words.readers.byMessage : undefined}>
      <Avatar person={member} />
      <Name person={member} marked={true} verified={verified} {...(!member.self && { onAbout })} />
    </li>
  );
}

/** Oneself first, then people, then agents, each by name. */
function inOrder(members: readonly Member[]): Member[] {
  const rank = (member: Member): number => (member.self ? 0 : member.agent ? 2 : 1);
  return members.toSorted((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name) || (a.key < b.key ? -1 : 1));
}
