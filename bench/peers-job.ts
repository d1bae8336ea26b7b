/** What the part "peers" asks of the two processes that it measures. */
export type PeerJob =
  /** Fills the data directory before it is opened: envelopes of one channel, and entries shared out over logs. */
  | { readonly do: 'fill'; readonly envelopes: number; readonly logs: number; readonly entries: number }
  /** Without a port of its own where it is hidden. */
  | { readonly do: 'open'; readonly isHidden?: boolean }
  /** Is a relay from now on, and answers with its ticket. */
  | { readonly do: 'relay' }
  /** Keeps a place at that relay; ends when it has one. */
  | { readonly do: 'meet'; readonly ticket: string }
  | { readonly do: 'close' }
  | { readonly do: 'ticket' }
  /** Ends when all is exchanged. */
  | { readonly do: 'sync'; readonly ticket: string }
  | { readonly do: 'count' }
  | { readonly do: 'put'; readonly bytes: number }
  | { readonly do: 'get'; readonly id: string }
  | { readonly do: 'serve-raw'; readonly bytes: number }
  | { readonly do: 'take-raw'; readonly port: number };

export interface PeerAnswer {
  readonly text?: string;
  readonly port?: number;
  readonly ms?: number;
  /** From the connection standing to all being exchanged. */
  readonly exchangeMs?: number;
  readonly bytes?: number;
  readonly envelopes?: number;
  readonly entries?: number;
  readonly failed?: string;
}
