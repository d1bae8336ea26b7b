/**
 * Twenty-four words as people type them: one at a time, a few letters each, or all at once from the clipboard. What
 * is wrong is said where it is wrong; whether they belong together is known when the last one is there.
 */
import { computed, type ReadonlySignal, signal } from '@preact/signals';
import { isListedWord, seedFromWords, WORD_COUNT, wordsBeginning, wordsLike } from '../core/identity/words.ts';

export type EntryProblem =
  | { kind: 'unknown'; typed: string; like: readonly string[] }
  | { kind: 'several' }
  | { kind: 'too-many'; count: number };

export type Verdict = { kind: 'unfinished' } | { kind: 'seed'; seed: Uint8Array } | { kind: 'wrong-checksum' };

export interface WordEntry {
  /** What was entered, by place; empty where nothing was yet. */
  readonly entered: ReadonlySignal<readonly string[]>;
  /** The place being typed into, from 0; undefined where all are filled with words of the list. */
  readonly at: ReadonlySignal<number | undefined>;
  readonly typed: ReadonlySignal<string>;
  readonly problem: ReadonlySignal<EntryProblem | undefined>;
  /** Words that what is being typed may become. */
  readonly suggestions: ReadonlySignal<readonly string[]>;
  readonly verdict: ReadonlySignal<Verdict>;
  /** The field's new content, pasted or typed. */
  type(text: string): void;
  /** Takes what is typed, where it is clear which word that is. */
  take(): void;
  choose(word: string): void;
  /** Goes to a place to change what is there. */
  edit(place: number): void;
  /** To the place before, from an empty field. */
  back(): void;
  clear(): void;
}

const SUGGESTED = 4;
const LONGEST = 400;
const SEPARATOR = /[\s\d.,;:)]+/;

export function createWordEntry(): WordEntry {
  const entered = signal<readonly string[]>(NOTHING);
  const at = signal<number | undefined>(0);
  const typed = signal('');
  const problem = signal<EntryProblem | undefined>(undefined);
  const suggestions = computed(() => {
    const found = wordsBeginning(typed.value, SUGGESTED);
    return found.length === 1 && found[0] === typed.value ? [] : found;
  });
  const verdict = computed(() => verdictOf(entered.value));

  function put(words: readonly string[], from: number): void {
    const next = [...entered.value];
    words.forEach((word, index) => {
      next[from + index] = completed(word);
    });
    entered.value = next;
    const open = firstOpen(next, from + words.length);
    if (open === undefined) {
      at.value = undefined;
      typed.value = '';
      problem.value = undefined;
    } else edit(open);
  }

  function edit(place: number): void {
    const word = entered.peek()[place] ?? '';
    at.value = place;
    typed.value = word;
    problem.value = word === '' || isListedWord(word) ? undefined : unknown(word);
  }

  function take(): void {
    const place = at.value;
    const word = typed.value;
    if (place === undefined || word === '') return;
    const whole = completed(word);
    if (isListedWord(whole)) put([whole], place);
    else if (wordsBeginning(word, 1).length > 0) problem.value = { kind: 'several' };
    else problem.value = unknown(word);
  }

  return {
    ...{ entered, at, typed, problem, suggestions, verdict, take, edit },
    type(text) {
      problem.value = undefined;
      const said = text.slice(0, LONGEST).toLowerCase();
      const words = said.split(SEPARATOR).filter((word) => word !== '');
      const [word = ''] = words;
      if (words.length <= 1) {
        typed.value = word;
        if (word !== '' && SEPARATOR.test(said.at(-1) ?? '')) take();
        return;
      }
      // All of them at once begin at the beginning, wherever the field stands.
      const from = words.length === WORD_COUNT ? 0 : (at.value ?? 0);
      if (from + words.length > WORD_COUNT) problem.value = { kind: 'too-many', count: words.length };
      else put(words, from);
    },
    choose(word) {
      if (at.value !== undefined) put([word], at.value);
    },
    back() {
      const place = (at.value ?? WORD_COUNT) - 1;
      if (typed.value === '' && place >= 0) edit(place);
    },
    clear() {
      entered.value = NOTHING;
      at.value = 0;
      typed.value = '';
      problem.value = undefined;
    },
  };
}

const unknown = (typed: string): EntryProblem => ({ kind: 'unknown', typed, like: wordsLike(typed, SUGGESTED) });

const NOTHING: readonly string[] = Array<string>(WORD_COUNT).fill('');

/** A word of the list stays; the beginning of only one becomes it. What is neither is kept, to be looked at. */
function completed(word: string): string {
  const [only, other] = wordsBeginning(word, 2);
  return !isListedWord(word) && only !== undefined && other === undefined ? only : word;
}

/** The next place that needs a word, then those before it. */
function firstOpen(words: readonly string[], from: number): number | undefined {
  const isOpen = (place: number): boolean => !isListedWord(words[place] ?? '');
  const places = Array.from({ length: WORD_COUNT }, (_, index) => (from + index) % WORD_COUNT);
  return places.find(isOpen);
}

function verdictOf(words: readonly string[]): Verdict {
  const reading = words.every((word) => word !== '') ? seedFromWords(words.join(' ')) : undefined;
  if (reading?.kind === 'seed' || reading?.kind === 'wrong-checksum') return reading;
  return { kind: 'unfinished' };
}
