/**
 * What this relay allows to enter, beyond what is authentic: local rules, asked by the pipeline once the signature
 * is known to be good, so that nobody can use up another's credit or bind another's dot1. What comes by sync was
 * admitted elsewhere and passes.
 */
import { toHex } from '../core/bytes.ts';
import { type Envelope, isSigned } from '../core/envelope/envelope.ts';
import { fromEnvelope, type PiperMessage } from '../core/envelope/piper.ts';
import type { Store, StoreOp } from '../core/ports.ts';
import { CHANNEL_PREFIX } from '../core/scope.ts';
import { boundedMap } from '../runtime/bounded-map.ts';
import { attachedTo } from '../runtime/intake/attached.ts';
import { carriedOp } from '../runtime/packs/carried.ts';
import type { Authorise, Candidate, Refused } from '../runtime/pipeline/types.ts';
import type { Bindings } from './bindings.ts';
import type { BlobKeeper } from './blob-keeper.ts';
import type { Limits } from './limits.ts';
import type { Telemetry } from './telemetry.ts';

export interface Ingress {
  readonly authorise: Authorise;
  /** Spares decoding what was decoded a moment ago. */
  decoded(envelope: Envelope, message: PiperMessage): void;
}

export interface IngressPorts {
  readonly store: Store;
  readonly bindings: Bindings;
  readonly blobKeeper: BlobKeeper;
  readonly limits: Limits;
  readonly telemetry: Telemetry;
}

const KEYS = 'key';
const REMEMBERED_KEYS = 50_000;

export function createIngress(ports: IngressPorts): Ingress {
  const messages = new WeakMap<Envelope, PiperMessage>();
  const seenKeys = boundedMap<string, true>(REMEMBERED_KEYS);

  async function noteKey(key: string, received: number): Promise<StoreOp[]> {
    if (seenKeys.get(key)) return [];
    seenKeys.set(key, true);
    if (ports.telemetry.enabled && (await ports.store.record(KEYS, key)) === undefined)
      ports.telemetry.keyFirstSeen(key);
    return [{ op: 'put', space: KEYS, key, value: String(received), ifAbsent: true }];
  }

  /** Blobs that it names may come later, and then stay as long as it does. */
  const named = ({ envelope, expires }: Candidate): Promise<StoreOp[]> =>
    ports.blobKeeper.naming(attachedTo(envelope), expires);

  return {
    decoded: (envelope, message) => void messages.set(envelope, message),
    async authorise(candidate) {
      if (candidate.via === 'sync')
        return { kind: 'allowed', also: [carriedOp(candidate), ...(await named(candidate))] };
      if (!isSigned(candidate.envelope)) return { kind: 'allowed' };
      const message = messages.get(candidate.envelope) ?? fromEnvelope(candidate.envelope);
      const key = toHex(candidate.envelope.key);
      const overLimit = await takeCredit(ports, candidate, key);
      if (overLimit) return overLimit;
      const also: StoreOp[] = await noteKey(key, candidate.received);
      if (message.version === '1.1' || message.version === '1.2') {
        const binding = await ports.bindings.bind(message.fromDot1, key);
        if (binding === undefined) return notYours(message.fromDot1);
        also.push(...binding);
        if (message.attachments.length > 0) {
          const hashes = message.attachments.map(({ sha256 }) => sha256);
          also.push(...(await ports.blobKeeper.naming(hashes, candidate.expires)));
        }
      }
      return { kind: 'allowed', also };
    },
  };
}

/** Sending again what stands here already costs its author nothing, or others could spend that author's credit. */
async function takeCredit(
  { limits, store }: IngressPorts,
  candidate: Candidate,
  key: string,
): Promise<Refused | undefined> {
  if (!limits.enabled || !candidate.scope.startsWith(CHANNEL_PREFIX)) return undefined;
  if ((await store.find(candidate.scope, candidate.time, candidate.id)) !== undefined) return undefined;
  if (limits.takeKey(key)) return undefined;
  return { kind: 'refused', refusal: 'over-limit', detail: 'rate limit: 30 signed messages per minute' };
}

const notYours = (dot1: string): Refused => ({
  kind: 'refused',
  refusal: 'not-authorised',
  detail: `${dot1} belongs to another key on this relay`,
});
