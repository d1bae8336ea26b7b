/** What passes between the bench and its load process. */
export type LoadJob =
  /** Signs so many posts for a channel; later jobs name them by it. */
  | { do: 'prepare'; channel: string; posts: number }
  /** Opens so many streams of a channel and keeps them. */
  | { do: 'subscribe'; port: number; channel: string; streams: number }
  /** Sends the prepared posts, keeping so many in flight, or at a rate; ends when every stream has every message. */
  | { do: 'post'; port: number; channel: string; posts: number; inFlight: number; perSecond?: number }
  | { do: 'unsubscribe' }
  /** Checks signatures of prepared posts on one thread, with the relay's own library. */
  | { do: 'verify'; channel: string };

export interface Posted {
  readonly seconds: number;
  /** From just before a post was written until a stream brought it, for the first, the middle and the last stream. */
  readonly latencies: readonly number[];
  /** From just before a post was written until its answer was read. */
  readonly answers: readonly number[];
  /** Until the last stream had the last message. */
  readonly allSeconds: number;
  readonly blockBytes: number;
}

export interface Verified {
  readonly perSecond: number;
  readonly library: string;
}

export type LoadAnswer<J extends LoadJob> = J extends { do: 'post' }
  ? Posted
  : J extends { do: 'verify' }
    ? Verified
    : object;
