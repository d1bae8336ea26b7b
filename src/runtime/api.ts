/**
 * The public API's types: what open() returns, in Node and in the browser. Times are Dates, keys and ids are
 * lower-case hex, names are whatever people type (show them as text, never as markup).
 */
import type { AbortSignalLike, LogDialect } from '../core/ports.ts';
import type { PeerBundles } from './api-bundles.ts';
import type { DirectMessage, Pipe, Sent, TransferOptions } from './api-direct.ts';
import type { LogFile, Logs } from './api-logs.ts';
import type { ConnectOptions, PeerNetwork, RemotePath, RemotePeer } from './api-network.ts';
import type { People, RosterEvent } from './api-people.ts';

export type * from './api-bundles.ts';
export type * from './api-direct.ts';
export type * from './api-logs.ts';
export type * from './api-network.ts';
export type * from './api-people.ts';

/** Why a message can be read, or can't. */
export type Lock =
  /** Sealed, and opened here. `readers`: to how many identities it was sealed, the sender included. */
  | {
      state: 'open';
      readers: number;
      /** Sealed before one came, and opened with a key that the holder of this verifying key shared afterwards. */
      sharedBy?: string;
    }
  /** Sealed, and not to this identity. */
  | { state: 'sealed'; reason: 'before-you-joined' | 'not-for-you' | 'damaged' | 'newer-version' }
  /** Never sealed: anyone on the way could read it. `signed`: whether its author is certain. */
  | { state: 'plain'; signed: boolean };

/** queued: durable here; sent: stored by the relay; failed: refused by it, `error` says why; received: another's. */
export type Delivery =
  | {
      state: 'queued' /** Parts of its files that the relay has, of all. */;
      progress?: { done: number; total: number };
    }
  | { state: 'sent' }
  | { state: 'failed'; error: string }
  | { state: 'received' };

export interface Author {
  /** Verifying key in hex; undefined where the message is unsigned. */
  readonly key: string | undefined;
  readonly dot1: string | undefined;
  /** The name of their profile, else what the message says, else the dot1. */
  readonly name: string;
  readonly self: boolean;
  readonly agent: boolean;
}

export interface FileReference {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  /** Fetches, verifies and opens the file. */
  read(options?: { signal?: AbortSignalLike }): Promise<Uint8Array>;
}

export interface Message {
  /** Envelope id, 64 hex characters. */
  readonly id: string;
  readonly channel: string;
  readonly time: Date;
  readonly author: Author;
  /** Undefined while it can't be opened. */
  readonly text: string | undefined;
  readonly files: readonly FileReference[];
  readonly lock: Lock;
  readonly delivery: Delivery;
  /** It says nothing, but carries the keys of so many earlier messages. */
  readonly sharedKeys?: number;
  /** It carries keys for another member, says its sender, and nothing for this identity: nothing to show or count. */
  readonly aside?: true;
}

/** One who can read what is sent to a channel now. */
export interface Member {
  readonly key: string;
  readonly dot1: string;
  readonly name: string;
  readonly self: boolean;
  readonly agent: boolean;
  /** profile: joined by a signed profile; message: a published client, known by its own sealed messages. */
  readonly by: 'profile' | 'message';
}

export interface ChannelSummary {
  readonly name: string;
  readonly joined: boolean;
  /** Without those that are known here to be sealed to others. */
  readonly count: number;
  readonly latest: Date | undefined;
}

export interface OutgoingFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface SendOptions {
  readonly files?: readonly OutgoingFile[];
  /** Bytes of all files sealed so far. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignalLike;
}

export interface Channel {
  readonly name: string;
  /** Adds this identity to those that others seal to, and keeps the channel in sync. Sending joins too. */
  join(): Promise<void>;
  leave(): Promise<void>;
  /**
   * Seals to the members of the moment and resolves once the message is durable here; it goes to the relay
   * now or when there is one again. Rejects with UsageError for an empty or too long message, or where the signal
   * fires before its files are sealed.
   */
  send(text: string, options?: SendOptions): Promise<Message>;
  /** Tries a failed message again. */
  retry(id: string): Promise<void>;
  /** Takes back a message that no relay has: queued or failed. False where it has gone out. */
  discard(id: string): Promise<boolean>;
  /**
   * Gives a member the keys of earlier messages that were not sealed to them and that this identity can open, sealed
   * to them alone: the newest 10,000, or those from `since` on. Resolves with how many, once that is durable here.
   */
  shareHistory(member: string, options?: { since?: Date }): Promise<number>;
  /** Who came, went or changed keys since this identity joined; the latest of each kind for each person. */
  roster(): Promise<RosterEvent[]>;
  /** The latest, oldest first; `before` pages back in time. */
  messages(options?: { limit?: number; before?: Date }): Promise<Message[]>;
  members(): Promise<Member[]>;
  /** message: a new one, or one whose delivery or lock changed (same id). Returns what unsubscribes. */
  on(event: 'message', listener: (message: Message) => void): () => void;
  on(event: 'members', listener: (members: Member[]) => void): () => void;
  /** A message was taken back: its id. */
  on(event: 'discarded', listener: (id: string) => void): () => void;
}

export interface Status {
  readonly relay: string | undefined;
  /** local: no relay was given. */
  readonly connection: 'local' | 'connecting' | 'online' | 'offline';
  /** Messages that wait for a relay. */
  readonly queued: number;
  /** Why it is offline, in words for a person. */
  readonly problem: string | undefined;
}

export interface IdentityInfo {
  /** Verifying key, 64 hex characters. */
  readonly key: string;
  readonly dot1: string;
  /** X25519 key that others seal to, 64 hex characters. */
  readonly agreementKey: string;
  readonly name: string;
}

export interface Peer {
  readonly identity: IdentityInfo;
  /** Signed logs: the own one, and those of others that are kept and carried. */
  readonly logs: Logs;
  /** Logs and their files on anything that holds files. Refused in browsers, which reach no folders. */
  readonly bundles: PeerBundles;
  /** The peer's own key and addresses, and when connections change. */
  readonly network: PeerNetwork;
  /** Whose keys are known here, and which were compared. */
  readonly people: People;
  /** A line of text that lets whoever has it connect, for 30 days. */
  ticket(): Promise<string>;
  /**
   * Remembers the peer of a ticket and resolves once it is connected, directly or over relays; from then on the two share
   * what they hold. Rejects with DecodeError for what is no ticket, RemoteError where nobody answers: the peer is tried
   * again nevertheless.
   */
  connect(ticket: string, options?: ConnectOptions): Promise<RemotePeer>;
  /** All that are known. */
  peers(): RemotePeer[];
  /**
   * The key that a recipient stands for: a key itself, or name@relay, a username at the relay that is used here, at a known
   * peer (by its name, host or the start of its key), or at a host. Rejects with UsageError where that is not clear or
   * nobody is called so, RemoteError where the relay does not answer.
   */
  resolve(recipient: string): Promise<string>;
  /** Claims a username at the relay that is used here, for others to write name@relay. */
  claimName(username: string): Promise<void>;
  /**
   * Sends bytes to a recipient (a key in hex, or name@relay), sealed to it alone; at most 60,000. Resolves once that is durable
   * here; it goes by whatever meets the recipient. Rejects with UsageError where nothing is known of the identity.
   */
  send(recipient: string, bytes: Uint8Array): Promise<Sent>;
  /** Called with each message to this identity, each once; those that came before wait for the first listener. */
  onMessage(listener: (message: DirectMessage) => void | Promise<void>): () => void;
  /**
   * Opens a duplex of bytes to a peer of that recipient (a key in hex, or name@relay), which has to be reachable now. Rejects with RemoteError where it
   * is not, or takes no pipes of that protocol.
   */
  pipe(recipient: string, protocol: string, options?: { signal?: AbortSignalLike }): Promise<Pipe>;
  onPipe(protocol: string, taker: (pipe: Pipe) => void): () => void;
  /** Keeps bytes of any size (up to 3.9 GB) for others to fetch by their id, which only those learn who are told. */
  put(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, options?: TransferOptions): Promise<LogFile>;
  /** The bytes of an id, from here or from whoever is connected and has them; goes on where an earlier call stopped. */
  get(id: string, options?: TransferOptions): AsyncIterable<Uint8Array>;
  /** The paths to each known peer of an identity: its key, as resolve() gives it. */
  paths(identity: string): readonly RemotePath[];
  /** Publishes a new version of the signed profile. At most 64 UTF-16 units. */
  setName(name: string): Promise<void>;
  /**
   * After a restore: takes name and channels from the profile that the relay has of this identity. False where this
   * installation has said something of itself already, or the relay knows nothing. Rejects with RemoteError where the
   * relay cannot be asked.
   */
  adoptProfile(): Promise<boolean>;
  channel(name: string): Channel;
  /** Joined ones and those that the relay lists, latest activity first. */
  channels(): Promise<ChannelSummary[]>;
  status(): Status;
  on(event: 'status', listener: (status: Status) => void): () => void;
  /** Fires when a channel appears or has news. */
  on(event: 'channels', listener: () => void): () => void;
  /** Resolves when everything queued has been tried and state is on disk. */
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Base URL of the relay, such as http://localhost:4100. Without one the peer works locally. */
  relay?: string;
  /** Display name to set where none is set yet. */
  name?: string;
  /** Marks this identity as a program, shown as such to people. */
  agent?: boolean;
  /** Dialect of the own log, where it has no entry yet; 2020-06 unless older Pigeon clients must read it. */
  logDialect?: LogDialect;
}
