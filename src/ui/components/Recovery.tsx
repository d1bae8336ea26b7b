/**
 * The 24 words: what they are, the words, a check of three, done. There is no button that copies them: what is on the
 * clipboard other programs read, and some send it to other devices. Who wants them in a password manager can mark them.
 */
import { useMemo, useRef } from 'preact/hooks';
import type { Own } from '../own.ts';
import type { Recovery as Way } from '../recovery.ts';
import { words } from '../text/text.ts';
import { Icon } from './Icon.tsx';
import { Sheet } from './Sheet.tsx';

export function Recovery({ own, onClose }: { own: Own; onClose: () => void }) {
  const way = useMemo(() => own.recovery(), [own]);
  const { kind } = way.step.value;
  const title =
    kind === 'check' ? words.recovery.checkTitle : kind === 'done' ? words.recovery.doneTitle : words.recovery.title;
  return (
    <Sheet title={title} close={words.recovery.close} onClose={onClose}>
      {kind === 'intro' && <Intro way={way} onLater={onClose} />}
      {kind === 'words' && <Words way={way} onLater={onClose} />}
      {kind === 'check' && <Check way={way} />}
      {kind === 'done' && <Done onClose={onClose} />}
    </Sheet>
  );
}

function Intro({ way, onLater }: { way: Way; onLater: () => void }) {
  const { value } = way.step;
  const { opening, problem } = value.kind === 'intro' ? value : { opening: false, problem: undefined };
  return (
    <>
      <p>{words.recovery.what}</p>
      <p class="advice">
        <Icon name="edit" />
        <span>{words.recovery.paper}</span>
      </p>
      <p class="advice advice-warn">
        <Icon name="warning" />
        <span>{words.recovery.alone}</span>
      </p>
      <p class="trouble" role="alert">
        {problem === undefined ? '' : `${words.recovery.failed} ${problem}`}
      </p>
      <div class="buttons">
        <button type="button" class="primary" disabled={opening} onClick={() => void way.show()}>
          {opening ? words.recovery.opening : words.recovery.show}
        </button>
        <button type="button" class="quiet" onClick={onLater}>
          {words.recovery.later}
        </button>
      </div>
    </>
  );
}

function Words({ way, onLater }: { way: Way; onLater: () => void }) {
  const { value } = way.step;
  return (
    <>
      <ol class="seed-words" dir="ltr" lang="en" translate={false} aria-label={words.recovery.list}>
        {(value.kind === 'words' ? value.words : []).map((word, index) => (
          <li key={index}>
            <span class="seed-place">{index + 1}</span>
            <span class="seed-word">{word}</span>
          </li>
        ))}
      </ol>
      <p class="hint">{words.recovery.paper}</p>
      <div class="buttons">
        <button type="button" class="primary" onClick={way.written}>
          {words.recovery.written}
        </button>
        <button type="button" class="quiet" onClick={onLater}>
          {words.recovery.later}
        </button>
      </div>
    </>
  );
}

function Check({ way }: { way: Way }) {
  const { value } = way.step;
  const form = useRef<HTMLFormElement>(null);
  if (value.kind !== 'check') return null;
  const submit = (event: Event): void => {
    event.preventDefault();
    const fields = [...(form.current?.querySelectorAll('input') ?? [])];
    void way.check(fields.map((field) => field.value)).then(() => {
      form.current?.querySelector<HTMLInputElement>('input[aria-invalid=true]')?.focus();
    });
  };
  return (
    <form ref={form} class="seed-check" onSubmit={submit} noValidate>
      <p>{words.recovery.checkWhy}</p>
      {value.asked.map((position) => (
        <div key={position}>
          <label for={`seed-${position}`}>{words.recovery.word(position)}</label>
          <input
            id={`seed-${position}`}
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            dir="ltr"
            aria-invalid={value.wrong.includes(position)}
            aria-describedby="seed-wrong"
          />
        </div>
      ))}
      <p id="seed-wrong" class="trouble" role="alert">
        {value.wrong.map(words.recovery.wrong).join(' ')}
      </p>
      <div class="buttons">
        <button type="submit" class="primary" disabled={value.checking}>
          {words.recovery.check}
        </button>
        <button type="button" class="quiet" onClick={() => void way.show()}>
          {words.recovery.again}
        </button>
      </div>
    </form>
  );
}

function Done({ onClose }: { onClose: () => void }) {
  return (
    <>
      <p class="advice advice-good" role="status">
        <Icon name="shield" />
        <span>{words.recovery.done}</span>
      </p>
      <div class="buttons">
        <button type="button" class="primary" onClick={onClose}>
          {words.recovery.finish}
        </button>
      </div>
    </>
  );
}
