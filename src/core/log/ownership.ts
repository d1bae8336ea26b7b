/**
 * Whose log it is (spec/02-pigeon.md#log-keys): a log's key is an installation's own; the identity vouches for it in the
 * log's first entry, and can take that back in another log. Both are plain entries that any Pigeon client carries.
 */
import { concat, utf8 } from '../bytes.ts';
import { LABELS } from '../registry.ts';
import { type Dialect, formatId, formatSignature, NONE, parseId, parseSignature } from './dialect.ts';
import type { Entry } from './entry.ts';

export const CERTIFICATE_KIND = 'pipes.log';
export const REVOCATION_KIND = 'pipes.revoke';
const FORMAT = '"1/1/0"';
/** ISO 8601 in its basic form: published clients can't read a string with a colon. */
const BASIC = /^"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\.\d{3}Z)"$/;

export interface LogCertificate {
  readonly dialect: Dialect;
  /** The key that signs the log's entries. */
  readonly log: Uint8Array;
  readonly identity: Uint8Array;
  /** ISO 8601 as Date writes it. */
  readonly created: string;
  /** The head of the log that this one goes on from, where a peer was restored; else NONE. */
  readonly previous: string;
}

export interface LogRevocation {
  readonly dialect: Dialect;
  /** The key that is revoked. */
  readonly log: Uint8Array;
  readonly identity: Uint8Array;
  readonly created: string;
  /** The last entry that still counts, or NONE. */
  readonly head: string;
}

/** A statement with the identity's signature over `message`. */
export interface Signed<T> {
  readonly statement: T;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

export const certificateMessage = (certificate: LogCertificate): Uint8Array =>
  message(LABELS.logCertificate, certificate, certificate.previous);

export const revocationMessage = (revocation: LogRevocation): Uint8Array =>
  message(LABELS.logRevocation, revocation, revocation.head);

/** The body of the first entry of a certified log. */
export const certificateBody = (certificate: LogCertificate, signature: Uint8Array): Entry['body'] => [
  ...common(certificate, signature),
  ['previous', certificate.previous],
];

export const revocationBody = (revocation: LogRevocation, signature: Uint8Array): Entry['body'] => [
  ...common(revocation, signature),
  ['log', formatId(revocation.dialect, 'identity', revocation.log)],
  ['head', revocation.head],
];

/** The certificate that the entry carries, its signature unchecked; undefined where it carries none. */
export function readCertificate(entry: Entry): Signed<LogCertificate> | undefined {
  if (entry.kind !== CERTIFICATE_KIND || entry.depth !== 0) return undefined;
  const read = readCommon(entry);
  const previous = referenceIn(entry, 'previous');
  if (read === undefined || previous === undefined) return undefined;
  const statement = { ...read.common, log: entry.key, previous };
  return { statement, message: certificateMessage(statement), signature: read.signature };
}

export function readRevocation(entry: Entry): Signed<LogRevocation> | undefined {
  if (entry.kind !== REVOCATION_KIND) return undefined;
  const read = readCommon(entry);
  const head = referenceIn(entry, 'head');
  const log = parseId(entry.dialect, 'identity', bodyValue(entry, 'log') ?? '');
  if (read === undefined || head === undefined || log === undefined) return undefined;
  const statement = { ...read.common, log, head };
  return { statement, message: revocationMessage(statement), signature: read.signature };
}

type Common = Pick<LogCertificate, 'dialect' | 'identity' | 'created'>;

function message(label: string, statement: Common & { log: Uint8Array }, reference: string): Uint8Array {
  const { dialect, log, identity, created } = statement;
  const [logId, identityId] = [log, identity].map((key) => formatId(dialect, 'identity', key));
  return concat(
    utf8(label),
    Uint8Array.of(0),
    utf8([dialect, logId, identityId, basic(created), reference].join('\n')),
  );
}

const common = ({ dialect, identity, created }: Common, signature: Uint8Array): [string, string][] => [
  ['format', FORMAT],
  ['identity', formatId(dialect, 'identity', identity)],
  ['created', `"${basic(created)}"`],
  ['signature', `"${formatSignature(dialect, signature)}"`],
];

function readCommon(entry: Entry): { common: Common; signature: Uint8Array } | undefined {
  const { dialect } = entry;
  const identity = parseId(dialect, 'identity', bodyValue(entry, 'identity') ?? '');
  const signature = parseSignature(dialect, (bodyValue(entry, 'signature') ?? '').slice(1, -1));
  const created = BASIC.exec(bodyValue(entry, 'created') ?? '');
  if (bodyValue(entry, 'format') !== FORMAT || created === null) return undefined;
  const extended = created[0].replace(BASIC, '$1-$2-$3T$4:$5:$6$7');
  return identity && signature && { common: { dialect, identity, created: extended }, signature };
}

const basic = (created: string): string => created.replace(/[-:]/g, '');

function referenceIn(entry: Entry, key: string): string | undefined {
  const value = bodyValue(entry, key);
  return value === NONE || parseId(entry.dialect, 'entry', value ?? '') ? value : undefined;
}

const bodyValue = ({ body }: Entry, key: string): string | undefined => body.find(([name]) => name === key)?.[1];
