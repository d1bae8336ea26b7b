/** Changes one's own name. */
import { useState } from 'preact/hooks';
import { LIMITS } from '../../core/registry.ts';
import type { Chat } from '../chat.ts';
import { nameText } from '../display.ts';
import { words } from '../text/text.ts';

export function Rename({ chat, onDone }: { chat: Chat; onDone: () => void }) {
  const [typed, setTyped] = useState(chat.me.peek().name);
  const name = nameText(typed, '');
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (name === '') return;
    await chat.rename(name);
    onDone();
  };
  return (
    <form class="rename" onSubmit={submit}>
      <label for="rename">{words.welcome.label}</label>
      <input
        id="rename"
        value={typed}
        maxLength={LIMITS.profileNameUnits}
        autocomplete="nickname"
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <p class="hint">{chat.me.value.dot1}</p>
      <div class="buttons">
        <button type="submit" class="primary small" disabled={name === ''}>
          {words.me.save}
        </button>
        <button type="button" class="quiet small" onClick={onDone}>
          {words.channels.cancel}
        </button>
      </div>
    </form>
  );
}
