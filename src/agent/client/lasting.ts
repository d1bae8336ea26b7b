/**
 * A connection that comes back by itself. Promises that nothing is sent before the connection bears this client's name,
 * that what must be answered is sent again on a new connection, and that attempts grow rarer while they fail.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { UsageError } from '../../core/errors.ts';
import { type Carrier, type CarrierOptions, over, rejectsWith } from './carrier.ts';
import { openSession, type Session } from './session.ts';
import type { AgentPacket, Status } from './types.ts';
import { createWaits } from './waits.ts';

export interface LastingOptions extends CarrierOptions {
  /** Makes a new connection bear this client's name. */
  readonly register: (carrier: Carrier) => Promise<void>;
  /** What came that nobody waited for. */
  readonly onNews: (packet: AgentPacket) => void | Promise<void>;
  readonly onStatus: (status: Status) => void;
}

/** Two heartbeats and a half. */
const SILENCE_MS = 150_000;
const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 15_000;
/** A connection that stood so long was a good one: the next attempt is made soon. */
const GOOD_MS = 10_000;

export class LastingCarrier implements Carrier {
  readonly waits = createWaits(() => this.#applyPressure());
  readonly broken: Promise<never>;
  readonly #options: LastingOptions;
  readonly #closing = new AbortController();
  readonly #kept = new Set<Uint8Array>();
  readonly #expectant = new Set<(session: Session) => void>();
  #session: Session | undefined;
  #status: Status = { connection: 'idle', problem: undefined };
  #isHeld = false;

  constructor(options: LastingOptions) {
    this.#options = options;
    const closed = new Promise((settle) => this.#closing.signal.addEventListener('abort', settle));
    this.broken = rejectsWith(closed.then(() => new UsageError('Cannot go on: this client was disconnected')));
  }

  get status(): Status {
    return this.#status;
  }

  /** Resolves with the first connection; rejects where there is none, and gives up then. */
  async open(): Promise<void> {
    this.#say('connecting');
    try {
      void this.#stay(await this.#connect());
    } catch (error) {
      this.close();
      throw error;
    }
  }

  async send(payload: Uint8Array, signal: AbortSignal): Promise<void> {
    const session = this.#session ?? (await this.#nextSession(signal));
    await session.send(payload);
  }

  keepSending(payload: Uint8Array): () => void {
    this.#kept.add(payload);
    this.#session?.send(payload).catch(() => {});
    return () => void this.#kept.delete(payload);
  }

  /** Has the server wait with more. Heeded unless an answer is awaited, which would wait with it. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#applyPressure();
  }

  close(): void {
    this.#closing.abort();
    this.#session?.close();
    this.#session = undefined;
    this.#say('idle');
  }

  /** Goes on until closed. */
  async #stay(session: Session): Promise<void> {
    const { signal } = this.#closing;
    for (let delay = FIRST_DELAY_MS, current: Session | undefined = session; ; ) {
      const since = Date.now();
      if (current !== undefined) await this.#endOf(current);
      if (signal.aborted) return;
      delay = Date.now() - since > GOOD_MS ? FIRST_DELAY_MS : Math.min(delay * 2, LONGEST_DELAY_MS);
      // Half of it is chance, so that many clients of one server do not come back at once.
      await pause((delay / 2) * (1 + Math.random()), undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      current = await this.#connect().catch((error: Error) => void this.#say('offline', error.message));
    }
  }

  async #endOf(session: Session): Promise<void> {
    const { message } = await session.ended;
    if (this.#closing.signal.aborted) return;
    this.#session = undefined;
    this.#say('offline', message);
  }

  async #connect(): Promise<Session> {
    const session = await openSession({
      ...this.#options,
      ...{ silenceMs: SILENCE_MS, signal: this.#closing.signal },
      onPacket: (packet) => (this.waits.give(packet) ? undefined : this.#options.onNews(packet)),
    });
    try {
      await this.#options.register({ ...over(session), waits: this.waits });
    } catch (error) {
      session.close();
      throw error;
    }
    this.#welcome(session);
    return session;
  }

  #welcome(session: Session): void {
    this.#session = session;
    this.#applyPressure();
    for (const payload of this.#kept) session.send(payload).catch(() => {});
    for (const arrived of [...this.#expectant]) arrived(session);
    this.#say('online');
  }

  #nextSession(signal: AbortSignal): Promise<Session> {
    return new Promise((settle, reject) => {
      const done = (): void => {
        this.#expectant.delete(arrived);
        signal.removeEventListener('abort', aborted);
      };
      const arrived = (session: Session): void => {
        done();
        settle(session);
      };
      const aborted = (): void => {
        done();
        reject(signal.reason);
      };
      if (signal.aborted) return aborted();
      this.#expectant.add(arrived);
      signal.addEventListener('abort', aborted);
    });
  }

  #applyPressure(): void {
    if (this.#isHeld && this.waits.size === 0) this.#session?.pause();
    else this.#session?.resume();
  }

  #say(connection: Status['connection'], problem?: string): void {
    if (this.#status.connection === connection && this.#status.problem === problem) return;
    this.#status = { connection, problem };
    this.#options.onStatus(this.#status);
  }
}
