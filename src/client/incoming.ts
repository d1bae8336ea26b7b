/**
 * From what a relay serves to what a handler gets: the signature checked by the strict rule, the dot1 held to its
 * key, a seal opened. Published relays write a `prev` of their own over the signed null, so the served one is tried
 * first, then null. Nothing is hidden: what fails a check is delivered too, with `verified: false` and the reason.
 */
import { fromHex, toHex } from '../core/bytes.ts';
import { type Piper11, type Piper12, type PiperMessage, toEnvelope } from '../core/envelope/piper.ts';
import { DecodeError } from '../core/errors.ts';
import { derivable, dot1Of } from '../core/identity/spelling.ts';
import type { SealedFile } from '../core/seal/file.ts';
import { boundedMap } from '../runtime/bounded-map.ts';
import { openFile } from '../runtime/files.ts';
import { readServed, withoutPrev } from '../runtime/peer/served.ts';
import { type Opened, openMessage } from '../runtime/sealing.ts';
import { canSeal, canSign, type Identity, type SealingIdentity } from './identity.ts';
import type { ClientPorts } from './ports.ts';
import type { RelayApi } from './relay-api.ts';
import type { ReceivedFile, ReceivedMessage, RelayMessage } from './types.ts';

type SignedMessage = Piper11 | Piper12;

export interface Incoming {
  /** `channel`: where the relay says that it belongs; undefined for mail. `api`: where its files are. */
  read(served: unknown, channel: string | undefined, api: RelayApi): Promise<ReceivedMessage>;
  /** Learns from a served message of the channel without opening it. */
  note(served: unknown, channel: string): Promise<void>;
}

type Verdict = { kind: 'authentic'; message: SignedMessage } | { kind: 'doubtful'; problem: string | undefined };

const MOST_DOT1 = 10_000;
const MOST_NOTED = 4096;

/** `learn` hears of each authentic sealed message of a channel. */
export function createIncoming(identity: Identity, ports: ClientPorts, learn: (message: Piper12) => void): Incoming {
  const owners = boundedMap<string, string>(MOST_DOT1);
  const noted = boundedMap<string, true>(MOST_NOTED);
  if (canSign(identity)) owners.set(identity.dot1, toHex(identity.signer.key));

  /** A dot1 is its deriving key's; another one belongs to the first key that signed with it here. */
  function owns(message: SignedMessage): boolean {
    const { fromDot1: dot1, fromEd25519Pub: key } = message;
    const derived = derivable(ports.sha256, dot1, fromHex(key) ?? new Uint8Array());
    const owner = derived ? key : (owners.get(dot1) ?? key);
    if (owners.get(dot1) !== owner) owners.set(dot1, owner);
    return owner === key;
  }

  async function judge(served: unknown, channel: string | undefined): Promise<Verdict> {
    const candidate = candidates(served);
    if (typeof candidate === 'string') return { kind: 'doubtful', problem: candidate };
    for (const message of candidate) {
      if (!isSigned(message)) return { kind: 'doubtful', problem: undefined };
      if (!(await isAuthentic(message, ports))) continue;
      if (channel !== undefined && message.channel !== channel) {
        return { kind: 'doubtful', problem: `it was written for channel ${message.channel}` };
      }
      if (!owns(message)) return { kind: 'doubtful', problem: 'its dot1 belongs to another key' };
      if (message.version === '1.2' && channel !== undefined) learn(message);
      return { kind: 'authentic', message };
    }
    return { kind: 'doubtful', problem: 'its signature is wrong' };
  }

  return {
    async read(served, channel, api) {
      const base = shownOf(served);
      const verdict = await judge(served, channel);
      const sealed = base.encrypted && { decrypted: false };
      if (verdict.kind === 'doubtful') {
        return { ...base, ...sealed, verified: false, files: [], ...(verdict.problem && { problem: verdict.problem }) };
      }
      const { message } = verdict;
      if (message.version === '1.1') return { ...base, content: message.content, verified: true, files: [] };
      return { ...base, verified: true, ...(await open(message, identity, ports, api)) };
    },
    async note(served, channel) {
      const { sig } = (served ?? {}) as { sig?: unknown };
      if (typeof sig !== 'string' || noted.get(sig)) return;
      await judge(served, channel);
      noted.set(sig, true);
    },
  };
}

/** What it may be: as served, and as signed before a published relay wrote its prev. A string says why it is none. */
function candidates(served: unknown): PiperMessage[] | string {
  try {
    const first = readServed(served);
    const second = withoutPrev(first);
    return second === undefined ? [first.message] : [first.message, second.message];
  } catch (error) {
    if (error instanceof DecodeError) return `it is malformed: ${error.message}`;
    throw error;
  }
}

const isSigned = (message: PiperMessage): message is SignedMessage =>
  message.version === '1.1' || message.version === '1.2';

function isAuthentic(message: SignedMessage, ports: ClientPorts): Promise<boolean> {
  const { key, signature, signed } = toEnvelope(message);
  return ports.verifier.verify(key, signature, signed);
}

type Opening = Pick<ReceivedMessage, 'files'> & Partial<ReceivedMessage>;

async function open(message: Piper12, identity: Identity, ports: ClientPorts, api: RelayApi): Promise<Opening> {
  const closed = (problem: string): Opening => ({ encrypted: true, decrypted: false, files: [], problem });
  if (!canSeal(identity)) return closed('this client has no X25519 key to open it');
  const opened = await openAs(namesOf(identity, ports), message, identity, ports);
  if (opened.kind === 'not-for-you') return closed('it is not sealed to this client');
  if (opened.kind === 'damaged') return closed('its seal is damaged');
  if (opened.kind === 'newer-version') return closed('it needs a later version of Pipes');
  const files = opened.body.files.map((file) => receivedFile(file, ports, api));
  return { encrypted: true, decrypted: true, content: opened.body.text, files };
}

/** Others seal to the chosen dot1 of an identity, or, where they know its profile, to the one that its key gives. */
const namesOf = ({ dot1, signer }: SealingIdentity, ports: ClientPorts): string[] => [
  ...new Set([dot1, dot1Of(ports.sha256, signer.key)]),
];

async function openAs(names: readonly string[], message: Piper12, { agreement }: SealingIdentity, ports: ClientPorts) {
  let opened: Opened = { kind: 'not-for-you' };
  for (const dot1 of names) {
    if (opened.kind === 'not-for-you') opened = await openMessage(message, { dot1, agreement }, ports);
  }
  return opened;
}

const receivedFile = (file: SealedFile, ports: ClientPorts, api: RelayApi): ReceivedFile => ({
  name: file.name,
  type: file.type,
  size: file.size,
  read: (options = {}) => openFile(file, (hash) => api.getBytes(`/blobs/${hash}`, options.signal), ports, options),
});

/** The served fields that have the types that they should have: a relay is not believed about that. */
function shownOf(served: unknown): RelayMessage {
  const fields = typeof served === 'object' && served !== null ? (served as Record<string, unknown>) : {};
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
  const author = text('author') || text('author_name') || text('from_dot1') || 'anonymous';
  const signed = text('sig') !== '' || fields.signed === true;
  return {
    ...{ id: text('id'), channel: text('channel'), version: text('version'), createdAt: text('createdAt') },
    ...{ author, author_name: text('author_name') || author, content: text('content') },
    ...{ pubkey: text('pubkey'), pubkeyShort: text('pubkeyShort') },
    prev: typeof fields.prev === 'string' ? fields.prev : null,
    ...{ legacy: fields.legacy === true, signed, unsigned: !signed, encrypted: text('cipher_body') !== '' },
    ...Object.fromEntries(OPTIONAL_TEXTS.map((name) => [name, text(name)]).filter(([, value]) => value !== '')),
    ...(Array.isArray(fields.wraps) && { wraps: fields.wraps }),
    ...(Array.isArray(fields.attachments) && { attachments: fields.attachments }),
  };
}

const OPTIONAL_TEXTS = 'from_dot1 from_ed25519_pub dot1Short sig username from_x25519_pub cipher_body'.split(' ');
