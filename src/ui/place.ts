/**
 * Keeps a reader's place in a list whose rows come and go at both ends: at the bottom while they follow the newest,
 * else at the row they were looking at. The browser's own scroll anchoring is off, since not every browser has it.
 */
export interface Place {
  /** Follows the newest rows. */
  readonly pinned: boolean;
  attach(scroller: HTMLElement | null): void;
  /** Before the rows change. */
  remember(): void;
  /** After they changed. `following`: the last row is the newest. */
  restore(following: boolean): void;
  /** The reader scrolled. */
  look(following: boolean): { nearTop: boolean; nearBottom: boolean };
  toBottom(): void;
  /** Follows the newest no more. */
  stay(): void;
  /** Brings a row into view, a third from the top. Whether it is drawn. */
  goTo(key: string): boolean;
  /** Whether a drawn row is above what is in view; undefined where it is not drawn. */
  isAbove(key: string): boolean | undefined;
}

const NEAR = 400;
const AT = 32;
/** How many visible rows are remembered, in case that some go. */
const ANCHORS = 12;

export function createPlace(): Place {
  let scroller: HTMLElement | null = null;
  let pinned = true;
  let anchors: { key: string; offset: number }[] = [];

  const below = (element: HTMLElement): number => element.scrollHeight - element.scrollTop - element.clientHeight;

  return {
    get pinned() {
      return pinned;
    },
    attach(element) {
      scroller = element;
    },
    remember() {
      anchors = scroller === null || pinned ? [] : visible(scroller);
    },
    restore(following) {
      if (scroller === null) return;
      if (pinned && following) {
        scroller.scrollTop = scroller.scrollHeight;
        return;
      }
      const rows = new Map(keyed(scroller).map((row) => [row.dataset.key, row]));
      for (const { key, offset } of anchors) {
        const row = rows.get(key);
        if (row === undefined) continue;
        const moved = row.offsetTop - scroller.scrollTop - offset;
        if (moved !== 0) scroller.scrollTop += moved;
        return;
      }
    },
    look(following) {
      if (scroller === null) return { nearTop: false, nearBottom: false };
      pinned = following && below(scroller) < AT;
      return { nearTop: scroller.scrollTop < NEAR, nearBottom: below(scroller) < NEAR };
    },
    goTo(key) {
      const row = scroller && keyed(scroller).find((each) => each.dataset.key === key);
      if (!scroller || !row) return false;
      pinned = false;
      anchors = [];
      scroller.scrollTop = row.offsetTop - scroller.clientHeight / 3;
      return true;
    },
    isAbove(key) {
      const row = scroller && keyed(scroller).find((each) => each.dataset.key === key);
      return scroller && row ? row.offsetTop < scroller.scrollTop : undefined;
    },
    stay() {
      pinned = false;
    },
    toBottom() {
      pinned = true;
      if (scroller !== null) scroller.scrollTop = scroller.scrollHeight;
    },
  };
}

const keyed = (scroller: HTMLElement): HTMLElement[] => [...scroller.querySelectorAll<HTMLElement>('[data-key]')];

function visible(scroller: HTMLElement): { key: string; offset: number }[] {
  const rows = keyed(scroller);
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (row !== undefined && row.offsetTop + row.offsetHeight <= scroller.scrollTop) low = middle + 1;
    else high = middle;
  }
  return rows
    .slice(low, low + ANCHORS)
    .map((row) => ({ key: row.dataset.key ?? '', offset: row.offsetTop - scroller.scrollTop }));
}
