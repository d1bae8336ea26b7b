/** Days and hours as people say them, in the language of the page. */
import { computed } from '@preact/signals';
import { regional } from './text/preferred.ts';
import { language, words } from './text/text.ts';

const formats = computed(() => {
  const locale = regional(language.value);
  return {
    hour: new Intl.DateTimeFormat(locale, { timeStyle: 'short' }),
    full: new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' }),
    day: new Intl.DateTimeFormat(locale, { weekday: 'long', day: 'numeric', month: 'long' }),
    dayAndYear: new Intl.DateTimeFormat(locale, { dateStyle: 'long' }),
  };
});

export const hourText = (time: Date): string => safely(time, formats.value.hour);

/** Hour and minute alone, for where the half of the day is known from the message above. */
export function shortHourText(time: Date): string {
  if (Number.isNaN(time.getTime())) return '–';
  const parts = formats.value.hour.formatToParts(time).filter(({ type }) => type !== 'dayPeriod');
  return parts
    .map(({ value }) => value)
    .join('')
    .trim();
}

export const momentText = (time: Date): string => safely(time, formats.value.full);
export const dateText = (time: Date): string => safely(time, formats.value.dayAndYear);

export function dayText(time: Date, now: Date): string {
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  if (time.toDateString() === now.toDateString()) return words.messages.today;
  if (time.toDateString() === yesterday.toDateString()) return words.messages.yesterday;
  return safely(time, time.getFullYear() === now.getFullYear() ? formats.value.day : formats.value.dayAndYear);
}

/** A signed time may be any number; one that no calendar holds is shown as a dash. */
export const isoText = (time: Date): string => (Number.isNaN(time.getTime()) ? '' : time.toISOString());

const safely = (time: Date, format: Intl.DateTimeFormat): string =>
  Number.isNaN(time.getTime()) ? '–' : format.format(time);
