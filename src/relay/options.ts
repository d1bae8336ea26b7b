/** What a relay is started with. */
import type { Log } from './logs.ts';

export interface RelayOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** All addresses where none is given. */
  readonly host?: string;
  /** Everything is kept here: the database, blobs, policy.json. */
  readonly dataDir: string;
  /** Another place for the database; a published piperchat database there is taken over. */
  readonly dbPath?: string;
  /** Origins whose pages may call; all where not given or with "*". */
  readonly allowedOrigins?: readonly string[];
  /** False lifts every limit per key, per address and in all. Default: true. */
  readonly rateLimits?: boolean;
  readonly posthogApiKey?: string;
  /** The built page. */
  readonly pageDir?: string;
  readonly logger?: Log;
}
