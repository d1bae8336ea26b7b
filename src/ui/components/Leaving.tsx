/** Before a log-out: what it deletes, and what would be lost for good. Loud where there is no way back. */
import { useState } from 'preact/hooks';
import type { Chat } from '../chat.ts';
import type { Own } from '../own.ts';
import type { Shell } from '../shell.ts';
import { words } from '../text/text.ts';
import { Icon } from './Icon.tsx';
import { Sheet } from './Sheet.tsx';

interface Props {
  chat: Chat;
  own: Own;
  shell: Shell;
  tabPerson: boolean;
  onLeave: () => void;
  onClose: () => void;
}

export function Leaving({ chat, own, shell, tabPerson, onLeave, onClose }: Props) {
  const [understood, setUnderstood] = useState(false);
  const { leaving } = words;
  const { queued } = chat.status.value;
  const wordsOpen = own.wordsOpen.value !== false && !tabPerson;
  const needsThought = wordsOpen || queued > 0;
  return (
    <Sheet title={tabPerson ? leaving.titleTab : leaving.title} close={leaving.close} onClose={onClose}>
      {wordsOpen && (
        <div class="advice advice-danger" role="alert">
          <Icon name="warning" />
          <div>
            <p>{leaving.noWords}</p>
            <button
              type="button"
              class="primary small"
              onClick={() => {
                shell.panel.value = 'words';
              }}
            >
              {leaving.wordsFirst}
            </button>
          </div>
        </div>
      )}
      {queued > 0 && (
        <p class="advice advice-danger" role="alert">
          <Icon name="clock" />
          <span>{leaving.unsent(queued)}</span>
        </p>
      )}
      <p>{tabPerson ? leaving.whatTab : leaving.what}</p>
      {!tabPerson && !wordsOpen && <p>{leaving.back}</p>}
      {needsThought && (
        <label class="choice">
          <input
            type="checkbox"
            checked={understood}
            onChange={(event) => setUnderstood(event.currentTarget.checked)}
          />
          {leaving.understand}
        </label>
      )}
      <div class="buttons">
        <button type="button" class="primary danger" disabled={needsThought && !understood} onClick={onLeave}>
          {tabPerson ? leaving.confirmTab : leaving.confirm}
        </button>
        <button type="button" class="quiet" onClick={onClose}>
          {leaving.cancel}
        </button>
      </div>
    </Sheet>
  );
}
