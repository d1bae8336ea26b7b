/** Which part of the loaded messages is drawn: enough to scroll in, never so many that drawing is felt. Pure. */
import { stretch, type Timeline } from './timeline.ts';

export const DRAWN = 160;
const STEP = 60;
/** Of a row with one line; and how many more than fit, so that one can begin to scroll. */
const LEAST_ROW = 24;
const BEYOND = 10;

/** While a reader follows the newest, a window of that height full of them, so that a flood is drawn quickly. */
export const followed = (height: number): number => Math.min(DRAWN, Math.ceil(height / LEAST_ROW) + BEYOND);

/** The last drawn message; undefined means the newest, whichever that is. */
export type Last = string | undefined;

/** One step towards older messages. `added` of them have just been loaded at the beginning. */
export function older(timeline: Timeline, last: Last, added: number): Last {
  const { start } = stretch(timeline, last, DRAWN);
  const from = added > 0 ? Math.max(0, added - STEP) : Math.max(0, start - STEP);
  return lastAt(timeline, from + DRAWN);
}

export function newer(timeline: Timeline, last: Last): Last {
  return lastAt(timeline, stretch(timeline, last, DRAWN).end + STEP);
}

/** So that this message stands in the middle of what is drawn. */
export function around(timeline: Timeline, id: string): Last {
  const at = timeline.messages.findLastIndex((message) => message.id === id);
  return lastAt(timeline, Math.max(DRAWN, at + DRAWN / 2));
}

const lastAt = (timeline: Timeline, end: number): Last =>
  end >= timeline.messages.length ? undefined : timeline.messages[end - 1]?.id;
