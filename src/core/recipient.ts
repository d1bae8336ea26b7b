/** Whom a person or a program means (spec/12-names.md): a key, or a name that a relay is asked about. */
import { fromHex } from './bytes.ts';
import { DecodeError, UsageError } from './errors.ts';
import { isAgentName } from './scope.ts';

/** `key` is 64 hex characters. */
export type Recipient = { kind: 'key'; key: string } | { kind: 'name'; name: string; relay: string };

/** What a relay says of one of its names: keys, 64 hex characters. */
export interface Named {
  readonly person?: string;
  readonly agent?: string;
}

const RELAY = /^[A-Za-z0-9._:[\]-]{1,255}$/;
const ANSWER_UNITS = 1024;

/** Throws UsageError for what is neither. */
export function parseRecipient(text: string): Recipient {
  const key = text.toLowerCase();
  if (isKey(key)) return { kind: 'key', key };
  const at = text.lastIndexOf('@');
  const [name, relay] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (isAgentName(name) && RELAY.test(relay)) return { kind: 'name', name, relay };
  throw new UsageError(
    `Cannot use ${JSON.stringify(text.slice(0, 80))}: expected a key of 64 hex characters, or name@relay such as ann@relay.example`,
  );
}

/** Whether it names somebody at a relay: an id of an old Pigeon log begins with "@" and does not. */
export const hasRelay = (text: string): boolean => text.indexOf('@') > 0;

/** Throws DecodeError for what is no answer. */
export function parseNamed(text: string): Named {
  const value = text.length <= ANSWER_UNITS ? json(text) : undefined;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new DecodeError('answer', 'Cannot read answer to a name: expected a JSON object');
  }
  const { person, agent } = value as Record<string, unknown>;
  for (const key of [person, agent]) {
    if (key !== undefined && !isKey(key)) {
      throw new DecodeError('key', 'Cannot read answer to a name: expected keys of 64 lower-case hex characters');
    }
  }
  return { ...(isKey(person) && { person }), ...(isKey(agent) && { agent }) };
}

const isKey = (value: unknown): value is string => typeof value === 'string' && fromHex(value, 32) !== undefined;

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
