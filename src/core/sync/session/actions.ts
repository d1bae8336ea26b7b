/** What a session asks of whoever drives it; the answers come back through its methods (spec/09-sync.md#session). */
import type { Item } from '../item.ts';
import type { Row } from './messages.ts';
import type { Wants } from './wants.ts';

/** Something to be read from the store, of about `most` bytes. */
export type Supply =
  | { readonly kind: 'rows'; readonly set: string; readonly items: readonly Item[]; readonly most: number }
  | { readonly kind: 'entries'; readonly author: Uint8Array; readonly from: number; readonly most: number }
  | { readonly kind: 'blob'; readonly hash: Uint8Array; readonly at: number; readonly most: number };

export type Supplied =
  /** `used`: for how many of the items these rows stand; what is gone by now has no row. */
  | { readonly kind: 'rows'; readonly rows: readonly Row[]; readonly used: number }
  /** `next`: the depth to go on from; undefined once the head is reached. */
  | { readonly kind: 'entries'; readonly text: Uint8Array; readonly next: number | undefined }
  /** `total` 0: it is not here. */
  | { readonly kind: 'blob'; readonly total: number; readonly bytes: Uint8Array };

/** Something that came, to be checked and put away; `taken(cost)` when it is on disk or refused. */
export type Take =
  | { readonly kind: 'rows'; readonly set: string; readonly rows: readonly Row[] }
  | { readonly kind: 'entries'; readonly author: Uint8Array; readonly from: number; readonly text: Uint8Array }
  | {
      readonly kind: 'blob';
      readonly hash: Uint8Array;
      readonly total: number;
      readonly at: number;
      readonly bytes: Uint8Array;
    };

export type Action =
  /** urgent: small and of the moment, so that more than one path is worth it. */
  | { readonly do: 'send'; readonly message: Uint8Array<ArrayBuffer>; readonly urgent: boolean }
  /** The set is asked for: `opened(set, items)` once it is at hand, or undefined where there is none. */
  | { readonly do: 'open'; readonly set: string }
  | { readonly do: 'supply'; readonly job: number; readonly supply: Supply }
  | { readonly do: 'take'; readonly take: Take; readonly cost: number }
  /** The other side wants something else from now on. */
  | { readonly do: 'wants'; readonly wants: Wants }
  /** Both sides have all that they want of each other. */
  | { readonly do: 'settled' }
  | { readonly do: 'end'; readonly reason: string };
