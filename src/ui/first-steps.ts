/**
 * What is offered to somebody new, one thing at a time and never in the way: to write down the 24 words, to invite
 * somebody. Each can be put off. The words come back as a reminder, later each time, until they are confirmed. Pure,
 * but for the storage that is handed in.
 */
import { type ReadonlySignal, signal } from '@preact/signals';

export type Step = 'words' | 'remind' | 'invite';

export interface StepFacts {
  /** The words were not confirmed yet. */
  readonly wordsOpen: boolean;
  /** Nobody else is in the channel. */
  readonly alone: boolean;
  /** How many messages there are in the channels that one is in. */
  readonly messages: number;
  readonly now: number;
}

export interface FirstSteps {
  readonly put: ReadonlySignal<PutOff>;
  /** Puts off what is offered. */
  later(step: Step, facts: Pick<StepFacts, 'messages' | 'now'>): void;
  /** Reads again what another tab wrote. */
  refresh(): void;
}

/** What was put off: the words so often, last then and at so many messages; the invitation for good. */
export interface PutOff {
  readonly words: number;
  readonly at: number;
  readonly messages: number;
  readonly invite: boolean;
}

const DAY_MS = 24 * 60 * 60_000;
/** Days until the next reminder, by how often it was put off. */
const REST_DAYS = [3, 7, 14, 30];
/** Or so many messages: there is more to lose by then. */
const REST_MESSAGES = 200;
const NEVER: PutOff = { words: 0, at: 0, messages: 0, invite: false };

export function nextStep(put: PutOff, { wordsOpen, alone, messages, now }: StepFacts): Step | undefined {
  if (wordsOpen && put.words === 0) return 'words';
  if (alone && !put.invite) return 'invite';
  if (!wordsOpen) return undefined;
  const days = REST_DAYS[Math.min(put.words, REST_DAYS.length) - 1] ?? 0;
  // A clock that was set back does not silence it for ever.
  const isDue = now - put.at >= days * DAY_MS || now < put.at - DAY_MS;
  return isDue || messages - put.messages >= REST_MESSAGES * put.words ? 'remind' : undefined;
}

export function createFirstSteps(storage: Pick<Storage, 'getItem' | 'setItem'>, key: string): FirstSteps {
  const put = signal(read(storage.getItem(key)));
  const refresh = (): void => {
    put.value = read(storage.getItem(key));
  };
  return {
    put,
    later(step, { messages, now }) {
      refresh();
      const before = put.peek();
      put.value =
        step === 'invite' ? { ...before, invite: true } : { ...before, words: before.words + 1, at: now, messages };
      storage.setItem(key, JSON.stringify(put.peek()));
    },
    refresh,
  };
}

function read(text: string | null): PutOff {
  try {
    const saved = JSON.parse(text ?? '{}') as Partial<Record<keyof PutOff, unknown>> | null;
    const count = (value: unknown): number => (Number.isSafeInteger(value) ? Math.max(0, value as number) : 0);
    return {
      words: count(saved?.words),
      at: count(saved?.at),
      messages: count(saved?.messages),
      invite: saved?.invite === true,
    };
  } catch {
    return NEVER;
  }
}
