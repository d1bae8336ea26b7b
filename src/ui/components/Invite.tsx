/** The link to a channel, for somebody else: to copy, to share, to be scanned. */
import { useRef, useState } from 'preact/hooks';
import type { Chat } from '../chat.ts';
import { invitation } from '../invitation.ts';
import type { Shell } from '../shell.ts';
import { words } from '../text/text.ts';
import { Icon } from './Icon.tsx';
import { Qr } from './Qr.tsx';
import { Sheet } from './Sheet.tsx';

export function Invite({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  const { name } = chat.conversation.value;
  const { link, onlyHere } = invitation(location.href, name);
  const title = words.invite.title(name);
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    // Where the clipboard is refused the link stands there marked, for the person to copy.
    field.current?.select();
    await navigator.clipboard.writeText(link).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <Sheet title={title} close={words.invite.close} onClose={onClose}>
      <p>{words.invite.what}</p>
      {onlyHere && (
        <p class="advice advice-warn">
          <Icon name="warning" />
          <span>{words.invite.here}</span>
        </p>
      )}
      <Qr text={link} label={words.invite.qr(name)} />
      <div>
        <label for="invite-link">{words.invite.link}</label>
        <input
          id="invite-link"
          ref={field}
          class="invite-link"
          value={link}
          readOnly
          dir="ltr"
          onFocus={() => field.current?.select()}
        />
      </div>
      <div class="buttons">
        <button type="button" class="primary" onClick={() => void copy()}>
          <Icon name={copied ? 'check' : 'link'} />
          {copied ? words.invite.copied : words.invite.copy}
        </button>
        {typeof navigator.share === 'function' && (
          <button
            type="button"
            class="outlined"
            onClick={() => void navigator.share({ title, url: link }).catch(() => undefined)}
          >
            <Icon name="share" />
            {words.invite.share}
          </button>
        )}
      </div>
      <p class="unseen" role="status">
        {copied ? words.invite.copied : ''}
      </p>
    </Sheet>
  );
}

export function InviteButton({ shell }: { shell: Shell }) {
  const open = (): void => {
    shell.panel.value = 'invite';
  };
  return (
    <button type="button" class="outlined small" aria-haspopup="dialog" onClick={open}>
      <Icon name="link" />
      {words.invite.button}
    </button>
  );
}
