/** What comes from below or from strangers, made fit for a sentence of the page. */

/** Which address failed is for logs: here it is always the relay that served the page. */
export const withoutAddress = (problem: string): string =>
  problem.replace(/^(\u2068?)Cannot [^:]*\bhttps?:\/\/\S+: /, '$1');

/** Reasons come as phrases or as sentences. */
export const sentence = (text: string): string => (/[.!?؟]\u2069?$/.test(text) ? text : `${text}.`);

/** Reasons that are told often enough to be told in every language; below the page all speak English. */
export type Reason =
  | 'away'
  | 'no-network'
  | 'ended'
  | 'silent'
  | 'answered'
  | 'rate'
  | 'no-room'
  | 'gone'
  | 'cancelled'
  | 'channels'
  | 'long'
  | 'newer'
  | 'damaged'
  | 'storage'
  | 'clipboard'
  | 'old-browser';

const REASONS: readonly (readonly [Reason, RegExp])[] = [
  ['no-network', /this device has no network/],
  ['ended', /the relay ended the connection|the connection was cut/],
  ['silent', /the connection seems broken|does not answer|timed out|in time/],
  ['rate', /\b429\b|messages a minute|too many/i],
  ['no-room', /no space left|no room|quota|disk is full/i],
  ['gone', /is not there/],
  ['cancelled', /it was cancelled/],
  ['channels', /leave one first/],
  ['long', /expected at most \d+ characters/],
  ['newer', /a newer version/],
  ['damaged', /damaged/],
  ['storage', /the browser's storage|Cannot \w+ database/],
  ['clipboard', /clipboard|Write permission denied/i],
  ['old-browser', /in this browser: it lacks/],
  ['away', /no connection|cannot be reached|connection refused|unreachable|unknown; check|could not be looked up/],
  ['answered', /expected status|the relay answered/],
];

/** Undefined where it is none of these: then its own words have to do. */
export const reasonOf = (problem: string): Reason | undefined =>
  REASONS.find(([, pattern]) => pattern.test(problem))?.[0];

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const [FIRST_STRONG, LEFT_TO_RIGHT, POP] = ['\u2068', '\u2066', '\u2069'];

/** Lets a text take its own direction inside a sentence. Where it has that of the sentence, nothing is added. */
export const isolate = (direction: 'ltr' | 'rtl', text: string): string =>
  text === '' || (direction === 'ltr' && !RIGHT_TO_LEFT.test(text)) ? text : FIRST_STRONG + text + POP;

/** A channel with its mark before it, in a sentence that runs right to left. */
export const hash = (channel: string): string => `${LEFT_TO_RIGHT}#${channel}${POP}`;
