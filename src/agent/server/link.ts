/**
 * One connection: bytes in, verified packets out, in the order in which they came, on either wire. What is malformed ends
 * it, what does not verify is dropped without a word. A connection is read only as fast as its packets are dealt with
 * and its answers are taken, and never has more than a batch of signatures under way: that is what bounds a flood.
 */
import type { Socket } from 'node:net';
import { toHex } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { createPacketReader, frame } from '../../core/packet/frames.ts';
import { type Packet, type ReadPacket, readPacket } from '../../core/packet/packet.ts';
import type { Verifier } from '../../core/ports.ts';
import { LIMITS } from '../../core/registry.ts';

export interface Received extends ReadPacket {
  /** As it came: what another is handed. */
  readonly payload: Uint8Array;
  /** 64 hex characters. */
  readonly key: string;
}

export type Drop = 'unsigned' | 'bad signature' | 'malformed' | 'incomplete';

export interface LinkPorts {
  readonly verifier: Verifier;
  now(): number;
  /** Awaited before the next packet of this connection. */
  receive(link: Link, received: Received): Promise<void> | undefined;
  dropped(link: Link, drop: Drop, bytes: Uint8Array, detail: string): void;
  failed(error: unknown): void;
  closed(link: Link): void;
}

const BATCH = 128;
/** While so many signatures of all connections are under way, each connection has but a few. */
const CROWD = 4096;
const CROWDED_BATCH = 4;
const MOST_UNSENT_BYTES = 262_144;
/** A bare packet that reads well at so many lengths and never verifies is none. */
const BARE_ATTEMPTS = 16;
/** Several may come in one write. */
const MOST_BARE_BYTES = 2 * LIMITS.packetBytes;
let underWay = 0;

export class Link {
  /** Those it was heard under, oldest first. */
  readonly names = new Set<string>();
  readonly address: string;
  /** When the last packet came. */
  lastHeard: number;
  #hasEnded = false;
  readonly #socket: Socket;
  readonly #ports: LinkPorts;
  readonly #reader = createPacketReader();
  readonly #waiting: Uint8Array[] = [];
  #isBusy = false;
  #attempts = 0;
  #tried = 0;

  constructor(socket: Socket, ports: LinkPorts) {
    this.#socket = socket;
    this.#ports = ports;
    this.address = socket.remoteAddress ?? '';
    this.lastHeard = ports.now();
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('end', () => this.#end());
    socket.on('drain', () => this.#go());
    socket.on('error', () => {});
    socket.on('close', () => ports.closed(this));
  }

  /** Whether it may be sent something that it is to keep. */
  get isStaying(): boolean {
    return !this.#hasEnded && !this.#socket.destroyed;
  }

  /** False where it can't take more: it is closed, or does not read. */
  send(payload: Uint8Array): boolean {
    if (this.#socket.destroyed || this.#socket.writableEnded) return false;
    if (this.#socket.writableLength > MOST_UNSENT_BYTES) return false;
    this.#socket.write(this.#reader.wire === 'bare' ? payload : frame(payload));
    return true;
  }

  close(): void {
    this.#socket.destroy();
  }

  /** Gives up what was incomplete for too long. A half frame ends the connection: what follows has no beginning. */
  lookAtClock(now: number): void {
    const { deadline, wire } = this.#reader;
    if (deadline === undefined || now < deadline || this.#isBusy) return;
    this.#giveUp('it stayed incomplete');
    if (wire === 'framed') this.close();
  }

  #take(chunk: Uint8Array): void {
    try {
      for (const payload of this.#reader.push(chunk, this.#ports.now())) this.#waiting.push(payload);
    } catch (error) {
      this.#fail(chunk, error);
      return;
    }
    if (this.#reader.wire === 'bare' && this.#reader.size > MOST_BARE_BYTES) this.#giveUp('it is too long');
    this.#go();
  }

  #go(): void {
    if (this.#isBusy || this.#socket.destroyed) return;
    if (this.#isChoked()) return;
    this.#isBusy = true;
    this.#run()
      .catch((error) => this.#fail(new Uint8Array(0), error))
      .finally(() => {
        this.#isBusy = false;
        if (this.#hasEnded && this.#waiting.length === 0) this.#finish();
        else if (!this.#isChoked()) this.#socket.resume();
      });
  }

  /** Its answers are not taken: it is not read, either, until they are. */
  #isChoked(): boolean {
    if (this.#socket.writableLength <= MOST_UNSENT_BYTES) return false;
    this.#socket.pause();
    return true;
  }

  async #run(): Promise<void> {
    while (!this.#socket.destroyed && !this.#isChoked()) {
      if (this.#reader.wire === 'bare') {
        if (await this.#bare()) continue;
        return;
      }
      const batch = this.#waiting.splice(0, underWay > CROWD ? CROWDED_BATCH : BATCH);
      if (batch.length === 0) return;
      if (this.#waiting.length > 0) this.#socket.pause();
      await this.#deal(batch);
    }
  }

  /** What was whole before a malformed packet counts. */
  async #deal(batch: readonly Uint8Array[]): Promise<void> {
    const { all, error } = readAll(batch);
    underWay += all.length;
    const verdicts = await Promise.all(all.map((read) => this.#verify(read))).finally(() => {
      underWay -= all.length;
    });
    this.#socket.cork();
    for (const [at, read] of all.entries()) {
      if (!verdicts[at]) this.#drop(read.payload, read.packet);
      else {
        const work = this.#hear(read);
        if (work !== undefined) await this.#uncorked(work);
      }
    }
    this.#socket.uncork();
    if (error !== undefined) throw error;
  }

  #verify({ packet: { pk, sig }, signed }: ReadPacket): Promise<boolean> | boolean {
    return pk.length === 32 && sig.length === 64 && this.#ports.verifier.verify(pk, sig, signed);
  }

  /** What takes time does not hold back answers that are ready. */
  async #uncorked(work: Promise<void>): Promise<void> {
    this.#socket.uncork();
    await work;
    this.#socket.cork();
  }

  #hear(read: Omit<Received, 'key'>): Promise<void> | undefined {
    this.lastHeard = this.#ports.now();
    return this.#ports.receive(this, { ...read, key: toHex(read.packet.pk) });
  }

  /** Whether a bare packet was complete. */
  async #bare(): Promise<boolean> {
    const payload = this.#reader.bare();
    if (payload === undefined || payload.length === this.#tried) return false;
    this.#tried = payload.length;
    const {
      all: [read],
    } = readAll([payload]);
    if (read === undefined || !(await this.#verify(read))) {
      if (++this.#attempts >= BARE_ATTEMPTS) this.#giveUp('it does not verify');
      return false;
    }
    this.#forget();
    this.#reader.take(payload.length, this.#ports.now());
    await this.#hear(read);
    return true;
  }

  #giveUp(why: string): void {
    const bytes = this.#reader.giveUp();
    this.#forget();
    if (bytes.length > 0) this.#ports.dropped(this, 'incomplete', bytes, why);
  }

  #forget(): void {
    this.#attempts = 0;
    this.#tried = 0;
  }

  #drop(payload: Uint8Array, { sig, pk, src }: Packet): void {
    this.#ports.dropped(this, sig.length + pk.length === 0 ? 'unsigned' : 'bad signature', payload, src);
  }

  #fail(bytes: Uint8Array, error: unknown): void {
    this.close();
    if (error instanceof DecodeError) this.#ports.dropped(this, 'malformed', bytes, error.message);
    else this.#ports.failed(error);
  }

  #end(): void {
    this.#hasEnded = true;
    if (!this.#isBusy) this.#finish();
  }

  #finish(): void {
    this.#giveUp('the connection ended');
    this.#socket.end();
  }
}

function readAll(batch: readonly Uint8Array[]): { all: Omit<Received, 'key'>[]; error: DecodeError | undefined } {
  const all: Omit<Received, 'key'>[] = [];
  try {
    for (const payload of batch) all.push({ payload, ...readPacket(payload) });
    return { all, error: undefined };
  } catch (error) {
    if (error instanceof DecodeError) return { all, error };
    throw error;
  }
}
