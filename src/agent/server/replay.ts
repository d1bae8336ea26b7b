/** What was delivered or queued in the last ten minutes: the same again is answered as before, and goes nowhere. */
const WINDOW_MS = 600_000;
const PER_GENERATION = 100_000;

export interface Replays {
  /** How it was answered: '' without a word. Undefined for what is new. */
  answered(id: string): string | undefined;
  remember(id: string, answer: string): void;
}

/** Two generations, so that forgetting costs nothing. A generation that is full is forgotten early. */
export function createReplays(now: () => number): Replays {
  let young = new Map<string, { answer: string; at: number }>();
  let old = young;
  let since = now();
  return {
    answered(id) {
      const found = young.get(id) ?? old.get(id);
      return found !== undefined && now() - found.at <= WINDOW_MS ? found.answer : undefined;
    },
    remember(id, answer) {
      if (young.size >= PER_GENERATION || now() - since > WINDOW_MS) {
        old = young;
        young = new Map();
        since = now();
      }
      young.set(id, { answer, at: now() });
    },
  };
}
