/**
 * The root seed as 24 words to write down, and back (spec/01-identity.md#words; BIP 39, English list). The words
 * are the seed itself, not a passphrase that is hashed into one.
 */
import { entropyToMnemonic, mnemonicToEntropy } from '@scure/bip39';
import { wordlist } from '@scure/bip39/wordlists/english.js';
import { SEED_BYTES } from './derive.ts';

export const WORD_COUNT = 24;

export type WordsReading =
  | { kind: 'seed'; seed: Uint8Array }
  | { kind: 'wrong-count'; count: number }
  /** `positions` count from 1, as on paper. */
  | { kind: 'unknown-words'; positions: number[] }
  | { kind: 'wrong-checksum' };

export function wordsFromSeed(seed: Uint8Array): string[] {
  if (seed.length !== SEED_BYTES) throw new RangeError(`Cannot spell a seed: expected 32 bytes, got ${seed.length}`);
  return entropyToMnemonic(seed, wordlist).split(' ');
}

/** Takes what people type: any case, any white space, numbers in front. Says what is wrong where it is no seed. */
export function seedFromWords(text: string): WordsReading {
  const words = text.toLowerCase().match(/[^\s\d.,;:)]+/g) ?? [];
  if (words.length !== WORD_COUNT) return { kind: 'wrong-count', count: words.length };
  const positions = words.flatMap((word, i) => (KNOWN.has(word) ? [] : [i + 1]));
  if (positions.length > 0) return { kind: 'unknown-words', positions };
  try {
    return { kind: 'seed', seed: new Uint8Array(mnemonicToEntropy(words.join(' '), wordlist)) };
  } catch {
    return { kind: 'wrong-checksum' };
  }
}

export const isListedWord = (word: string): boolean => KNOWN.has(word);

/** The words that begin so, in the list's order. Four letters leave one at most. */
export function wordsBeginning(letters: string, limit: number): string[] {
  if (letters === '') return [];
  return wordlist.filter((word) => word.startsWith(letters)).slice(0, limit);
}

/** The words that are one slip away: a letter too many, too few or another, or two neighbours exchanged. */
export const wordsLike = (typed: string, limit: number): string[] =>
  wordlist.filter((word) => isOneSlip(typed, word)).slice(0, limit);

const KNOWN: ReadonlySet<string> = new Set(wordlist);

function isOneSlip(typed: string, word: string): boolean {
  if (Math.abs(typed.length - word.length) > 1) return false;
  let same = 0;
  while (same < word.length && typed[same] === word[same]) same++;
  const [a, b] = [typed.slice(same), word.slice(same)];
  const exchanged = a.length > 1 && a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2);
  return exchanged || a.slice(1) === b || a === b.slice(1) || a.slice(1) === b.slice(1);
}
