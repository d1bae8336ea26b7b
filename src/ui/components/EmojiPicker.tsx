/** A small dialog of emoji: arrows move, Enter chooses, typing finds, Escape closes. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Emoji } from '../emoji.ts';
import { emojiNames, words } from '../text/text.ts';
import { Icon } from './Icon.tsx';
import { Panel } from './Panel.tsx';

type Find = (query: string) => readonly Emoji[];

export function EmojiButton({ onChoose }: { onChoose: (text: string) => void }) {
  const [find, setFind] = useState<Find | undefined>(undefined);
  const close = (): void => setFind(undefined);
  const open = async (): Promise<void> => {
    const [{ findEmoji, named, emoji }, names] = await Promise.all([import('../emoji.ts'), emojiNames()]);
    const among = names === undefined ? emoji : named(names);
    setFind(() => (query: string) => findEmoji(query, among));
  };
  return (
    <>
      <button
        type="button"
        class="quiet square"
        aria-label={words.composer.emoji}
        title={words.composer.emoji}
        aria-haspopup="dialog"
        onClick={() => void open()}
      >
        <Icon name="smile" />
      </button>
      {find && (
        <Panel label={words.composer.emoji} kind="centre" onClose={close}>
          <Picker
            find={find}
            onChoose={(text) => {
              close();
              onChoose(text);
            }}
          />
        </Panel>
      )}
    </>
  );
}

const COLUMNS = 8;

function Picker({ find, onChoose }: { find: Find; onChoose: (text: string) => void }) {
  const [query, setQuery] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const found = find(query);
  useEffect(() => input.current?.focus(), []);

  function onKeyDown(event: KeyboardEvent): void {
    const buttons = [...(grid.current?.querySelectorAll('button') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const along = document.documentElement.dir === 'rtl' ? -1 : 1;
    const steps: Record<string, number> = {
      ArrowRight: along,
      ArrowLeft: -along,
      ArrowDown: COLUMNS,
      ArrowUp: -COLUMNS,
    };
    const step = steps[event.key];
    if (event.key === 'Enter' && at === -1 && found[0]) {
      event.preventDefault();
      onChoose(found[0].text);
    } else if (step !== undefined && (at !== -1 || event.key === 'ArrowDown')) {
      event.preventDefault();
      (buttons[at === -1 ? 0 : at + step] ?? (step < 0 ? input.current : undefined))?.focus();
    }
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys for the field and the buttons in it
    <div class="emoji" onKeyDown={onKeyDown}>
      <input
        ref={input}
        type="search"
        value={query}
        aria-label={words.composer.emojiSearch}
        placeholder={words.composer.emojiSearch}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      {found.length === 0 && <p class="hint">{words.composer.emojiNone}</p>}
      <div ref={grid} class="emoji-grid">
        {found.map(({ text, name }) => (
          <button key={text} type="button" class="quiet" aria-label={name} title={name} onClick={() => onChoose(text)}>
            {text}
          </button>
        ))}
      </div>
    </div>
  );
}
