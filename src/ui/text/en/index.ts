/**
 * Every sentence of the page in English, by section; each other language is another such object. The words are
 * design's: relay, channel, seal. They promise no more than is true.
 */
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

export const en = isolating('ltr', {
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

export type Catalogue = typeof en;
