/** Claims of names (spec/08-keep.md#claims): a packet to `claim:<name>`, whose body is JSON. */
import { fromHex } from '../bytes.ts';
import { DecodeError } from '../errors.ts';

const BODY_BYTES = 1024;

export interface Claim {
  /** How long it lasts; undefined: as long as the server lets it. */
  readonly expiresS: number | undefined;
  /** Key of the new owner, 64 hex characters. */
  readonly transferTo: string | undefined;
}

/** An empty body claims for as long as may be. Unknown members are passed over. Throws DecodeError. */
export function parseClaim(body: string): Claim {
  if (body.length > BODY_BYTES) throw bad('body', `at most ${BODY_BYTES} characters`);
  const { expires_s, transfer_to_pk } = body === '' ? ({} as Record<string, unknown>) : object(body);
  if (expires_s !== undefined && !(Number.isSafeInteger(expires_s) && (expires_s as number) > 0)) {
    throw bad('expires_s', 'a whole number of seconds above 0');
  }
  if (transfer_to_pk !== undefined && !(typeof transfer_to_pk === 'string' && fromHex(transfer_to_pk, 32))) {
    throw bad('transfer_to_pk', '64 lower-case hex characters');
  }
  return { expiresS: expires_s as number | undefined, transferTo: transfer_to_pk as string | undefined };
}

function object(body: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new DecodeError('body', 'Cannot read claim: body: expected JSON', { cause });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw bad('body', 'a JSON object');
}

const bad = (field: string, wanted: string): DecodeError =>
  new DecodeError(field, `Cannot read claim: ${field}: expected ${wanted}`);
