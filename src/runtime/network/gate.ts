/** Who may come in, and how much is taken of each: what an installation's owner decides beyond tickets. */
import type { Hello } from '../../core/sync/session/hello.ts';

export interface Gate {
  /** welcome: without a ticket; refused: why not, in words for the one who asks. */
  judge(hello: Hello): 'welcome' | 'if-invited' | { readonly refused: string };
  /** That many bytes came and are about to be kept; why they are not, where that is so: the session ends with it. */
  take(peer: Uint8Array, bytes: number): string | undefined;
  /** That one (64 hex characters; '' where this peer never knew it) was not let in, or its session was ended. */
  refused(key: string): void;
}

/** Whoever has a ticket, and all that they give. */
export const OPEN_TO_THE_INVITED: Gate = { judge: () => 'if-invited', take: () => undefined, refused: () => {} };
