/** The first visit: one field, and one sentence that says what is different here. */
import { useRef, useState } from 'preact/hooks';
import { LIMITS } from '../../core/registry.ts';
import { nameText } from '../display.ts';
import { words } from '../text/text.ts';
import { Icon } from './Icon.tsx';
import { Mark } from './Mark.tsx';

interface Props {
  /** The identity is there, and has no name. */
  unnamed: boolean;
  /** One has just logged out. */
  left: boolean;
  entering: boolean;
  problem: string | undefined;
  onEnter: (name: string) => void;
  onRestore: () => void;
}

export function Welcome({ unnamed, left, entering, problem, onEnter, onRestore }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [missing, setMissing] = useState(false);
  const submit = (event: Event): void => {
    event.preventDefault();
    const name = nameText(input.current?.value ?? '', '');
    setMissing(name === '');
    if (name === '') input.current?.focus();
    else onEnter(name);
  };
  const trouble = missing ? words.welcome.missing : problem;
  return (
    <main class="sheet">
      <div class="card">
        <Mark />
        <h1>{unnamed ? words.arrival.back : words.welcome.title}</h1>
        {left && (
          <p class="advice advice-good" role="status">
            <Icon name="check" />
            <span>{words.arrival.left}</span>
          </p>
        )}
        <p class="difference">
          <Icon name={unnamed ? 'check' : 'lock'} />
          <span>{unnamed ? words.arrival.unnamed : words.welcome.difference}</span>
        </p>
        <form onSubmit={submit} noValidate>
          <label for="own-name">{words.welcome.label}</label>
          <input
            id="own-name"
            ref={(element) => {
              // Not at once: the page would have to be laid out in the midst of being made.
              if (input.current === null) requestAnimationFrame(() => element?.focus());
              input.current = element;
            }}
            name="name"
            autocomplete="nickname"
            maxLength={LIMITS.profileNameUnits}
            aria-describedby="own-name-hint"
            aria-invalid={missing}
          />
          <p id="own-name-hint" class="hint">
            {words.welcome.hint}
          </p>
          <p class="trouble" role="alert">
            {trouble}
          </p>
          <button class="primary" type="submit" disabled={entering}>
            {entering ? words.welcome.entering : words.welcome.enter}
          </button>
        </form>
        <button class="quiet" type="button" disabled={entering} onClick={onRestore}>
          <Icon name="key" />
          {words.arrival.restore}
        </button>
      </div>
    </main>
  );
}
