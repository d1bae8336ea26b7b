/**
 * Bundles on the media that Node reaches: folders, zips, sealed zips, standard input and output. What it takes to read and
 * write them is loaded with the first: most peers never touch one.
 */
import type { Bundles } from '../../core/bundle/bundle.ts';

export const bundles: Bundles = {
  open: async (source, options) => (await import('./bundle-reader.ts')).openBundle(source, options),
  write: async (target, content, options) => (await import('./bundle-write.ts')).writeBundle(target, content, options),
  inspect: async (source, options) => (await import('./bundle-inspect.ts')).inspectBundle(source, options),
};
