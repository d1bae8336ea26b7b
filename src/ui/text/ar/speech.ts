/** How Arabic counts: six forms. */
import { speech } from '../speech.ts';

export const { categories, number, percent, size, many } = speech(
  'ar',
  ['zero', 'one', 'two', 'few', 'many', 'other'],
  ['بايت', 'ك.ب', 'م.ب', 'غ.ب'],
);

/** A counted word in the form that its number asks for, as the subject of a sentence. */
export const MESSAGES = {
  zero: 'لا رسائل',
  one: 'رسالة واحدة',
  two: 'رسالتان',
  few: '# رسائل',
  many: '# رسالة',
  other: '# رسالة',
};

/** The same after a preposition. */
export const PEOPLE_TO = {
  zero: 'لا أحد',
  one: 'شخص واحد',
  two: 'شخصين',
  few: '# أشخاص',
  many: '# شخصًا',
  other: '# شخص',
};
