/** What reconciliation orders and divides (spec/09-sync.md#items). */
export interface Item {
  /** Milliseconds since 1970, a safe integer, not negative. */
  readonly time: number;
  /** 32 bytes. */
  readonly id: Uint8Array;
}

/** Divides the items: those whose time is smaller, or equal with an id below the prefix, lie before it. */
export interface Bound {
  readonly time: number;
  /** The first bytes of an id; what is missing counts as zeros. */
  readonly prefix: Uint8Array;
}
