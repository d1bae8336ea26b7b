/** Asks for a date and leads to the first message from then on. */
import { useRef } from 'preact/hooks';
import { words } from '../text/text.ts';
import { Panel } from './Panel.tsx';

interface Props {
  onGo: (time: Date) => void;
  onClose: () => void;
}

export function JumpToDate({ onGo, onClose }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const submit = (event: Event): void => {
    event.preventDefault();
    const [year, month, day] = (input.current?.value ?? '').split('-').map(Number);
    if (year === undefined || month === undefined || day === undefined) return;
    onGo(new Date(year, month - 1, day));
    onClose();
  };
  return (
    <Panel label={words.messages.jumpDate} kind="centre" onClose={onClose}>
      <form class="rename" onSubmit={submit}>
        <label for="jump-date">{words.messages.date}</label>
        <input id="jump-date" ref={input} type="date" required />
        <div class="buttons">
          <button type="submit" class="primary small">
            {words.messages.go}
          </button>
          <button type="button" class="quiet small" onClick={onClose}>
            {words.share.cancel}
          </button>
        </div>
      </form>
    </Panel>
  );
}
