/**
 * Long texts in bearable portions: a message is clipped until its reader asks for all of it, and then laid out in
 * blocks that the browser may skip. Links are found in what is shown alone, so the work is bounded by the screen.
 */
const CLIP_UNITS = 3000;
const CLIP_LINES = 30;
const BLOCK_UNITS = 8000;

/** The text, or its beginning where it is long. */
export function clip(text: string): { shown: string; clipped: boolean } {
  let end = Math.min(text.length, CLIP_UNITS);
  let at = -1;
  for (let line = 0; line < CLIP_LINES; line++) {
    at = text.indexOf('\n', at + 1);
    if (at === -1 || at >= end) return { shown: text.slice(0, boundary(text, end)), clipped: end < text.length };
  }
  end = at;
  return { shown: text.slice(0, boundary(text, end)), clipped: end < text.length };
}

/** Consecutive pieces that give the text when joined, each small enough to be laid out quickly. */
export function blocks(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const limit = boundary(text, Math.min(at + BLOCK_UNITS, text.length));
    const line = limit < text.length ? text.lastIndexOf('\n', limit - 1) : -1;
    const end = line > at ? line + 1 : limit;
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}

export interface Segment {
  readonly text: string;
  /** A checked http or https address where the segment is a link. */
  readonly href?: string;
}

const LINK = /\bhttps?:\/\/[^\s<>"'`]+/giu;
/** Looked for from the end: an expression that ends in $ would begin anew at each of them. */
const TRAILING = '.,;:!?)]}»”’';

export function segments(text: string): Segment[] {
  const found: Segment[] = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const address = balanced(match[0]);
    const href = checked(address);
    if (href === undefined) continue;
    if (match.index > at) found.push({ text: text.slice(at, match.index) });
    found.push({ text: address, href });
    at = match.index + address.length;
  }
  if (at < text.length) found.push({ text: text.slice(at) });
  return found;
}

/** Leaves the sentence its full stop, and an address its own closing bracket. */
function balanced(address: string): string {
  let end = address.length;
  while (end > 0 && TRAILING.includes(address.charAt(end - 1))) end--;
  const bare = address.slice(0, end);
  return bare.includes('(') && address[bare.length] === ')' ? address.slice(0, bare.length + 1) : bare;
}

function checked(address: string): string | undefined {
  const url = URL.parse(address);
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') ? url.href : undefined;
}

/** `end`, or the place before it where it would halve a surrogate pair. */
function boundary(text: string, end: number): number {
  const last = text.charCodeAt(end - 1);
  return end < text.length && last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
