/**
 * Makes what strangers typed fit to be shown: as text always, and without the characters that let one text pass
 * for another. Names lose every control and format character (but the joiners that scripts and emoji need);
 * messages keep theirs, except for what reorders or hides text.
 */
const FORMAT_BUT_JOINERS = /(?![\u200c\u200d])\p{Cf}/gu;
const BREAKS_AND_CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu;
const MARK_FLOOD = /(\p{M}{4})\p{M}+/gu;
/** Letters that look like nothing: a name of these alone is no name. */
const BLANKS = /[\s\u115f\u1160\u2800\u3164\uffa0\u200c\u200d]/gu;
const REORDERING = /[\u202a-\u202e\u2066-\u2069]/gu;
const CONTROLS_IN_TEXT = /(?![\n\t])\p{Cc}/gu;
const TRAILING = /[. ]+$/;
const NAME_UNITS = 64;
const FILE_NAME_UNITS = 120;

/** A name on one line, or `fallback` where nothing visible is left of it. */
export function nameText(raw: string, fallback: string): string {
  const clean = oneLine(raw);
  if (clean.replace(BLANKS, '') === '') return fallback;
  return clean.length > NAME_UNITS ? `${cut(clean, NAME_UNITS)}…` : clean;
}

/** A message's text: line breaks stay, what reorders text goes, other controls become visible. */
export function bodyText(raw: string): string {
  return raw.toWellFormed().replace(/\r\n?/g, '\n').replace(REORDERING, '').replace(CONTROLS_IN_TEXT, '\ufffd');
}

/** A file's own name, fit to be saved: no path, no hidden file, no disguised ending. */
export function fileNameText(raw: string): string {
  const clean = oneLine(raw)
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/^[. ]+/, '')
    .replace(TRAILING, '');
  if (clean.length <= FILE_NAME_UNITS) return clean || 'file';
  const dot = clean.lastIndexOf('.');
  const ending = dot > 0 && clean.length - dot <= 16 ? clean.slice(dot) : '';
  return (cut(clean, FILE_NAME_UNITS - ending.length) + ending).replace(TRAILING, '');
}

/** Two names with one fold look alike to a hurried reader. */
export const fold = (name: string): string => nameText(name, '').normalize('NFKC').toLowerCase();

/** The end of a dot1, to tell equal names apart. It is a display name, never a proof. */
export const shortDot1 = (dot1: string): string => dot1.slice(-6);

/** The first visible character, for an avatar. */
export const initial = (name: string): string => [...name][0]?.toUpperCase() ?? '?';

/** One of `count` colours, the same for one key everywhere. */
export const colourOf = (key: string | undefined, count: number): number =>
  key === undefined ? 0 : Number.parseInt(key.slice(0, 4), 16) % count || 0;

function oneLine(raw: string): string {
  return raw
    .toWellFormed()
    .slice(0, 1024)
    .replace(BREAKS_AND_CONTROLS, ' ')
    .replace(FORMAT_BUT_JOINERS, '')
    .replace(MARK_FLOOD, '$1')
    .trim();
}

/** Never cuts a character in half. */
const cut = (text: string, units: number): string =>
  text
    .slice(0, units)
    .toWellFormed()
    .replace(/\ufffd$/u, '');
