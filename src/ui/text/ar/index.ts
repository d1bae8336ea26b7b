/** The page in Arabic. */
import type { Catalogue } from '../en/index.ts';
import { isolating } from '../isolate.ts';
import { arrive } from './arrive.ts';
import { channels } from './channels.ts';
import { composer } from './composer.ts';
import { connection } from './connection.ts';
import { keys } from './keys.ts';
import { machines } from './machines.ts';
import { messages } from './messages.ts';
import { page } from './page.ts';
import { trust } from './trust.ts';

export const ar: Catalogue = isolating('rtl', {
  ...page,
  ...arrive,
  ...channels,
  ...messages,
  ...composer,
  ...trust,
  ...connection,
  ...keys,
  ...machines,
});
