/**
 * Addresses of libp2p without libp2p, which is heavy and loaded late (libp2p.ts): multiaddrs as far as this transport
 * dials them, and the spelling of an Ed25519 key as a peer id (spec/11-transports.md#addresses).
 */
import { concat } from '../../core/bytes.ts';
import type { Passage } from '../../core/transport.ts';

/** An identity multihash of 36 bytes: the public key as protobuf, type 1, which is Ed25519. */
const PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20);
const KEY_BYTES = 32;
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** 12D3KooW… */
export function peerIdOf(key: Uint8Array): string {
  let value = concat(PREFIX, key).reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = '';
  for (; value > 0n; value /= 58n) text = ALPHABET[Number(value % 58n)] + text;
  return `1${text}`;
}

/** Undefined where it is not, to the character, the id of an Ed25519 key. */
export function keyOfPeerId(id: string): Uint8Array | undefined {
  if (!/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/.test(id)) return undefined;
  let value = 0n;
  for (const character of id) value = value * 58n + BigInt(ALPHABET.indexOf(character));
  const key = new Uint8Array(KEY_BYTES);
  for (let i = KEY_BYTES - 1; i >= 0; i--, value >>= 8n) key[i] = Number(value & 0xffn);
  return peerIdOf(key) === id ? key : undefined;
}

export interface PeerAddress {
  /** Without the last /p2p/. */
  readonly base: string;
  /** The peer's, where it is named. */
  readonly key: Uint8Array | undefined;
  /** Of the relay that it goes through. */
  readonly relay: Uint8Array | undefined;
  readonly passage: Passage;
}

/** How far a host is; in browsers, which cannot know, every one is direct. */
export type PassageTo = (host: string | undefined) => Passage;

/** Undefined where it is no address that this transport could dial. */
export function parsePeerAddress(address: string, passageTo: PassageTo = () => 'direct'): PeerAddress | undefined {
  if (address.length > LONGEST) return undefined;
  const [first = '', second, ...more] = address.split('/p2p-circuit');
  const outer = FIRST.exec(first);
  if (outer === null || more.length > 0 || !isHost(outer[1], outer[2])) return undefined;
  const firstKey = outer[4] === undefined ? undefined : keyOfPeerId(outer[4]);
  if (outer[4] !== undefined && firstKey === undefined) return undefined;
  if (second === undefined)
    return { base: outer[3] ?? '', key: firstKey, relay: undefined, passage: passageOf(outer, passageTo) };
  const inner = SECOND.exec(second);
  const key = keyOfPeerId(inner?.[2] ?? '');
  if (inner === null || key === undefined || firstKey === undefined) return undefined;
  const isStraight = inner[1] !== undefined;
  return {
    ...{ base: `${first}/p2p-circuit${inner[1] ?? ''}`, key },
    ...{ relay: isStraight ? undefined : firstKey, passage: isStraight ? 'direct' : 'relayed' },
  };
}

const LONGEST = 1024;
const PORT = '(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';
const TCP = `tcp/${PORT}(?:/ws|/wss|/tls/ws)?`;
const UDP = `udp/${PORT}/webrtc-direct(?:/certhash/[A-Za-z0-9_-]{10,128})?`;
/** Protocol and host, the whole without its peer, the peer's id. */
const FIRST = new RegExp(
  `^(?=/(ip4|ip6|dns|dns4|dns6)/([^/]+)/)(/[^/]+/[^/]+/(?:${TCP}|${UDP}))(?:/p2p/([1-9A-HJ-NP-Za-km-z]+))?$`,
);
const SECOND = /^(\/webrtc)?\/p2p\/([1-9A-HJ-NP-Za-km-z]+)$/;
const NAME = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;

function isHost(protocol = '', host = ''): boolean {
  if (protocol === 'ip4') return isIPv4(host);
  return protocol === 'ip6' ? isIPv6(host) : NAME.test(host);
}

const passageOf = ([, protocol, host]: readonly string[], passageTo: PassageTo): Passage =>
  protocol === 'ip4' || protocol === 'ip6' ? passageTo(host) : 'direct';

const BYTE = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4 = new RegExp(`^${BYTE}(?:\\.${BYTE}){3}$`);
const isIPv4 = (host: string): boolean => IPV4.test(host);
const isIPv6 = (host: string): boolean =>
  host.length <= 45 && /^[0-9a-fA-F:.]+$/.test(host) && host.includes(':') && URL.canParse(`http://[${host}]`);

export const tcpAddress = (host: string, port: number): string =>
  `/${isIPv6(host) ? 'ip6' : 'ip4'}/${host}/tcp/${port}`;
