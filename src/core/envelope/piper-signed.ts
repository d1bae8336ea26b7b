/**
 * The bytes that a piper signature covers, and the way back from them (spec/04-piper.md#signed-bytes).
 * Reading is strict: what does not render to the very same bytes is refused, so that every envelope has one form.
 */
import { fromHex, fromUtf8, toHex, utf8 } from '../bytes.ts';
import { DecodeError } from '../errors.ts';
import { FORMATS, LIMITS } from '../registry.ts';
import { isChannelName } from '../scope.ts';
import type { Envelope } from './envelope.ts';
import * as field from './piper-fields.ts';
import type { AttachmentMeta, Piper10, Piper11, Piper12, PiperMessage, PiperUnsigned } from './piper-types.ts';

const NO_KEY = new Uint8Array(32);
const NO_SIGNATURE = new Uint8Array(64);
const KEYS_UNSIGNED = ['author', 'channel', 'content', 'createdAt', 'id'];
const KEYS_1_1 = ['channel', 'content', 'createdAt', 'from_dot1', 'from_ed25519_pub', 'id', 'prev', 'version'];
const KEYS_1_2 = [
  ...['channel', 'cipher_body', 'createdAt', 'from_dot1', 'from_ed25519_pub', 'from_x25519_pub'],
  ...['id', 'prev', 'version', 'wraps'],
];

/** The message as an envelope. The message must have passed parsePiper or fromEnvelope, or be made by us. */
export function toEnvelope(message: PiperMessage): Envelope {
  if (message.version === '1.0-unsigned') {
    return {
      format: FORMATS['piper/1.0-unsigned'],
      key: NO_KEY,
      signature: NO_SIGNATURE,
      signed: signedBytes(message),
    };
  }
  const [key, signature] =
    message.version === '1.0' ? [message.pubkey, message.signature] : [message.fromEd25519Pub, message.sig];
  return {
    format: FORMATS[`piper/${message.version}`],
    key: bytesOf(key, 32, 'key'),
    signature: bytesOf(signature, 64, 'signature'),
    signed: signedBytes(message),
  };
}

/** What the author signs; for an unsigned message its canonical form. */
export const signedBytes = (message: PiperMessage): Uint8Array<ArrayBuffer> => utf8(signedText(message));

function signedText(message: PiperMessage): string {
  switch (message.version) {
    case '1.0-unsigned':
      return renderUnsigned(message);
    case '1.0':
      return ['v1', message.pubkey, message.channel, message.signedAt, message.content].join('\n');
    case '1.1':
      return `${render11(message)}::${renderManifest(message.attachments)}`;
    case '1.2':
      return `${render12(message)}::${renderManifest(message.attachments)}`;
  }
}

/** Each stage of the line asks for the message: it is read once for each envelope. */
const messages = new WeakMap<Envelope, PiperMessage>();

/** The message of a piper envelope; throws DecodeError for anything that no strict sender could have signed. */
export function fromEnvelope(envelope: Envelope): PiperMessage {
  const present = messages.get(envelope);
  if (present !== undefined) return present;
  const message = readStrictly(envelope);
  messages.set(envelope, message);
  return message;
}

function readStrictly(envelope: Envelope): PiperMessage {
  if (envelope.signed.length > LIMITS.envelopeBytes)
    throw new DecodeError('signed', 'Cannot read piper message: too large');
  const text = fromUtf8(envelope.signed);
  if (text === undefined) throw new DecodeError('signed', 'Cannot read piper message: expected UTF-8');
  const message = read(envelope, text);
  if (!isChannelName(message.channel)) throw new DecodeError('channel', 'channel name must match [a-z0-9-]{1,32}');
  // One text is one row of bytes: the decoder is strict, and keeps a mark of byte order.
  if (signedText(message) !== text) {
    throw new DecodeError('signed', 'Cannot read piper message: not in its canonical form');
  }
  return message;
}

function read(envelope: Envelope, text: string): PiperMessage {
  const sig = toHex(envelope.signature);
  switch (envelope.format) {
    case FORMATS['piper/1.0-unsigned']:
      return readUnsigned(text);
    case FORMATS['piper/1.0']:
      return read10(text, sig, toHex(envelope.key));
    case FORMATS['piper/1.1']:
      return read11(text, sig, toHex(envelope.key));
    case FORMATS['piper/1.2']:
      return read12(text, sig, toHex(envelope.key));
    default:
      throw new DecodeError('format', `Cannot read piper message: format ${envelope.format} is another's`);
  }
}

const renderUnsigned = ({ author, channel, content, createdAt, id }: PiperUnsigned): string =>
  JSON.stringify({ author, channel, content, createdAt, id });

const render11 = (message: Piper11): string =>
  JSON.stringify({
    channel: message.channel,
    content: message.content,
    createdAt: message.createdAt,
    from_dot1: message.fromDot1,
    from_ed25519_pub: message.fromEd25519Pub,
    id: message.id,
    prev: message.prev,
    version: '1.1',
  });

const render12 = (message: Piper12): string =>
  JSON.stringify({
    channel: message.channel,
    cipher_body: message.cipherBody,
    createdAt: message.createdAt,
    from_dot1: message.fromDot1,
    from_ed25519_pub: message.fromEd25519Pub,
    from_x25519_pub: message.fromX25519Pub,
    id: message.id,
    prev: message.prev,
    version: '1.2',
    wraps: message.wraps,
  });

const renderManifest = (attachments: readonly AttachmentMeta[]): string =>
  JSON.stringify(
    attachments.map(({ filename, mime_type, sha256, size_bytes }) => ({ filename, mime_type, sha256, size_bytes })),
  );

function readUnsigned(text: string): PiperUnsigned {
  const fields = parseObject(text, KEYS_UNSIGNED);
  return {
    version: '1.0-unsigned',
    id: field.messageId(fields.id),
    channel: string(fields.channel, 'channel'),
    author: string(fields.author, 'author', LIMITS.authorUnits),
    content: string(fields.content, 'content', LIMITS.contentUnits),
    createdAt: field.createdAt(fields.createdAt),
  };
}

function read10(text: string, signature: string, key: string): Piper10 {
  const [label, pubkey, channel, signedAt = '', ...content] = text.split('\n');
  if (label !== 'v1' || pubkey !== key || channel === undefined || !/^\d{1,15}$/.test(signedAt)) {
    throw new DecodeError('signed', 'Cannot read piper message: expected the five lines of version 1.0');
  }
  const whole = string(content.join('\n'), 'content', LIMITS.contentUnits);
  return { version: '1.0', pubkey, signature, signedAt: Number(signedAt), channel, content: whole };
}

function read11(text: string, sig: string, key: string): Piper11 {
  const [object, manifest] = split(text);
  const fields = parseObject(object, KEYS_1_1);
  const content = string(fields.content, 'content', LIMITS.contentUnits);
  return { version: '1.1', content, ...identified(fields, sig, key), attachments: readManifest(manifest) };
}

function read12(text: string, sig: string, key: string): Piper12 {
  const [object, manifest] = split(text);
  const fields = parseObject(object, KEYS_1_2);
  if (!field.isHex(fields.from_x25519_pub, 32)) throw new DecodeError('from_x25519_pub', 'expected 64 hex chars');
  if (!Array.isArray(fields.wraps) || fields.wraps.length === 0) throw new DecodeError('wraps', 'expected an array');
  return {
    version: '1.2',
    fromX25519Pub: fields.from_x25519_pub,
    cipherBody: field.cipherBody(string(fields.cipher_body, 'cipher_body')),
    wraps: field.wraps(fields.wraps),
    ...identified(fields, sig, key),
    attachments: readManifest(manifest),
  };
}

function identified(fields: field.Fields, sig: string, key: string) {
  if (!field.isDot1Field(fields.from_dot1)) throw new DecodeError('from_dot1', 'expected dot1: and 16 hex chars');
  if (fields.from_ed25519_pub !== key) throw new DecodeError('from_ed25519_pub', 'expected the key of the envelope');
  return {
    id: field.messageId(fields.id),
    channel: string(fields.channel, 'channel'),
    createdAt: field.createdAt(fields.createdAt),
    prev: field.prev(fields.prev),
    fromDot1: fields.from_dot1,
    fromEd25519Pub: key,
    sig,
  };
}

/** Splits at the `::` behind the first JSON object; strings may hold braces, so they are stepped over. */
function split(text: string): [object: string, manifest: string] {
  let inString = false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (inString) {
      if (character === '\\') i++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) {
      if (text.startsWith('::', i + 1)) return [text.slice(0, i + 1), text.slice(i + 3)];
      break;
    }
  }
  throw new DecodeError('signed', 'Cannot read piper message: expected an object, "::" and the attachments');
}

function parseObject(text: string, keys: readonly string[]): field.Fields {
  const fields = field.asFields(parseJson(text), 'signed');
  field.onlyKeys(fields, keys, 'signed');
  return fields;
}

function readManifest(text: string): AttachmentMeta[] {
  const items = parseJson(text);
  if (!Array.isArray(items) || items.length > LIMITS.attachments) {
    throw new DecodeError('attachments', `expected an array of at most ${LIMITS.attachments} attachments`);
  }
  return items.map((item, index) => {
    const meta = field.attachment(item);
    if (meta === undefined)
      throw new DecodeError(`attachments[${index}]`, 'expected filename, mime_type, sha256, size_bytes');
    return meta;
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DecodeError('signed', 'Cannot read piper message: expected JSON', { cause });
  }
}

function string(value: unknown, name: string, units = LIMITS.envelopeBytes as number): string {
  if (typeof value === 'string' && value.length <= units) return value;
  throw new DecodeError(name, `${name} must be a string of at most ${units} characters`);
}

function bytesOf(hex: string, length: number, name: string): Uint8Array {
  const bytes = fromHex(hex, length);
  if (bytes === undefined) throw new DecodeError(name, `${name} must be ${length * 2} hex chars`);
  return bytes;
}
