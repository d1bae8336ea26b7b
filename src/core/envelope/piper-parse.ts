/**
 * Reads what is posted to a relay or served by one (spec/04-piper.md#posting): JSON of versions 1.0 to 1.3 in the
 * layouts that published clients send. Refusals carry the published texts and the field at fault. What stands
 * beside the signature (author, username, contents of attachments) comes back apart, as a hint.
 */
import { DecodeError } from '../errors.ts';
import { LIMITS } from '../registry.ts';
import { isChannelName, isUsername } from '../scope.ts';
import * as field from './piper-fields.ts';
import type { AttachmentMeta, Piper10, Piper11, Piper12, PiperHint, PiperMessage } from './piper-types.ts';

export interface PiperPost {
  readonly message: PiperMessage;
  readonly hint: PiperHint;
}

export interface PiperPostOptions {
  /** From the query; beats the body's. */
  readonly channel?: string | undefined;
  /** Id and time for a message that brings none (1.0 unsigned). */
  readonly fresh: { readonly id: string; readonly createdAt: string };
  /** Whether the contents of an attachment are at hand already, so that it may come without them. */
  readonly holds?: (sha256: string) => boolean;
}

/** Throws DecodeError with the field at fault. Signatures are not checked here. */
export function parsePiper(value: unknown, options: PiperPostOptions): PiperPost {
  const body = field.asFields(value, 'body');
  const channel = channelOf(body, options.channel);
  const username = usernameOf(body);
  refuseUnknownVersion(body);
  refusePartial10(body);
  const { message, contents } = messageOf(body, channel, options);
  const author = authorOf(body, message);
  return { message, hint: { author, ...(username && { username }), ...(contents && { contents }) } };
}

/** Hashes of attachments that come without contents, for the caller to look up first. */
export function bareAttachments(value: unknown): string[] {
  const list = typeof value === 'object' && value !== null ? (value as field.Fields).attachments : undefined;
  if (!Array.isArray(list)) return [];
  return list
    .slice(0, LIMITS.attachments)
    .filter((item) => !hasContent(item))
    .map((item) => field.attachment(item)?.sha256)
    .filter((sha256) => sha256 !== undefined);
}

function messageOf(body: field.Fields, channel: string, options: PiperPostOptions) {
  const sealed = body.version === '1.2' || (body.cipher_body !== undefined && body.wraps !== undefined);
  if (sealed) {
    const kept = attachments(body.attachments, options.holds);
    return { message: parse12(body, channel, kept.metas), contents: kept.contents };
  }
  const content = contentOf(body);
  if (body.version === '1.1' || (body.version === '1.3' && body.sig !== undefined)) {
    const kept = attachments(body.attachments, options.holds);
    return { message: parse11(body, channel, content, kept.metas), contents: kept.contents };
  }
  if (body.pubkey !== undefined) return { message: parse10(body, channel, content), contents: undefined };
  const author = authorText(body) ?? 'anonymous';
  return {
    message: { version: '1.0-unsigned', ...options.fresh, channel, author, content } as const,
    contents: undefined,
  };
}

function channelOf(body: field.Fields, query: string | undefined): string {
  const name = query || body.channel || 'main';
  const lower = typeof name === 'string' ? name.toLowerCase() : '';
  if (!isChannelName(lower)) throw new DecodeError('channel', 'channel name must match [a-z0-9-]{1,32}');
  return lower;
}

function usernameOf(body: field.Fields): string | undefined {
  const { username } = body;
  if (username === undefined || username === null || username === '') return undefined;
  const lower = typeof username === 'string' ? username.toLowerCase() : '';
  if (!isUsername(lower)) throw new DecodeError('username', 'username must match [a-z0-9_-]{3,32}');
  if (typeof body.from_dot1 !== 'string') {
    throw new DecodeError('username', 'username requires v1.1 or v1.2 identity (from_dot1 missing)');
  }
  return lower;
}

function refuseUnknownVersion({ version }: field.Fields): void {
  if (version === undefined || version === null) return;
  if (typeof version === 'string' && /^1\.[0-3]$/.test(version)) return;
  throw new DecodeError('version', 'version must be "1.0", "1.1", "1.2" or "1.3"');
}

/** Some but not all of the signing fields of 1.0: taking it for unsigned would drop what the sender meant. */
function refusePartial10(body: field.Fields): void {
  const { pubkey, signature, signed_at: signedAt, version } = body;
  if (!(pubkey || signature || signedAt !== undefined)) return;
  if (version === '1.1' || version === '1.2' || version === '1.3' || body.from_dot1) return;
  const problems: [name: string, text: string][] = [];
  if (!field.isHex(pubkey, 32)) problems.push(['pubkey', `pubkey must be 64 hex chars (got ${sizeOf(pubkey)})`]);
  if (!field.isHex(signature, 64))
    problems.push(['signature', `signature must be 128 hex chars (got ${sizeOf(signature)})`]);
  if (!Number.isSafeInteger(signedAt) || (signedAt as number) < 0) {
    problems.push(['signed_at', `signed_at must be a number (ms epoch), got ${typeof signedAt}`]);
  }
  refuse('malformed signing fields', problems);
}

function parse10(body: field.Fields, channel: string, content: string): Piper10 {
  const { pubkey, signature, signed_at: signedAt } = body as { pubkey: string; signature: string; signed_at: number };
  return { version: '1.0', pubkey, signature, signedAt, channel, content };
}

function parse11(body: field.Fields, channel: string, content: string, kept: AttachmentMeta[]): Piper11 {
  refuse('malformed v1.1 signing fields', identityProblems(body));
  return { version: '1.1', content, ...identified(body, channel), attachments: kept };
}

function parse12(body: field.Fields, channel: string, kept: AttachmentMeta[]): Piper12 {
  const { from_x25519_pub: agreementKey, cipher_body: cipher, wraps } = body;
  const problems = identityProblems(body);
  if (!field.isHex(agreementKey, 32)) problems.push(['from_x25519_pub', 'from_x25519_pub must be 64 hex chars']);
  if (typeof cipher !== 'string' || cipher === '') {
    problems.push(['cipher_body', 'cipher_body must be a non-empty base64 string']);
  }
  if (!Array.isArray(wraps) || wraps.length === 0) problems.push(['wraps', 'wraps must be a non-empty array']);
  refuse('malformed v1.2 envelope', problems);
  return {
    version: '1.2',
    fromX25519Pub: agreementKey as string,
    cipherBody: field.cipherBody(cipher as string),
    wraps: field.wraps(wraps as unknown[]),
    ...identified(body, channel),
    attachments: kept,
  };
}

function identityProblems(body: field.Fields): [name: string, text: string][] {
  const problems: [name: string, text: string][] = [];
  if (!field.isDot1Field(body.from_dot1)) problems.push(['from_dot1', 'from_dot1 must match dot1:[0-9a-f]{16}']);
  if (!field.isHex(body.from_ed25519_pub, 32)) {
    problems.push(['from_ed25519_pub', 'from_ed25519_pub must be 64 hex chars']);
  }
  if (!field.isHex(body.sig, 64)) problems.push(['sig', 'sig must be 128 hex chars']);
  return problems;
}

const identified = (body: field.Fields, channel: string) => ({
  id: field.messageId(body.id),
  channel,
  createdAt: field.createdAt(body.createdAt),
  prev: field.prev(body.prev),
  fromDot1: body.from_dot1 as string,
  fromEd25519Pub: body.from_ed25519_pub as string,
  sig: body.sig as string,
});

/** As published: the excess is cut before the signature is checked. */
function contentOf(body: field.Fields): string {
  const content = typeof body.content === 'string' ? body.content.slice(0, LIMITS.contentUnits) : '';
  if (content === '') throw new DecodeError('content', 'content required');
  return content;
}

function authorOf(body: field.Fields, message: PiperMessage): string {
  const fallback = message.version === '1.1' || message.version === '1.2' ? message.fromDot1 : 'anonymous';
  return authorText(body) ?? fallback;
}

function authorText(body: field.Fields): string | undefined {
  const name = [body.author_name, body.author].find((value) => typeof value === 'string' && value !== '');
  return (name as string | undefined)?.slice(0, LIMITS.authorUnits);
}

/** Invalid ones are dropped and 32 are kept, as published; the signature then tells whether the sender agrees. */
function attachments(list: unknown, holds: PiperPostOptions['holds']) {
  const metas: AttachmentMeta[] = [];
  const contents: Record<string, string> = {};
  for (const item of Array.isArray(list) ? list : []) {
    const meta = field.attachment(item);
    if (meta === undefined || metas.length === LIMITS.attachments) continue;
    if (hasContent(item)) contents[meta.sha256] = item.content_b64;
    else if (!holds?.(meta.sha256)) continue;
    metas.push(meta);
  }
  return { metas, contents: Object.keys(contents).length > 0 ? contents : undefined };
}

const hasContent = (item: unknown): item is { content_b64: string } => {
  const content = (item as field.Fields | null)?.content_b64;
  return typeof content === 'string' && content !== '';
};

const sizeOf = (value: unknown): string | number => (typeof value === 'string' ? value.length : typeof value);

function refuse(what: string, problems: readonly [name: string, text: string][]): void {
  const [first] = problems;
  if (first === undefined) return;
  throw new DecodeError(first[0], `${what}: ${problems.map(([, text]) => text).join('; ')}`);
}
