/**
 * `pipes/agent`: a client of keep servers (spec/08-keep.md), ours and the published one, with the surface of the
 * published Python client in our spelling. Every packet that leaves is signed; every one that comes in is verified.
 *
 *   await using agent = await new KeepClient({ src: 'bot:alice' }).connect();
 *   for await (const packet of agent.listen()) await agent.reply(packet, `you said: ${packet.body}`);
 *
 * Without connect() each call opens a connection of its own, as the published client does.
 */
import { toHex } from '../core/bytes.ts';
import { RemoteError } from '../core/errors.ts';
import type { Bounded } from './client/deadline.ts';
import { Desk, silence } from './client/desk.ts';
import { readEndpoints, writeEndpoint } from './client/endpoints.ts';
import { type EnsureOptions, ensureServer } from './client/ensure.ts';
import { exchange, gather } from './client/exchange.ts';
import { type Inbox, type InboxEntry, memoryInbox } from './client/inbox.ts';
import { createListening } from './client/listening.ts';
import { acknowledgement, errorOf, isQueued, isServers, OFFER, parsed, SERVER } from './client/packets.ts';
import { createQueue } from './client/queue.ts';
import type {
  AgentPacket,
  Answer,
  AskOptions,
  Calling,
  Claimed,
  ClaimOptions,
  KeepClientOptions,
  ListenOptions,
  PacketOptions,
  SendOptions,
  Status,
  Told,
} from './client/types.ts';

export * from '../core/errors.ts';
export { type Ensured, type EnsureOptions, ensureServer } from './client/ensure.ts';
export type { InboxEntry } from './client/inbox.ts';
export type * from './client/types.ts';

const TIMEOUT_MS = 10_000;
const CACHED_TIMEOUT_MS = 5_000;
const CLAIM = 'claim:';

export class KeepClient {
  readonly host: string;
  readonly port: number;
  readonly src: string;
  readonly timeoutMs: number;
  readonly #options: KeepClientOptions;
  readonly #desk: Desk;
  readonly #listening = createListening({
    inbox: () => this.#openedInbox(),
    acknowledge: (packet) => void this.#acknowledge(packet).catch(() => {}),
    hold: (isHeld) => this.#desk.hold(isHeld),
  });
  #inbox: Promise<Inbox> | undefined;

  constructor(options: KeepClientOptions = {}) {
    const { host = 'localhost', port = 9009, src = 'bot:keep-client', timeoutMs = TIMEOUT_MS } = options;
    this.#options = options;
    this.host = host;
    this.port = port;
    this.src = src;
    this.timeoutMs = timeoutMs;
    this.#desk = new Desk({ host, port, src, timeoutMs }, options, {
      onNews: (packet) => this.#listening.take(packet),
      onStatus: (status) => options.onStatus?.(status),
    });
  }

  /** Starts `pipes up` where no keep server answers on this machine; whether one answers then. */
  static async ensureServer(options: EnsureOptions = {}): Promise<boolean> {
    return (await ensureServer(options)).method !== 'failed';
  }

  /** Remembers a server, in ~/.keep/endpoints.json as the published client does. `info` is discover()'s answer. */
  static async cacheEndpoint(host: string, port: number, info: Readonly<Record<string, unknown>>): Promise<void> {
    const version = typeof info.version === 'string' ? info.version : '';
    const agents_online = typeof info.agents_online === 'number' ? info.agents_online : 0;
    await writeEndpoint({ host, port, version, agents_online, last_seen: new Date().toISOString() });
  }

  /** A client of the first remembered server that answers. Rejects with RemoteError where none does. */
  static async fromCache(options: Omit<KeepClientOptions, 'host' | 'port'> = {}): Promise<KeepClient> {
    const problems: string[] = [];
    for (const { host, port } of await readEndpoints()) {
      const client = new KeepClient({ timeoutMs: CACHED_TIMEOUT_MS, ...options, host, port });
      try {
        await KeepClient.cacheEndpoint(host, port, await client.discover());
        return client;
      } catch (error) {
        problems.push(error instanceof Error ? error.message : String(error));
        await client.close();
      }
    }
    throw new RemoteError(problems.at(-1) ?? 'Cannot use a remembered server: none is remembered');
  }

  /** The key that signs, 64 hex characters. */
  async key(): Promise<string> {
    return toHex((await this.#desk.signer()).key);
  }

  get status(): Status {
    return this.#desk.status;
  }

  /** Another client of the same server with the same key, under another name; its inbox is in memory. */
  async as(src: string): Promise<KeepClient> {
    const { host, port, timeoutMs } = this;
    return new KeepClient({ host, port, timeoutMs, src, key: await this.#desk.signer() });
  }

  /**
   * Opens the lasting connection under this client's name, and keeps it up from then on. Rejects with RemoteError where
   * the server can't be reached or refuses the name.
   */
  async connect(): Promise<this> {
    await this.#desk.open();
    return this;
  }

  /** Ends the lasting connection and all listening. */
  async disconnect(): Promise<void> {
    this.#desk.close();
    this.#listening.end();
  }

  /** Disconnects, and lets go of the inbox. A closed client is not used again. */
  async close(): Promise<void> {
    await this.disconnect();
    // An inbox that could not be opened has told whoever asked for it.
    await this.#inbox?.then(
      (inbox) => inbox.close(),
      () => {},
    );
    await this.#desk.dispose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Signs a packet and sends it, as published. What the server itself answers is waited for. To another, over a lasting
   * connection, nothing is, unless `waitReply` asks for it. Without one, this waits until it is known whether the server
   * has something to say ("error:offline"); undefined then means that the packet was handed to its addressee.
   */
  async send(body: string, options: SendOptions = {}): Promise<AgentPacket | undefined> {
    const { dst = SERVER, waitReply, timeoutMs = this.timeoutMs } = options;
    const sealed = await this.#desk.seal(dst, body, options);
    const waits = waitReply ?? isServers(dst);
    const outcome = await this.#desk.within(timeoutMs, options.signal, async (carrier, signal) => {
      if (waits) return exchange(carrier, sealed, { signal, again: isServers(dst) });
      if (waitReply === undefined && !this.#desk.isLasting) return this.#desk.fenced(carrier, sealed, signal);
      return void (await carrier.send(sealed.payload, signal));
    });
    return this.#inTime(outcome, timeoutMs);
  }

  /** Sends to another and says what became of it. */
  async tell(dst: string, body: string, options: PacketOptions = {}): Promise<Told> {
    const { timeoutMs = this.timeoutMs } = options;
    const sealed = await this.#desk.seal(dst, body, options);
    const outcome = await this.#desk.within(timeoutMs, options.signal, (carrier, signal) =>
      this.#desk.fenced(carrier, sealed, signal),
    );
    const reply = this.#inTime(outcome, timeoutMs);
    const error = reply === undefined ? undefined : errorOf(reply);
    if (error !== undefined) return { kind: 'refused', error };
    return reply !== undefined && isQueued(reply) ? { kind: 'queued', reply } : { kind: 'delivered' };
  }

  /** Asks another, and waits for the packet that answers: one that bears the id of the ask. */
  async ask(dst: string, body: string, options: AskOptions = {}): Promise<Answer> {
    const { deadlineMs = this.timeoutMs, untilQueued = false } = options;
    const sealed = await this.#desk.seal(dst, body, options);
    let queued = false;
    const accept = (packet: AgentPacket): boolean => {
      queued ||= isQueued(packet);
      return !isQueued(packet) || untilQueued;
    };
    const outcome = await this.#desk.within(deadlineMs, options.signal, (carrier, signal) =>
      exchange(carrier, sealed, { signal, accept }),
    );
    if (outcome.kind === 'late') return { kind: 'silence', queued };
    const { value: packet } = outcome;
    if (isQueued(packet)) return { kind: 'silence', queued };
    const error = errorOf(packet);
    return error === undefined ? { kind: 'answer', packet } : { kind: 'refused', error };
  }

  /** Asks many, such as a swarm, and yields each answer until the deadline. */
  async *askAll(dst: string, body: string, options: AskOptions = {}): AsyncGenerator<AgentPacket> {
    const { deadlineMs = this.timeoutMs } = options;
    const sealed = await this.#desk.seal(dst, body, options);
    const answers = createQueue<AgentPacket>({ high: Number.POSITIVE_INFINITY });
    const done = this.#desk
      .within(deadlineMs, options.signal, (carrier, signal) => gather(carrier, sealed, signal, answers.push))
      .then(() => answers.end(), answers.end);
    yield* answers;
    await done;
  }

  /** Answers a packet: an offer under the same id, to whoever sent it. */
  async reply(packet: AgentPacket, body: string, options: PacketOptions = {}): Promise<void> {
    await this.send(body, { typ: OFFER, id: packet.id, ...options, dst: packet.src, waitReply: false });
  }

  /**
   * What comes in for this client's name over the lasting connection, heartbeats left out. Without a callback, an
   * iteration: a packet counts as dealt with when the next one is asked for.
   */
  listen(options?: ListenOptions): AsyncIterableIterator<AgentPacket>;
  listen(callback: (packet: AgentPacket) => unknown, options?: ListenOptions): Promise<void>;
  listen(first?: ListenOptions | ((packet: AgentPacket) => unknown), second: ListenOptions = {}) {
    if (typeof first !== 'function') return this.#listening.listen(first ?? {});
    return each(this.#listening.listen(second), first);
  }

  /** "info", "agents" or "stats": what the server says about itself. */
  async discover(query = 'info', options: Calling = {}): Promise<Record<string, unknown>> {
    const reply = await this.send('', { ...options, dst: `discover:${query}` });
    return parsed(reply?.body ?? '', query);
  }

  /** Names that are connected now. */
  async discoverAgents(options: Calling = {}): Promise<string[]> {
    const { agents } = await this.discover('agents', options);
    return Array.isArray(agents) ? agents.filter((name) => typeof name === 'string') : [];
  }

  /** Claims this client's name for its key, so that none can take it, and packets wait for it; or hands it on. */
  async claim(options: ClaimOptions = {}): Promise<Claimed> {
    const body = JSON.stringify({ expires_s: options.expiresS, transfer_to_pk: options.transferTo });
    const reply = await this.send(body, { ...options, dst: CLAIM + this.src, waitReply: true });
    const error = reply === undefined ? undefined : errorOf(reply);
    if (error === undefined) return { kind: 'claimed' };
    // To the published server, it is a name that nobody bears.
    return { kind: 'refused', error: error === 'offline' ? 'this server knows no claims' : error };
  }

  /** The last packets that came in, oldest of them first. */
  async inbox(limit = 100): Promise<InboxEntry[]> {
    return (await this.#openedInbox()).latest(limit);
  }

  /** The first that came in since this was last asked. */
  async takeInbox(limit = 100): Promise<InboxEntry[]> {
    const inbox = await this.#openedInbox();
    const entries = await inbox.unread(limit);
    const last = entries.at(-1);
    if (last !== undefined) await inbox.markRead(last.arrival);
    return entries;
  }

  #inTime<T>(outcome: Bounded<T>, ms: number): T {
    if (outcome.kind === 'done') return outcome.value;
    throw new RemoteError(`Cannot get a reply from ${this.host}:${this.port}: ${silence(ms)}`);
  }

  async #acknowledge(packet: AgentPacket): Promise<void> {
    const fields = acknowledgement(packet);
    if (fields !== undefined) await this.#desk.post(await this.#desk.seal(fields.dst, fields.body, fields));
  }

  #openedInbox(): Promise<Inbox> {
    const { dataDir } = this.#options;
    this.#inbox ??=
      dataDir === undefined
        ? Promise.resolve(memoryInbox())
        : import('./client/inbox-store.ts').then(({ openInbox }) => openInbox(dataDir, this.src));
    return this.#inbox;
  }
}

async function each(packets: AsyncIterable<AgentPacket>, callback: (packet: AgentPacket) => unknown): Promise<void> {
  for await (const packet of packets) await callback(packet);
}
