/** How English counts. */
import { speech } from '../speech.ts';

export const { categories, number, percent, size, many } = speech('en', ['one', 'other'], ['B', 'KB', 'MB', 'GB']);
