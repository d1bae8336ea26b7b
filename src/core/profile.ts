/**
 * Signed profiles (spec/06-profiles.md): what an identity says of itself, its name, the key that others seal to and
 * the channels it has joined. Parsing is strict; what a profile adds beyond this version keeps its signature.
 */
import { compare, concat, equal, fromHex, toHex, utf8 } from './bytes.ts';
import { DecodeError } from './errors.ts';
import { LABELS, LIMITS } from './registry.ts';
import { isChannelName } from './scope.ts';

export interface Profile {
  /** Verifying key, 32 bytes. */
  readonly key: Uint8Array;
  /** X25519 public key that others seal to, 32 bytes. */
  readonly agreementKey: Uint8Array;
  /** Shown to people; may be empty. */
  readonly name: string;
  /** Only grows; of two profiles of one key the greater version counts. */
  readonly version: number;
  /** Joined and not left, in ascending order. */
  readonly channels: readonly string[];
  /** The identity is a program. */
  readonly agent: boolean;
  /** Ignorable members of later versions, kept since the signature covers them. */
  readonly extra?: Readonly<Record<string, string>>;
}

export interface SignedProfile extends Profile {
  /** Ed25519 over profileSignedBytes, 64 bytes. */
  readonly signature: Uint8Array;
}

export type ProfileOrder = 'newer' | 'same' | 'older' | 'conflict';

type Fields = Readonly<Record<string, unknown>>;

const FORMAT = 1;
const SUITE = 1;
const FEATURES = 0;
const MEMBERS = 'agent agreement_key channels features format key name sig suite version'.split(' ');
const EXTRA_NAME = /^x_[a-z0-9_]{1,30}$/;
const EXTRA_COUNT = 16;
const EXTRA_UNITS = 256;
const UNSHOWABLE = /[\p{Cc}\p{Cs}\u2028\u2029]/u;

/** Throws DecodeError naming the field. The signature is not checked here. */
export function parseProfile(json: unknown): SignedProfile {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) refuse('profile', 'a JSON object');
  const fields = json as Fields;
  refuseOtherFormats(fields);
  const extra = extraOf(fields);
  return {
    key: hex(fields, 'key', 32),
    agreementKey: hex(fields, 'agreement_key', 32),
    name: nameOf(fields),
    version: versionOf(fields),
    channels: channelsOf(fields),
    agent: agentOf(fields),
    ...(extra && { extra }),
    signature: hex(fields, 'sig', 64),
  };
}

/** The JSON value that parseProfile reads: what PUT /profiles takes and GET /profiles gives. */
export const profileToJson = (profile: SignedProfile): Record<string, unknown> => ({
  ...signedFields(profile),
  sig: toHex(profile.signature),
});

/** label ‖ line feed ‖ canonical JSON of all members but `sig`. */
export const profileSignedBytes = (profile: Profile): Uint8Array<ArrayBuffer> =>
  concat(utf8(`${LABELS.profile}\n`), utf8(canonicalJson(signedFields(profile))));

/** How `next` stands to `current`, both of one key. A conflict: one version, two contents; the current one stays. */
export function compareProfiles(current: Profile, next: Profile): ProfileOrder {
  if (next.version !== current.version) return next.version > current.version ? 'newer' : 'older';
  return equal(profileSignedBytes(current), profileSignedBytes(next)) ? 'same' : 'conflict';
}

export const isProfileName = (name: string): boolean =>
  name.length <= LIMITS.profileNameUnits && !UNSHOWABLE.test(name);

const signedFields = (profile: Profile): Record<string, unknown> => ({
  ...profile.extra,
  format: FORMAT,
  suite: SUITE,
  features: FEATURES,
  key: toHex(profile.key),
  agreement_key: toHex(profile.agreementKey),
  name: profile.name,
  version: profile.version,
  channels: profile.channels,
  ...(profile.agent && { agent: true }),
});

/** Members in the order of their bytes, no white space. Values hold no objects, so one level is enough. */
function canonicalJson(fields: Fields): string {
  const names = Object.keys(fields).sort((a, b) => compare(utf8(a), utf8(b)));
  return `{${names.map((name) => `${JSON.stringify(name)}:${JSON.stringify(fields[name])}`).join(',')}}`;
}

function refuseOtherFormats(fields: Fields): void {
  if (fields.format !== FORMAT) refuse('format', `${FORMAT}`);
  if (fields.suite !== SUITE) refuse('suite', `${SUITE}`);
  if (fields.features !== FEATURES) refuse('features', `${FEATURES}, as this version knows no feature`);
}

function extraOf(fields: Fields): Record<string, string> | undefined {
  const names = Object.keys(fields).filter((name) => !MEMBERS.includes(name));
  if (names.length > EXTRA_COUNT) refuse('profile', `at most ${EXTRA_COUNT} members beyond this version's`);
  for (const name of names) {
    const value = fields[name];
    if (!EXTRA_NAME.test(name)) refuse('profile', 'only known members and ignorable ones (x_…)');
    if (typeof value !== 'string' || value.length > EXTRA_UNITS || !value.isWellFormed()) {
      refuse(name, `a text of at most ${EXTRA_UNITS} UTF-16 units`);
    }
  }
  return names.length > 0 ? Object.fromEntries(names.map((name) => [name, fields[name] as string])) : undefined;
}

function hex(fields: Fields, name: string, length: number): Uint8Array {
  const value = fields[name];
  const bytes = typeof value === 'string' ? fromHex(value, length) : undefined;
  return bytes ?? refuse(name, `${length * 2} lower-case hex characters`);
}

function nameOf({ name }: Fields): string {
  if (typeof name === 'string' && isProfileName(name)) return name;
  return refuse('name', `at most ${LIMITS.profileNameUnits} UTF-16 units without control characters`);
}

function versionOf({ version }: Fields): number {
  if (typeof version === 'number' && Number.isSafeInteger(version) && version > 0) return version;
  return refuse('version', 'a positive integer below 2^53');
}

function channelsOf({ channels }: Fields): string[] {
  if (!Array.isArray(channels) || channels.length > LIMITS.profileChannels) {
    refuse('channels', `an array of at most ${LIMITS.profileChannels} names`);
  }
  const names = channels as unknown[];
  names.forEach((name, i) => {
    if (typeof name !== 'string' || !isChannelName(name)) refuse(`channels[${i}]`, 'a name matching [a-z0-9-]{1,32}');
    if (i > 0 && (names[i - 1] as string) >= name) refuse(`channels[${i}]`, 'ascending order without repeats');
  });
  return names as string[];
}

function agentOf({ agent }: Fields): boolean {
  if (agent === undefined || agent === true) return agent === true;
  return refuse('agent', 'true, or no such member');
}

function refuse(field: string, expected: string): never {
  throw new DecodeError(field, `Cannot read profile: ${field} must be ${expected}`);
}
