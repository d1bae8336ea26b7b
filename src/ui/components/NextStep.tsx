/** One quiet line below the channel's bar: what may come next. It waits, and goes when it is put off. */
import type { Step } from '../first-steps.ts';
import type { Own } from '../own.ts';
import type { Shell } from '../shell.ts';
import { words } from '../text/text.ts';
import { COMPOSER_ID } from './Composer.tsx';
import { Icon } from './Icon.tsx';

export function NextStep({ own, shell }: { own: Own; shell: Shell }) {
  const step = own.step.value;
  if (step === undefined) return null;
  const { title, why, button } = said(step);
  const putOff = (): void => {
    own.later();
    // The button goes: what comes next has its place, else one writes on.
    requestAnimationFrame(() => (document.querySelector<HTMLElement>('.step .primary') ?? composer())?.focus());
  };
  return (
    <section class="step" aria-label={words.steps.label}>
      <Icon name={step === 'invite' ? 'people' : 'key'} />
      <div class="step-text">
        <h2>{title}</h2>
        <p>{why}</p>
      </div>
      <div class="buttons">
        <button
          type="button"
          class="primary small"
          onClick={() => {
            shell.panel.value = step === 'invite' ? 'invite' : 'words';
          }}
        >
          {button}
        </button>
        <button type="button" class="quiet small" onClick={putOff}>
          {words.steps.later}
        </button>
      </div>
    </section>
  );
}

const composer = (): HTMLElement | null => document.getElementById(COMPOSER_ID);

function said(step: Step): { title: string; why: string; button: string } {
  const { steps } = words;
  if (step === 'invite') return { title: steps.invite, why: steps.inviteWhy, button: steps.inviteShow };
  return { title: step === 'words' ? steps.words : steps.remind, why: steps.wordsWhy, button: steps.wordsShow };
}
