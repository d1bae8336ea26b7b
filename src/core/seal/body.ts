/**
 * What is inside a seal (spec/05-sealing.md#bodies). A text alone is bare UTF-8, which published clients read; anything
 * richer starts with a zero byte and carries version, feature bits and tagged fields, the sender's key and the channel
 * among them, so that a body lifted out of one message and sealed into another shows itself.
 */
import { concat, equal, fromUtf8, utf8 } from '../bytes.ts';
import { DecodeError, UsageError } from '../errors.ts';
import { LIMITS } from '../registry.ts';
import { isChannelName } from '../scope.ts';
import { isUnknownTag, Reader, readTags, readText, type Tags, tagged } from '../wire.ts';
import { decodeFile, encodeFile, type SealedFile } from './file.ts';
import { decodeSharedKeys, encodeSharedKeys, type SharedKey } from './shared-keys.ts';

export interface Body {
  readonly text: string;
  readonly files: readonly SealedFile[];
  /** The sender is a program. */
  readonly agent: boolean;
  /** Keys of earlier messages; then there is neither text nor file. */
  readonly sharedKeys?: readonly SharedKey[];
  /** Bytes from program to program; then there is nothing else. */
  readonly data?: Uint8Array;
  /** Ids of envelopes that were handed over; then there is nothing else. */
  readonly receipt?: readonly Uint8Array[];
  /** Absent in a bare body. */
  readonly sender?: Uint8Array;
  readonly channel?: string;
}

export type DecodedBody = { kind: 'body'; body: Body } | { kind: 'newer-version' };

export interface OutgoingBody {
  readonly text: string;
  readonly files?: readonly SealedFile[];
  readonly agent?: boolean;
  readonly sharedKeys?: readonly SharedKey[];
  readonly data?: Uint8Array;
  readonly receipt?: readonly Uint8Array[];
  /** Verifying key, 32 bytes. */
  readonly sender: Uint8Array;
  readonly channel: string;
}

const RICH = 0;
const ID_BYTES = 32;
const VERSION = 1;
const TEXT = 1;
const AGENT = 2;
const SENDER = 3;
/** Reserved: the envelope id that the message answers. */
const REPLY_TO = 4;
const CHANNEL = 5;
const FILE = 7;
const SHARED_KEYS = 9;
const DATA = 11;
const RECEIPT = 13;
const RULES = {
  known: [TEXT, AGENT, SENDER, REPLY_TO, CHANNEL, FILE, SHARED_KEYS, DATA, RECEIPT],
  repeated: [FILE],
  atMost: LIMITS.bodyTags,
};

/** Throws UsageError for what may not be sealed: too many files, too many bytes. */
export function encodeBody(body: OutgoingBody): Uint8Array<ArrayBuffer> {
  const bytes = isPlain(body) ? utf8(body.text) : encodeRich(body);
  if (bytes.length <= LIMITS.bodyBytes) return bytes;
  throw new UsageError(`Cannot seal message: expected at most ${LIMITS.bodyBytes} bytes, got ${bytes.length}`);
}

/** Throws DecodeError for what is damaged; newer-version for what a later version of this format may understand. */
export function decodeBody(bytes: Uint8Array): DecodedBody {
  if (bytes.length > LIMITS.envelopeBytes) throw new DecodeError('body', `Cannot read body: ${bytes.length} bytes`);
  if (bytes[0] === RICH) return decodeRich(bytes);
  const text = fromUtf8(bytes);
  if (text === undefined) throw new DecodeError('body', 'Cannot read body: expected UTF-8');
  return { kind: 'body', body: { text, files: [], agent: false } };
}

/** Whether the body says what the envelope around it says; a bare one says nothing of it. */
export function isBoundTo(body: Body, sender: Uint8Array, channel: string): boolean {
  if (body.sender === undefined && body.channel === undefined) return true;
  return body.sender !== undefined && equal(body.sender, sender) && body.channel === channel;
}

/** The agent flag alone makes no body rich: published clients could not read it, and the profile says it too. */
const isPlain = (body: OutgoingBody): boolean =>
  !body.files?.length && !body.sharedKeys?.length && !body.data && !body.receipt && !body.text.startsWith('\u0000');

function encodeRich(body: OutgoingBody): Uint8Array<ArrayBuffer> {
  const files = body.files ?? [];
  if (files.length > LIMITS.attachments) {
    throw new UsageError(`Cannot seal message: expected at most ${LIMITS.attachments} files, got ${files.length}`);
  }
  return concat(
    Uint8Array.of(RICH, VERSION, 0, 0),
    body.text === '' ? new Uint8Array() : tagged(TEXT, body.text),
    body.agent ? tagged(AGENT, '') : new Uint8Array(),
    tagged(SENDER, body.sender),
    tagged(CHANNEL, body.channel),
    ...files.map((file) => tagged(FILE, encodeFile(file))),
    body.sharedKeys?.length ? tagged(SHARED_KEYS, encodeSharedKeys(body.sharedKeys)) : new Uint8Array(),
    body.data ? tagged(DATA, body.data) : new Uint8Array(),
    body.receipt ? tagged(RECEIPT, concat(...body.receipt)) : new Uint8Array(),
  );
}

function decodeRich(bytes: Uint8Array): DecodedBody {
  const reader = new Reader(bytes, 'body');
  reader.u8('body');
  if (reader.u8('version') !== VERSION || reader.u16('features') !== 0) return { kind: 'newer-version' };
  if (bytes.length > LIMITS.bodyBytes) reader.refuse('body', `expected at most ${LIMITS.bodyBytes} bytes`);
  const tags = readTags(reader, RULES);
  if (isUnknownTag(tags)) return { kind: 'newer-version' };
  const files = filesOf(tags);
  if (files === 'newer-version') return { kind: 'newer-version' };
  const body = { text: textOf(tags), files, agent: agentOf(tags), sender: senderOf(tags), channel: channelOf(tags) };
  return { kind: 'body', body: { ...body, ...aloneOf(tags, body.text !== '' || files.length > 0) } };
}

/** What stands in a body by itself. */
function aloneOf(tags: Tags, hasMore: boolean): Pick<Body, 'sharedKeys' | 'data' | 'receipt'> {
  const [data] = tags.get(DATA) ?? [];
  const alone = [sharedKeysOf(tags), data, receiptOf(tags)] as const;
  const count = alone.filter((part) => part !== undefined).length;
  if (count > 1 || (count === 1 && hasMore)) refuse('body', 'expected shared keys, data or a receipt by itself');
  const [sharedKeys, , receipt] = alone;
  return { ...(sharedKeys && { sharedKeys }), ...(data && { data }), ...(receipt && { receipt }) };
}

function receiptOf(tags: Tags): Uint8Array[] | undefined {
  const [value] = tags.get(RECEIPT) ?? [];
  if (value === undefined) return undefined;
  const count = value.length / ID_BYTES;
  if (!Number.isInteger(count) || count < 1 || count > LIMITS.receiptIds) refuse('receipt', 'expected ids of 32 bytes');
  return Array.from({ length: count }, (_, i) => value.slice(i * ID_BYTES, (i + 1) * ID_BYTES));
}

function sharedKeysOf(tags: Tags): SharedKey[] | undefined {
  const [value] = tags.get(SHARED_KEYS) ?? [];
  return value && decodeSharedKeys(value);
}

function filesOf(tags: Tags): SealedFile[] | 'newer-version' {
  const values = tags.get(FILE) ?? [];
  if (values.length > LIMITS.attachments) refuse('files', `expected at most ${LIMITS.attachments}`);
  const files: SealedFile[] = [];
  for (const value of values) {
    const file = decodeFile(value);
    if (file === 'newer-version') return file;
    files.push(file);
  }
  return files;
}

function textOf(tags: Tags): string {
  const [value] = tags.get(TEXT) ?? [];
  if (value?.length === 0) refuse('text', 'an empty one is left out');
  return value === undefined ? '' : readText(value, 'text', LIMITS.bodyBytes);
}

function agentOf(tags: Tags): boolean {
  const [value] = tags.get(AGENT) ?? [];
  if (value !== undefined && value.length > 0) refuse('agent', 'expected no value');
  return value !== undefined;
}

function senderOf(tags: Tags): Uint8Array {
  const [value] = tags.get(SENDER) ?? [];
  return value?.length === 32 ? value : refuse('sender', 'expected a key of 32 bytes');
}

function channelOf(tags: Tags): string {
  const [value] = tags.get(CHANNEL) ?? [];
  const channel = value === undefined ? '' : readText(value, 'channel', 32);
  return isChannelName(channel) ? channel : refuse('channel', 'expected the name of a channel');
}

function refuse(field: string, detail: string): never {
  throw new DecodeError(field, `Cannot read body: ${field}: ${detail}`);
}
