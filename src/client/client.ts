/**
 * PiperClient: programs in the chat. Constructor, methods and results are those of the published Node client, so an
 * agent written for that one runs on this. What differs, and why:
 *
 * - url: http://localhost:4100, the relay's default port (published: 4101, where nothing of ours speaks HTTP).
 * - An answer with an error status rejects with RemoteError carrying `status` and the relay's words (published:
 *   resolves with undefined).
 * - history() reads this client's channel, or the one it is given, checks each message and opens what it can
 *   (published: always main, as served).
 * - What is wrongly signed or can't be opened is delivered with `verified: false` or `decrypted: false` and a
 *   `problem` (published: sealed ones vanish). A dot1 counts as its own key's only.
 * - An interrupted subscription loses and repeats nothing (published: what came meanwhile is lost).
 * - sendEncrypted() without registered recipients seals to the channel's members and joins it, so that people in
 *   the page and agents read each other without exchanging keys (published: to the sender alone).
 * - Attachments of sealed messages are sealed as well (published: they travel in clear).
 * - The mailbox is this relay's unless a call names another (published: a host on the internet).
 * - An own message is known by its key where there is one; by author name only where there is none.
 *
 * Public exports: PiperClient, parseCellFile and the types of types.ts.
 */
import { toHex } from '../core/bytes.ts';
import { toPost } from '../core/envelope/piper.ts';
import { UsageError } from '../core/errors.ts';
import { LIMITS } from '../core/registry.ts';
import { isChannelName } from '../core/scope.ts';
import type { Recipient } from '../runtime/sealing.ts';
import { canSeal, canSign, generateKeys, type Identity, identityOf, keysInFile, sealing } from './identity.ts';
import { createIncoming, type Incoming } from './incoming.ts';
import { iterate } from './iterate.ts';
import { pull, pushToAll } from './mailbox.ts';
import { createMembership, type Membership } from './membership.ts';
import { checkAttachments, checkText, filesOf, sealedMessage, signedPost, stamp } from './outgoing.ts';
import { type ClientPorts, nodePorts } from './ports.ts';
import { createReaders, type Readers } from './readers.ts';
import { createRelayApi, type RelayApi } from './relay-api.ts';
import { createSubscriptions, type Subscriptions } from './subscriptions.ts';
import type * as types from './types.ts';

export { parseCellFile } from './cell.ts';
export type * from './types.ts';

interface HistoryOptions extends types.CallOptions {
  limit?: number;
  /** ISO 8601: only what is later, earliest first. */
  since?: string;
  channel?: string;
}

interface SubscribeOptions extends types.CallOptions {
  channel?: string;
}

const SENDERS_PAGE = 500;
const SENDERS_FRESH_MS = 2000;

export class PiperClient {
  readonly author: string;
  readonly url: string;
  readonly channel: string;
  readonly includeOwn: boolean;
  readonly #ports: ClientPorts;
  readonly #identity: Identity;
  readonly #api: RelayApi;
  readonly #readers: Readers;
  readonly #incoming: Incoming;
  readonly #membership: Membership;
  readonly #members: boolean | undefined;
  readonly #subscriptions: Subscriptions;
  readonly #cursors = new Map<string, number>();
  /** When the senders of a channel were last looked up. */
  readonly #noted = new Map<string, number>();
  readonly #ends = new Set<() => void>();
  #closed = false;

  /** Throws UsageError for keys that are malformed or contradict each other. `ports` is for tests. */
  constructor(options: types.PiperClientOptions = {}, ports: ClientPorts = nodePorts()) {
    this.#ports = ports;
    this.author = options.author || 'anonymous';
    this.channel = checkChannel(options.channel || 'main');
    this.includeOwn = options.includeOwn === true;
    this.#identity = identityOf(options, ports.sha256);
    this.#api = createRelayApi(ports.http, options.url || 'http://localhost:4100');
    this.url = this.#api.base;
    this.#readers = createReaders(this.#api, ports);
    this.#incoming = createIncoming(this.#identity, ports, (message) => this.#readers.learn(message));
    const self = {
      name: this.author.slice(0, LIMITS.authorUnits),
      agent: options.agent !== false,
      usual: [this.channel, 'main'],
    };
    this.#membership = createMembership({ api: this.#api, ports, readers: this.#readers }, self);
    this.#members = options.members;
    this.#subscriptions = createSubscriptions({
      ...{ api: this.#api, ports, incoming: this.#incoming },
      leaveOut: (message) => !this.includeOwn && this.#isOwn(message),
      onProblem: options.onProblem ?? ((problem) => process.emitWarning(problem)),
    });
  }

  /** A fresh identity, in the form the constructor takes. */
  static generateKeys(): types.KeySet {
    const { sha256, random } = nodePorts();
    return generateKeys(sha256, random);
  }

  /** The identity kept in a file of mode 0600, made there the first time. */
  static keysInFile(path: string): types.KeySet {
    return keysInFile(path, () => PiperClient.generateKeys());
  }

  get dot1(): string | undefined {
    return this.#identity.dot1;
  }

  /** What others give to addRoomRecipient. Throws UsageError without keys to be sealed to. */
  get recipient(): { dot1: string; x25519PubHex: string } {
    const { dot1, agreement } = sealing(this.#identity, 'be sealed to');
    return { dot1, x25519PubHex: toHex(agreement.key) };
  }

  /** Whether messages are signed. */
  get canSignV11(): boolean {
    return canSign(this.#identity);
  }

  /** Whether messages can be sealed and opened. */
  get canEncryptV12(): boolean {
    return canSeal(this.#identity);
  }

  /** Sends in clear, signed where there are keys. Resolves with the message as the relay stored it. */
  async send(
    content: string,
    channel?: string,
    attachments?: readonly types.OutgoingAttachment[],
    options: types.CallOptions = {},
  ): Promise<types.RelayMessage> {
    const heading = { ...stamp(this.#ports), channel: this.#channelOf(channel), content: checkText(content) };
    const files = checkAttachments(attachments, this.#ports);
    if (canSign(this.#identity)) {
      return this.#post(await signedPost(heading, this.author, this.#identity, files), options);
    }
    if (files.length > 0)
      throw new UsageError('Cannot attach: expected a signing key, since unsigned messages carry no files');
    return this.#post({ content: heading.content, author: this.author, channel: heading.channel }, options);
  }

  /** Seals to the channel's readers and this client. Resolves with the message as the relay stored it. */
  async sendEncrypted(
    content: string,
    channel?: string,
    attachments?: readonly types.OutgoingAttachment[],
    options: types.CallOptions = {},
  ): Promise<types.RelayMessage> {
    const sender = sealing(this.#identity, 'seal a message');
    const room = this.#channelOf(channel);
    const files = filesOf(checkAttachments(attachments, this.#ports));
    const text = files.length > 0 && content === '' ? '' : checkText(content, Number.POSITIVE_INFINITY);
    const recipients = await this.#recipients(room, options);
    const put = (hash: string, bytes: Uint8Array) => this.#api.putBytes(`/blobs/${hash}`, bytes, options.signal);
    const heading = { ...stamp(this.#ports), channel: room, content: text };
    const message = await sealedMessage(heading, sender, recipients, files, put, this.#ports);
    // The name stands outside of the seal, as it does in the profile.
    return this.#post(toPost(message, { author: this.author }), options);
  }

  /**
   * Calls the handler for each message from now on (see ready()) in the client's channel or the given one, one by one,
   * and returns what ends that. Own messages are left out unless includeOwn. What a handler throws goes to onProblem.
   */
  subscribe(handler: types.MessageHandler, options: SubscribeOptions = {}): () => void {
    if (typeof handler !== 'function') throw new TypeError('Cannot subscribe: expected a function as handler');
    if (this.#closed) throw new UsageError('Cannot subscribe: the client is closed');
    const channel = this.#channelOf(options.channel);
    if (options.signal?.aborted) return () => {};
    const unsubscribe = this.#subscriptions.add(channel, handler);
    options.signal?.addEventListener('abort', unsubscribe);
    return unsubscribe;
  }

  /** Resolves once every subscription made so far gets what is sent from then on. */
  ready(): Promise<void> {
    return this.#subscriptions.ready();
  }

  /** Messages from now on, for `for await`. Ends with the signal, with close() or when the loop is left. */
  messages(options: SubscribeOptions = {}): AsyncGenerator<types.ReceivedMessage, undefined, undefined> {
    return iterate((handler, onEnd) => {
      const unsubscribe = this.subscribe(handler, options);
      options.signal?.addEventListener('abort', onEnd);
      this.#ends.add(onEnd);
      if (options.signal?.aborted) onEnd();
      return () => {
        this.#ends.delete(onEnd);
        options.signal?.removeEventListener('abort', onEnd);
        unsubscribe();
      };
    });
  }

  /** The latest messages, oldest first: 100, or `limit` up to 500. */
  async history({ limit = 100, since, channel, signal }: HistoryOptions = {}): Promise<types.ReceivedMessage[]> {
    const room = this.#channelOf(channel);
    const list = await this.#list(room, { limit: String(limit), ...(since && { since }) }, signal);
    return Promise.all(list.map((served) => this.#incoming.read(served, room, this.#api)));
  }

  async health(options: types.CallOptions = {}): Promise<types.RelayHealth> {
    return (await this.#api.get('/health', options.signal)) as types.RelayHealth;
  }

  /**
   * Publishes this client's signed profile with the channel in it, so that others seal to it from now on. Resolves
   * with false where the relay knows no profiles.
   */
  async join(channel?: string): Promise<boolean> {
    return this.#membership.join(this.#channelOf(channel), sealing(this.#identity, 'join a channel'));
  }

  /** Takes the channel out of the profile: nothing is sealed to this client there from now on. */
  async leave(channel?: string): Promise<boolean> {
    return this.#membership.leave(this.#channelOf(channel), sealing(this.#identity, 'leave a channel'));
  }

  addRoomRecipient(channel: string, recipient: { dot1: string; x25519PubHex: string }): void {
    this.#readers.register(this.#channelOf(channel), recipient?.dot1, recipient?.x25519PubHex);
  }

  /** From now on nothing is sealed to them in this channel, members or not. */
  removeRoomRecipient(channel: string, dot1: string): void {
    this.#readers.remove(this.#channelOf(channel), dot1);
  }

  /** Seals to the channel's readers and leaves a copy in the mailbox of each, this client's included. */
  async sendViaMailbox(content: string, channel?: string, mailboxBase?: string): Promise<types.MailboxPush[]> {
    const sender = sealing(this.#identity, 'send by mailbox');
    const room = this.#channelOf(channel);
    const text = checkText(content, Number.POSITIVE_INFINITY);
    const recipients = await this.#recipients(room, {});
    if (recipients.every(({ dot1 }) => dot1 === sender.dot1)) {
      throw new UsageError(`Cannot send by mailbox: channel ${room} has no recipients; addRoomRecipient() adds one`);
    }
    const heading = { ...stamp(this.#ports), channel: room, content: text };
    const message = await sealedMessage(heading, sender, recipients, [], async () => {}, this.#ports);
    const readers = message.wraps.map((wrap) => wrap.recipient_dot1);
    return pushToAll(this.#mailbox(mailboxBase), readers, toPost(message));
  }

  /** Fetches what came into this client's mailbox since the last pull and hands it to all handlers. */
  async pullFromMailbox(mailboxBase?: string, options: types.CallOptions = {}): Promise<types.MailboxPull> {
    const { dot1, signer } = sealing(this.#identity, 'pull from mailbox');
    const api = this.#mailbox(mailboxBase);
    const mail = await pull(api, dot1, this.#cursors.get(api.base) ?? 0, options.signal);
    const result = { pulled: mail.envelopes.length, decrypted: 0, errors: 0 };
    for (const envelope of mail.envelopes) {
      const message = await this.#incoming.read(envelope, undefined, api);
      if (!message.verified || !message.decrypted) result.errors++;
      else if (this.includeOwn || message.from_ed25519_pub !== toHex(signer.key)) {
        this.#subscriptions.handToAll(message);
        result.decrypted++;
      }
    }
    if (mail.nextCursor !== undefined) this.#cursors.set(api.base, mail.nextCursor);
    return result;
  }

  /** Ends all subscriptions and lets the process end. */
  close(): void {
    this.#closed = true;
    this.#subscriptions.close();
    for (const end of [...this.#ends]) end();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #post(body: Record<string, unknown>, options: types.CallOptions): Promise<types.RelayMessage> {
    const { message } = (await this.#api.post('/messages', body, options.signal)) as { message: types.RelayMessage };
    return message;
  }

  async #list(channel: string, query: Record<string, string>, signal: types.CallOptions['signal']): Promise<unknown[]> {
    const list = await this.#api.get(`/messages?${new URLSearchParams({ channel, ...query })}`, signal);
    return Array.isArray(list) ? list : [];
  }

  /** See PiperClientOptions.members. */
  async #recipients(channel: string, options: types.CallOptions): Promise<Recipient[]> {
    const registered = this.#readers.registered(channel);
    if (!(this.#members ?? registered.length === 0)) return registered;
    await this.#membership.ensure(channel, sealing(this.#identity, 'join a channel'));
    await this.#noteSenders(channel, options);
    return [...registered, ...(await this.#readers.members(channel, options.signal))];
  }

  /** Published clients are known by their sealed messages alone. */
  async #noteSenders(channel: string, options: types.CallOptions): Promise<void> {
    const now = this.#ports.clock.now();
    if (now - (this.#noted.get(channel) ?? 0) < SENDERS_FRESH_MS) return;
    const list = await this.#list(channel, { limit: String(SENDERS_PAGE) }, options.signal);
    await Promise.all(list.map((served) => this.#incoming.note(served, channel)));
    this.#noted.set(channel, now);
  }

  #isOwn(message: types.ReceivedMessage): boolean {
    const { signer } = this.#identity;
    if (signer === undefined || !message.verified)
      return !message.verified && message.author === this.author.slice(0, LIMITS.authorUnits);
    return message.from_ed25519_pub === toHex(signer.key);
  }

  #channelOf(channel: string | undefined): string {
    return channel === undefined || channel === '' ? this.channel : checkChannel(channel);
  }

  #mailbox(base: string | undefined): RelayApi {
    return base === undefined || base === this.url ? this.#api : createRelayApi(this.#ports.http, base);
  }
}

/** Lower-cased, as relays do. */
function checkChannel(channel: string): string {
  const name = channel.toLowerCase();
  if (isChannelName(name)) return name;
  throw new UsageError(`Cannot use channel ${JSON.stringify(channel)}: expected 1 to 32 of a-z, 0-9 and -`);
}
