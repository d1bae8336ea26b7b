/**
 * What one identity says of itself on several devices, brought together (spec/06-profiles.md#several-installations):
 * what was changed here since the last word that is out comes on top of what was said elsewhere.
 */

/** Name and channels of one version of the own profile. */
export interface Word {
  readonly version: number;
  readonly name: string;
  readonly channels: readonly string[];
}

/** Nothing is out yet. */
export const SILENCE: Word = { version: 0, name: '', channels: [] };

/** `base` is the last word that both devices know of, `ours` what was made of it here, `theirs` elsewhere. */
export function bringTogether(base: Word, ours: Word, theirs: Word): Omit<Word, 'version'> {
  const isLeft = (channel: string) => base.channels.includes(channel) && !ours.channels.includes(channel);
  const joined = ours.channels.filter((channel) => !base.channels.includes(channel));
  const kept = theirs.channels.filter((channel) => !isLeft(channel));
  return {
    name: ours.name === base.name ? theirs.name : ours.name,
    channels: [...new Set([...kept, ...joined])].sort(),
  };
}
