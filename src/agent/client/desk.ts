/**
 * Where a client's packets are signed and sent: over the lasting connection where there is one, else over one of their
 * own. Whatever is awaited is bounded by a time and by the caller's signal.
 */
import { RemoteError } from '../../core/errors.ts';
import type { Signer } from '../../core/ports.ts';
import { createVerifier } from '../../platform/node/verifier.ts';
import { brief, type Carrier, type CarrierOptions } from './carrier.ts';
import { type Bounded, within } from './deadline.ts';
import { exchange } from './exchange.ts';
import { signerOf } from './keys.ts';
import { LastingCarrier } from './lasting.ts';
import { errorOf, SERVER, type Sealed, sealPacket } from './packets.ts';
import type { AgentPacket, KeepClientOptions, PacketOptions, Status } from './types.ts';

export interface Where {
  readonly host: string;
  readonly port: number;
  readonly src: string;
  readonly timeoutMs: number;
}

export interface DeskEvents {
  /** What came over the lasting connection, and nobody waited for. */
  readonly onNews: (packet: AgentPacket) => void | Promise<void>;
  readonly onStatus: (status: Status) => void;
}

export class Desk {
  readonly #where: Where;
  readonly #keys: Pick<KeepClientOptions, 'key' | 'dataDir' | 'passphrase'>;
  readonly #events: DeskEvents;
  readonly #verifier = createVerifier();
  #signer: Promise<Signer> | undefined;
  #lasting: LastingCarrier | undefined;
  #opening: Promise<void> | undefined;

  constructor(where: Where, keys: Pick<KeepClientOptions, 'key' | 'dataDir' | 'passphrase'>, events: DeskEvents) {
    this.#where = where;
    this.#keys = keys;
    this.#events = events;
  }

  get status(): Status {
    return this.#lasting?.status ?? { connection: 'idle', problem: undefined };
  }

  get isLasting(): boolean {
    return this.#lasting !== undefined;
  }

  signer(): Promise<Signer> {
    this.#signer ??= signerOf(this.#keys);
    return this.#signer;
  }

  async seal(dst: string, body: string, options: PacketOptions = {}): Promise<Sealed> {
    return sealPacket({ src: this.#where.src, ...options, dst, body }, await this.signer());
  }

  /** Opens the lasting connection, once. */
  async open(): Promise<void> {
    this.#opening ??= this.#open().catch((error) => {
      this.close();
      throw error;
    });
    await this.#opening;
  }

  close(): void {
    this.#lasting?.close();
    this.#lasting = undefined;
    this.#opening = undefined;
  }

  async dispose(): Promise<void> {
    this.close();
    await this.#verifier.close();
  }

  hold(isHeld: boolean): void {
    this.#lasting?.hold(isHeld);
  }

  /** Late is an outcome here; everything else that goes wrong rejects. */
  within<T>(
    ms: number,
    caller: AbortSignal | undefined,
    work: (carrier: Carrier, signal: AbortSignal) => Promise<T>,
  ): Promise<Bounded<T>> {
    return within(ms, caller, async (signal) => {
      const carrier = this.#lasting ?? (await brief(this.#carrierOptions(), signal));
      try {
        return await work(carrier, signal);
      } finally {
        if (!(carrier instanceof LastingCarrier)) carrier.close();
      }
    });
  }

  /**
   * Servers take the packets of a connection in order, and say nothing of one that was handed on. So a second packet,
   * which is always answered, tells that there will be no word about the first.
   */
  async fenced(carrier: Carrier, sealed: Sealed, signal: AbortSignal): Promise<AgentPacket | undefined> {
    let reply: AgentPacket | undefined;
    const forget = carrier.waits.add(sealed.id, (packet) => {
      reply = packet;
      return true;
    });
    try {
      await carrier.send(sealed.payload, signal);
      await exchange(carrier, await this.seal(SERVER, ''), { signal });
      return reply;
    } finally {
      forget();
    }
  }

  /** Sends where there is a lasting connection; what for is over where there is none. */
  async post(sealed: Sealed): Promise<void> {
    await this.#lasting?.send(sealed.payload, AbortSignal.timeout(this.#where.timeoutMs));
  }

  async #open(): Promise<void> {
    this.#lasting = new LastingCarrier({
      ...this.#carrierOptions(),
      ...this.#events,
      register: (fresh) => this.#register(fresh),
    });
    await this.#lasting.open();
  }

  /** A connection bears a name once something was said under it. */
  async #register(carrier: Carrier): Promise<void> {
    const { host, port, src, timeoutMs } = this.#where;
    const sealed = await this.seal(SERVER, 'register');
    const outcome = await within(timeoutMs, undefined, (signal) => exchange(carrier, sealed, { signal }));
    const error = outcome.kind === 'late' ? silence(timeoutMs) : errorOf(outcome.value);
    if (error !== undefined) throw new RemoteError(`Cannot connect to ${host}:${port} as ${src}: ${error}`);
  }

  #carrierOptions(): CarrierOptions {
    const { host, port, timeoutMs } = this.#where;
    return { host, port, timeoutMs, verifier: this.#verifier };
  }
}

export const silence = (ms: number): string => `nothing came within ${ms / 1000} s; "pipes agent doctor" finds out why`;
