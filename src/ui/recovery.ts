/**
 * The way through the 24 words: what they are, the words themselves, three of them typed back, and then this device
 * forgets them. Nobody is held in it: each step can be left, and begun again until the words are confirmed.
 */
import { type ReadonlySignal, signal } from '@preact/signals';
import { WORD_COUNT } from '../core/identity/words.ts';
import { inWords } from './chat.ts';
import type { Home } from './home.ts';

export type RecoveryStep =
  | { kind: 'intro'; opening: boolean; problem: string | undefined }
  | { kind: 'words'; words: readonly string[] }
  /** `asked`: positions from 1, as on paper. `wrong`: those of them whose word was another. */
  | { kind: 'check'; asked: readonly number[]; wrong: readonly number[]; checking: boolean }
  | { kind: 'done' };

export interface Recovery {
  readonly step: ReadonlySignal<RecoveryStep>;
  /** Opens the words, for the first time or once more. */
  show(): Promise<void>;
  /** They are written down, says the person: on to the check. */
  written(): void;
  /** What was typed for each position that was asked for. Right: the device forgets the words. */
  check(answers: readonly string[]): Promise<void>;
}

/** Enough that a list of empty lines does not pass. */
const ASKED = 3;

export function createRecovery(
  home: Pick<Home, 'recoveryWords' | 'confirmWords'>,
  random: (below: number) => number,
  onConfirmed: () => void,
): Recovery {
  const step = signal<RecoveryStep>({ kind: 'intro', opening: false, problem: undefined });
  let words: readonly string[] = [];

  return {
    step,
    async show() {
      if (step.value.kind === 'intro') step.value = { kind: 'intro', opening: true, problem: undefined };
      try {
        const found = await home.recoveryWords();
        words = found ?? [];
        step.value = found === undefined ? { kind: 'done' } : { kind: 'words', words };
      } catch (error) {
        step.value = { kind: 'intro', opening: false, problem: inWords(error) };
      }
    },
    written() {
      if (step.value.kind !== 'words') return;
      step.value = { kind: 'check', asked: positions(random), wrong: [], checking: false };
    },
    async check(answers) {
      const { value } = step;
      if (value.kind !== 'check' || value.checking) return;
      const wrong = value.asked.filter((position, index) => words[position - 1] !== tidy(answers[index]));
      step.value = { ...value, wrong, checking: wrong.length === 0 };
      if (wrong.length > 0) return;
      try {
        await home.confirmWords();
        words = [];
        step.value = { kind: 'done' };
        onConfirmed();
      } catch (error) {
        step.value = { kind: 'intro', opening: false, problem: inWords(error) };
      }
    },
  };
}

const tidy = (typed = ''): string => typed.trim().toLowerCase();

/** Different ones, ascending. */
function positions(random: (below: number) => number): number[] {
  const left = Array.from({ length: WORD_COUNT }, (_, index) => index + 1);
  const drawn = Array.from({ length: ASKED }, () => left.splice(random(left.length), 1)).flat();
  return drawn.sort((a, b) => a - b);
}
