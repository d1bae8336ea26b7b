/** Bundles on the media that Node reaches: folders, zips, sealed zips, standard input and output. */
import type { Bundles } from '../../core/bundle/bundle.ts';
import { inspectBundle } from './bundle-inspect.ts';
import { openBundle } from './bundle-reader.ts';
import { writeBundle } from './bundle-write.ts';

export const bundles: Bundles = {
  open: (source, options) => openBundle(source, options),
  write: (target, content, options) => writeBundle(target, content, options),
  inspect: (source, options) => inspectBundle(source, options),
};
