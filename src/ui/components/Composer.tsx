/** Where one writes: several lines, names after an @, emoji, files by button, paste or drop, and to how many it goes. */
import { useRef, useState } from 'preact/hooks';
import { LIMITS } from '../../core/registry.ts';
import type { Member } from '../../runtime/api.ts';
import type { Chat } from '../chat.ts';
import { NO_DRAFT } from '../drafts.ts';
import { type Completion, complete, completion } from '../mentions.ts';
import type { Shell } from '../shell.ts';
import { words } from '../text/text.ts';
import { AttachButton, Attached, attachFiles } from './Attached.tsx';
import { EmojiButton } from './EmojiPicker.tsx';
import { Icon } from './Icon.tsx';
import { SUGGESTIONS_ID, Suggestions, suggestionId } from './Suggestions.tsx';

export const COMPOSER_ID = 'composer';

export function Composer({ chat, shell }: { chat: Chat; shell: Shell }) {
  const conversation = chat.conversation.value;
  const draft = chat.drafts.of(conversation.name);
  const members = conversation.members.value;
  const field = useRef<HTMLTextAreaElement>(null);
  const [sending, setSending] = useState(false);
  const [asked, setAsked] = useState<Completion<Member> | undefined>(undefined);
  const [chosen, setChosen] = useState(0);
  const { text, files } = draft.value;
  const over = text.length - LIMITS.contentUnits;
  const unfit = (text.trim() === '' && files.length === 0) || over > 0;

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    const sent = draft.peek();
    if (unfit || sending) return;
    setSending(true);
    setAsked(undefined);
    draft.value = NO_DRAFT;
    const done = await chat.attempt(() => conversation.send(sent.text, sent.files));
    if (!done) draft.value = { text: sent.text + draft.peek().text, files: [...sent.files, ...draft.peek().files] };
    setSending(false);
    // Who has gone elsewhere meanwhile stays there.
    const { activeElement } = document;
    if (activeElement === document.body || field.current?.form?.contains(activeElement)) field.current?.focus();
  }

  function write(next: string, cursor: number): void {
    draft.value = { ...draft.peek(), text: next };
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(cursor, cursor);
    });
  }

  /** Asks who may be meant where the cursor stands now. */
  function ask(): void {
    const { value = '', selectionStart = 0 } = field.current ?? {};
    setAsked(completion(value, selectionStart, members ?? []));
    setChosen(0);
  }

  function choose(index: number): void {
    const person = asked?.people[index];
    if (asked === undefined || person === undefined) return;
    const next = complete(draft.peek().text, asked, person.name);
    setAsked(undefined);
    write(next.text, next.cursor);
  }

  function insert(emoji: string): void {
    const at = field.current?.selectionStart ?? text.length;
    write(text.slice(0, at) + emoji + text.slice(field.current?.selectionEnd ?? at), at + emoji.length);
  }

  /** Keys for the list of names while it is open. Whether the key was one. */
  function steer(event: KeyboardEvent): boolean {
    const count = asked?.people.length ?? 0;
    if (count === 0 || event.isComposing) return false;
    if (event.key === 'ArrowDown') setChosen((chosen + 1) % count);
    else if (event.key === 'ArrowUp') setChosen((chosen + count - 1) % count);
    else if (event.key === 'Enter' || event.key === 'Tab') choose(chosen);
    else if (event.key === 'Escape') setAsked(undefined);
    else return false;
    event.preventDefault();
    return true;
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.altKey || steer(event)) return;
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || shell.touch.peek()) return;
    void send(event);
  }

  function onPaste(event: ClipboardEvent): void {
    const pasted = event.clipboardData;
    if (pasted === null || pasted.files.length === 0 || pasted.types.includes('text/plain')) return;
    event.preventDefault();
    void attachFiles(chat, pasted.files);
  }

  return (
    <form class="composer" onSubmit={send}>
      <Problem chat={chat} />
      {asked && <Suggestions people={asked.people} chosen={chosen} onChoose={choose} />}
      <Sealing chat={chat} />
      {files.length > 0 && <Attached chat={chat} focus={() => field.current?.focus()} />}
      <div class="composer-box">
        <AttachButton chat={chat} />
        <textarea
          id={COMPOSER_ID}
          ref={field}
          rows={Math.min(8, text.split('\n', 8).length)}
          value={text}
          dir={text === '' ? undefined : 'auto'}
          aria-label={words.composer.label(conversation.name)}
          aria-describedby="composer-note"
          aria-autocomplete="list"
          aria-controls={asked ? SUGGESTIONS_ID : undefined}
          aria-activedescendant={asked ? suggestionId(chosen) : undefined}
          placeholder={words.composer.placeholder(conversation.name)}
          enterkeyhint={shell.touch.value ? 'enter' : 'send'}
          onInput={(event) => {
            draft.value = { ...draft.peek(), text: event.currentTarget.value };
            ask();
          }}
          onClick={() => asked && ask()}
          onBlur={() => setAsked(undefined)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
        <EmojiButton onChoose={insert} />
        <button type="submit" class="primary square" aria-label={words.composer.send} disabled={unfit || sending}>
          <Icon name="send" />
        </button>
      </div>
      <p id="composer-note" class="hint composer-note">
        <span>
          <Icon name="lock" />
          {members === undefined ? words.readers.loading : words.composer.sealedTo(Math.max(1, members.length))}
        </span>
        <Note over={over} keys={!shell.touch.value} />
      </p>
    </form>
  );
}

function Note({ over, keys }: { over: number; keys: boolean }) {
  if (over > 0) {
    return (
      <span class="over" role="alert">
        {words.composer.tooLong(over)}
      </span>
    );
  }
  return keys ? (
    <span class="keys" title={words.composer.marks}>
      {words.composer.keys}
    </span>
  ) : null;
}

/** Files of a message on their way into their seals, which can be stopped. */
function Sealing({ chat }: { chat: Chat }) {
  const conversation = chat.conversation.value;
  const progress = conversation.sealing.value;
  if (progress === undefined) return null;
  const { done, total } = progress;
  return (
    <p class="sealing">
      <label>
        {words.composer.sealing(done, total)}
        <progress value={done} max={Math.max(1, total)} />
      </label>
      <button type="button" class="quiet small" onClick={conversation.cancelSealing}>
        {words.composer.cancel}
      </button>
    </p>
  );
}

function Problem({ chat }: { chat: Chat }) {
  const problem = chat.problem.value;
  return (
    <div role="alert">
      {problem !== undefined && (
        <p class="strip strip-problem">
          <Icon name="warning" />
          <span>{problem}</span>
          <button type="button" class="quiet tiny" aria-label={words.channels.close} onClick={chat.dismissProblem}>
            <Icon name="close" />
          </button>
        </p>
      )}
    </div>
  );
}
