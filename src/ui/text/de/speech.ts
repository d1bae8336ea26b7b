/** Wie Deutsch zählt. */
import { speech } from '../speech.ts';

export const { categories, number, percent, size, many } = speech('de', ['one', 'other'], ['B', 'kB', 'MB', 'GB']);
