/** The files of the message that is being written: chosen, shown small, taken out again. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { OutgoingFile } from '../../runtime/api.ts';
import { attach } from '../attach.ts';
import type { Chat } from '../chat.ts';
import { previewKind } from '../preview.ts';
import { words } from '../text/text.ts';
import { thumbnail } from '../thumbnail.ts';
import { Icon } from './Icon.tsx';

/** Adds files to what is being written in the open channel. */
export async function attachFiles(chat: Chat, chosen: Iterable<File>): Promise<void> {
  const draft = chat.drafts.of(chat.conversation.peek().name);
  await chat.attempt(async () => {
    const { files, problem } = await attach(draft.peek().files, chosen);
    draft.value = { ...draft.peek(), files };
    if (problem !== undefined) throw new Error(problem);
  });
}

export function AttachButton({ chat }: { chat: Chat }) {
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

export function Attached({ chat, focus }: { chat: Chat; focus: () => void }) {
  const draft = chat.drafts.of(chat.conversation.value.name);
  const remove = (index: number): void => {
    draft.value = { ...draft.peek(), files: draft.peek().files.toSpliced(index, 1) };
    focus();
  };
  return (
    <ul class="attached">
      {draft.value.files.map((file, index) => (
        <li key={index}>
          <Sketch file={file} />
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

const SMALL = { width: 80, height: 80 };

function Sketch({ file }: { file: OutgoingFile }) {
  const [url, setUrl] = useState<string | undefined>(undefined);
  const { name, type, bytes } = file;
  useEffect(() => {
    setUrl(undefined);
    if (previewKind({ name, type, size: bytes.length }) !== 'picture') return;
    let gone = false;
    let made: string | undefined;
    void thumbnail(bytes, SMALL).then((small) => {
      made = small?.url;
      if (gone && made !== undefined) URL.revokeObjectURL(made);
      else setUrl(made);
    });
    return () => {
      gone = true;
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [bytes]);
  return url === undefined ? <Icon name="file" /> : <img class="sketch" src={url} alt="" />;
}
