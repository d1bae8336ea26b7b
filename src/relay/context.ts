/** What the parts of the relay share. Each is made once, in relay.ts. */
import type { FastifyRequest } from 'fastify';
import type { BlobStore, Clock, Placed, Random, Store, Verifier } from '../core/ports.ts';
import type { House } from '../runtime/house.ts';
import type { Network } from '../runtime/network/network.ts';
import type { Pipeline } from '../runtime/pipeline/types.ts';
import type { Bindings } from './bindings.ts';
import type { BlobKeeper } from './blob-keeper.ts';
import type { Blocks } from './blocks.ts';
import type { ConnectionLimits } from './connections.ts';
import type { Hub } from './hub.ts';
import type { Limits } from './limits.ts';
import type { Log } from './logs.ts';
import type { Metrics } from './metrics.ts';
import type { Policy } from './policy.ts';
import type { ProfileDesk } from './profile-desk.ts';
import type { Telemetry } from './telemetry.ts';
import type { WriteBudget } from './write-budget.ts';

export interface RelayContext {
  /** What this relay shares with the other programs of its installation. */
  readonly house: House;
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly blobKeeper: BlobKeeper;
  readonly clock: Clock;
  readonly random: Random;
  readonly verifier: Verifier;
  readonly pipeline: Pipeline;
  readonly bindings: Bindings;
  readonly policy: Policy;
  readonly limits: Limits;
  readonly connections: ConnectionLimits;
  readonly writeBudget: WriteBudget;
  readonly profileDesk: ProfileDesk;
  /** Other peers, once the relay is connected with any network of them. */
  readonly peers: {
    network?: Network;
    /** Blobs (hex) to be fetched from them. */
    want?(hashes: readonly string[]): void;
  };
  readonly hub: Hub;
  readonly blocks: Blocks;
  readonly metrics: Metrics;
  readonly telemetry: Telemetry;
  readonly log: Log;
  /** This relay's secret for telling addresses apart without naming them. */
  readonly salt: string;
  readonly version: string;
  readonly startedAt: number;
  /** The JSON of a stored message; undefined for one that cannot be read, which is logged. */
  render(placed: Placed): string | undefined;
  /** CORS and hardening, for answers that bypass Fastify. */
  headersFor(request: FastifyRequest): Readonly<Record<string, string>>;
  /** Whether one of the owner's own commands is asking. */
  isOwner(request: FastifyRequest): boolean;
  /** The caller's address, as far as trusted proxies tell it. */
  addressOf(request: FastifyRequest): string;
}
