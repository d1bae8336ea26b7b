/** The public API's types of people: who was met, whose keys were compared, and what changed since. */

/** Somebody whose keys are known here. */
export interface KnownPerson {
  /** Verifying key, 64 hex characters. */
  readonly key: string;
  readonly dot1: string;
  readonly name: string;
  readonly self: boolean;
  readonly agent: boolean;
  /** When their keys were first met here. */
  readonly since: Date;
  /** When the safety numbers were compared; undefined where they were not, or where a key has changed since. */
  readonly verified: Date | undefined;
  /** The key that messages are sealed to is another than the one that was known, and nobody has accepted it yet. */
  readonly keyChanged: boolean;
  /** Set by accept(): what is shown about this person has been seen. */
  readonly acknowledged: boolean;
}

export interface People {
  /** Everyone met, oneself included. */
  list(): Promise<KnownPerson[]>;
  /** Sixty digits, the same on both sides, of both keys of both. Undefined for somebody not met. */
  safetyNumber(key: string): Promise<string | undefined>;
  /** Remembers, on this installation alone, that the numbers were compared and equal, or takes it back. */
  setVerified(key: string, verified: boolean): Promise<void>;
  /** Takes a person's present keys for known, so that they are no longer shown as changed. */
  accept(key: string): Promise<void>;
}

/** Somebody came to a channel or went, or is sealed to under another key than before. */
export interface RosterEvent {
  readonly kind: 'joined' | 'left' | 'new-key';
  readonly time: Date;
  readonly key: string;
  readonly dot1: string;
  readonly name: string;
  readonly agent: boolean;
}
