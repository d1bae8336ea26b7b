/** Days and hours as people say them. */
import { words } from './words.ts';

const hour = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const dayAndYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });

export const hourText = (time: Date): string => safely(time, hour);
export const momentText = (time: Date): string => safely(time, full);

export function dayText(time: Date, now: Date): string {
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (time.toDateString() === now.toDateString()) return words.messages.today;
  if (time.toDateString() === yesterday.toDateString()) return words.messages.yesterday;
  return safely(time, time.getFullYear() === now.getFullYear() ? day : dayAndYear);
}

export const dateText = (time: Date): string => safely(time, dayAndYear);

/** A signed time may be any number; one that no calendar holds is shown as a dash. */
export const isoText = (time: Date): string => (Number.isNaN(time.getTime()) ? '' : time.toISOString());

const safely = (time: Date, format: Intl.DateTimeFormat): string =>
  Number.isNaN(time.getTime()) ? '–' : format.format(time);
