/**
 * From an envelope in the store to what a person sees: opened where it was sealed to this identity, else with the
 * honest reason why not. Opened bodies are kept in memory for a while, never on disk.
 */
import { toHex } from '../../core/bytes.ts';
import { decodeEnvelope } from '../../core/envelope/envelope.ts';
import { fromEnvelope, type Piper12, type PiperHint, type PiperMessage } from '../../core/envelope/piper.ts';
import type { Placed } from '../../core/ports.ts';
import { isAside } from '../../core/seal/aside.ts';
import type { SealedFile } from '../../core/seal/file.ts';
import type { Author, Delivery, FileReference, Lock, Message } from '../api.ts';
import { boundedMap } from '../bounded-map.ts';
import type { Opened } from '../sealing.ts';
import type { Directory } from './directory.ts';
import type { PeerPorts } from './ports.ts';
import type { Self } from './self.ts';
import type { SharedHistory } from './shared-history.ts';

export interface Reader {
  read(placed: Placed): Promise<Message>;
}

export interface ReaderParts {
  readonly ports: PeerPorts;
  readonly self: Self;
  readonly directory: Directory;
  readonly shared: SharedHistory;
  delivery(placed: Placed): Delivery;
  file(file: SealedFile): FileReference;
}

interface Content {
  readonly text: string | undefined;
  readonly files: readonly FileReference[];
  readonly lock: Lock;
  readonly agent: boolean;
  /** How many keys of earlier messages it carries. */
  readonly keys?: number;
  readonly aside?: true;
}

const OPENED = 5000;
const UNREADABLE = { text: undefined, files: [], agent: false } as const;

export function createReader(parts: ReaderParts): Reader {
  const opened = boundedMap<string, Content>(OPENED);
  return {
    async read(placed) {
      const id = toHex(placed.id);
      const message = fromEnvelope(decodeEnvelope(placed.envelope));
      const content = opened.get(id) ?? (await contentOf(parts, message, placed.time, id));
      if (content.lock.state === 'open') opened.set(id, content);
      const author = authorOf(parts, message, placed.hint, content.agent);
      const delivery = author.self ? parts.delivery(placed) : ({ state: 'received' } as const);
      const { text, files, lock, keys, aside } = content;
      const shares = { ...(keys !== undefined && { sharedKeys: keys }), ...(aside && { aside }) };
      return {
        id,
        channel: message.channel,
        time: new Date(placed.time),
        author,
        text,
        files,
        lock,
        delivery,
        ...shares,
      };
    },
  };
}

async function contentOf(parts: ReaderParts, message: PiperMessage, time: number, id: string): Promise<Content> {
  if (message.version !== '1.2') {
    const lock = { state: 'plain', signed: message.version !== '1.0-unsigned' } as const;
    return { text: message.content, files: [], lock, agent: false };
  }
  const { directory, shared } = parts;
  if (directory.isBorrowed(message)) return { ...UNREADABLE, lock: { state: 'sealed', reason: 'damaged' } };
  const { result, by } = await shared.open(message, id);
  if (result.kind !== 'open') {
    const aside = result.kind === 'not-for-you' && isAside(message, parts.ports.sha256);
    return { ...UNREADABLE, lock: sealed(parts, message, time, result), ...(aside && { aside }) };
  }
  const { text, files, agent, sharedKeys } = result.body;
  const lock: Lock = { state: 'open', readers: message.wraps.length, ...(by !== undefined && { sharedBy: by }) };
  const keys = sharedKeys && { keys: sharedKeys.length };
  return { text, files: files.map(parts.file), lock, agent, ...keys };
}

function sealed(parts: ReaderParts, message: Piper12, time: number, result: Exclude<Opened, { kind: 'open' }>): Lock {
  if (result.kind !== 'not-for-you') return { state: 'sealed', reason: result.kind };
  const joined = parts.self.state().joined[message.channel];
  return { state: 'sealed', reason: joined === undefined || time < joined ? 'before-you-joined' : 'not-for-you' };
}

function authorOf({ self, directory }: ReaderParts, message: PiperMessage, hint: string, agent: boolean): Author {
  const said = (hint === '' ? {} : JSON.parse(hint)) as PiperHint;
  if (message.version === '1.0-unsigned') {
    return { key: undefined, dot1: undefined, name: message.author, self: false, agent: false };
  }
  const [key, dot1] =
    message.version === '1.0' ? [message.pubkey, undefined] : [message.fromEd25519Pub, message.fromDot1];
  const profile = directory.profile(key);
  const name = profile?.name || said.author || said.username || dot1 || key.slice(0, 8);
  return { key, dot1, name, self: key === self.key, agent: profile?.agent ?? agent };
}
