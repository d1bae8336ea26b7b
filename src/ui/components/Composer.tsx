/** Where one writes: several lines, files by button, paste or drop, and to how many it will be sealed. */
import { useRef, useState } from 'preact/hooks';
import { LIMITS } from '../../core/registry.ts';
import { attach } from '../attach.ts';
import type { Chat } from '../chat.ts';
import { NO_DRAFT } from '../drafts.ts';
import type { Shell } from '../shell.ts';
import { words } from '../words.ts';
import { Icon } from './Icon.tsx';

export const COMPOSER_ID = 'composer';

export function Composer({ chat, shell }: { chat: Chat; shell: Shell }) {
  const conversation = chat.conversation.value;
  const draft = chat.drafts.of(conversation.name);
  const members = conversation.members.value;
  const field = useRef<HTMLTextAreaElement>(null);
  const [sending, setSending] = useState(false);
  const { text, files } = draft.value;
  const over = text.length - LIMITS.contentUnits;
  const unfit = (text.trim() === '' && files.length === 0) || over > 0;

  async function send(event: Event): Promise<void> {
    event.preventDefault();
    const sent = draft.peek();
    if (unfit || sending) return;
    setSending(true);
    draft.value = NO_DRAFT;
    const done = await chat.attempt(() => conversation.send(sent.text, sent.files));
    if (!done) draft.value = { text: sent.text + draft.peek().text, files: [...sent.files, ...draft.peek().files] };
    setSending(false);
    field.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
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
      {files.length > 0 && <Attached chat={chat} />}
      <div class="composer-box">
        <AttachButton chat={chat} />
        <textarea
          id={COMPOSER_ID}
          ref={field}
          rows={Math.min(8, text.split('\n', 8).length)}
          value={text}
          aria-label={words.composer.label(conversation.name)}
          aria-describedby="composer-note"
          placeholder={words.composer.placeholder(conversation.name)}
          enterkeyhint={shell.touch.value ? 'enter' : 'send'}
          onInput={(event) => {
            draft.value = { ...draft.peek(), text: event.currentTarget.value };
          }}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
        />
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
  return keys ? <span class="keys">{words.composer.keys}</span> : null;
}

/** Adds files to what is being written in the open channel. */
export async function attachFiles(chat: Chat, chosen: Iterable<File>): Promise<void> {
  const draft = chat.drafts.of(chat.conversation.peek().name);
  await chat.attempt(async () => {
    const { files, problem } = await attach(draft.peek().files, chosen);
    draft.value = { ...draft.peek(), files };
    if (problem !== undefined) throw new Error(problem);
  });
}

function AttachButton({ chat }: { chat: Chat }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={words.composer.attach}
        onChange={(event) => {
          const chosen = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = '';
          void attachFiles(chat, chosen);
        }}
      />
      <button
        type="button"
        class="quiet square"
        aria-label={words.composer.attach}
        title={words.composer.attach}
        onClick={() => input.current?.click()}
      >
        <Icon name="clip" />
      </button>
    </>
  );
}

function Attached({ chat }: { chat: Chat }) {
  const draft = chat.drafts.of(chat.conversation.value.name);
  const remove = (index: number): void => {
    draft.value = { ...draft.peek(), files: draft.peek().files.toSpliced(index, 1) };
    document.getElementById(COMPOSER_ID)?.focus();
  };
  return (
    <ul class="attached">
      {draft.value.files.map((file, index) => (
        <li key={index}>
          <Icon name="file" />
          <bdi class="file-name">{file.name}</bdi>
          <span class="file-size">{words.bytes(file.bytes.length)}</span>
          <button
            type="button"
            class="quiet tiny"
            aria-label={words.composer.remove(file.name)}
            onClick={() => remove(index)}
          >
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
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
