/** The clone's root directory. */
import { resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');
