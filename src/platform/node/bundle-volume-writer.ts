/** What writing one volume of a bundle takes, whatever it goes to. */
import type { Volume } from '../../core/bundle/volume.ts';
import type { Dialect } from '../../core/log/dialect.ts';

/** Writes one volume. `start`, any number of entries, then `finish`; or `undo`, which leaves what lay there before. */
export interface VolumeWriter {
  start(): Promise<void>;
  entry(dialect: Dialect, entry: Uint8Array): Promise<void>;
  finish(volume: Volume): Promise<void>;
  undo(): Promise<void>;
}
