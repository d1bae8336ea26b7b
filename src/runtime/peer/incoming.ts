/**
 * What a relay sends, on its way into the pipeline and the directory. The relay is not trusted: what is malformed or
 * forged is passed over, and never stops what comes behind it.
 */
import { fitsScope } from '../../core/envelope/placement.ts';
import { DecodeError } from '../../core/errors.ts';
import type { ServerEvent } from '../../core/ports.ts';
import { mailboxScope } from '../../core/scope.ts';
import type { Pipeline } from '../pipeline/types.ts';
import type { Directory } from './directory.ts';
import type { PeerPorts } from './ports.ts';
import { HISTORY_PAGE, type RelayClient } from './relay-client.ts';
import { arrivalOf, readServed, type Served, withoutPrev } from './served.ts';
import { sideBySide } from './side-by-side.ts';

export interface IncomingParts {
  readonly ports: PeerPorts;
  readonly relay: RelayClient;
  readonly pipeline: Pipeline;
  readonly directory: Directory;
  onMembers(channels: readonly string[]): void;
}

/** Messages that are checked and stored side by side, so that they share the cost of reaching the disk. */
export const TAKEN_AT_ONCE = 64;
const HISTORY_PAGES = 40;

export async function takeEvent(parts: IncomingParts, event: ServerEvent): Promise<void> {
  if (event.event === 'profile') await takeProfile(parts, event.data);
  else if (event.event === undefined && event.data !== '') await takeMessage(parts, parse(event.data));
}

async function takeProfile({ directory, onMembers }: IncomingParts, data: string): Promise<void> {
  const channels = await directory.accept(parse(data));
  if (channels.length > 0) onMembers(channels);
}

/** What is no message of a form that we know is passed over: the relay's fault must not stop the stream. */
async function takeMessage(parts: IncomingParts, value: unknown): Promise<void> {
  try {
    const served = readServed(value);
    const admitted = await admit(parts, served);
    const original = admitted ? undefined : withoutPrev(served);
    if (original) await admit(parts, original);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    parts.ports.onError?.(error);
  }
}

async function admit({ ports, pipeline, directory, onMembers }: IncomingParts, served: Served): Promise<boolean> {
  const admission = await pipeline.admit(arrivalOf(served, ports.clock.now(), 'sync'));
  if (admission.kind === 'refused') return false;
  const { message } = served;
  if (message.version === '1.2' && (await directory.learn(message))) onMembers([message.channel]);
  return true;
}

/** Takes who is in the channel now, and looks after those who were and are listed no more. */
export async function fetchProfiles({ relay, directory, onMembers }: IncomingParts, channel: string): Promise<void> {
  let changed = false;
  const take = async (profiles: readonly unknown[]) => {
    for (const json of profiles) changed = (await directory.accept(json)).length > 0 || changed;
  };
  const listed = await relay.profiles(channel);
  await take(listed);
  const present = new Set(listed.map((json) => (json as { key?: unknown } | null)?.key));
  const missing = directory.members(channel).filter(({ by, key }) => by === 'profile' && !present.has(key));
  if (missing.length > 0) await take(await relay.profilesOf(missing.map(({ key }) => key)));
  if (changed) onMembers([channel]);
}

/** Once per channel: what was there before the stream's window of the latest. Newest first would need a cursor back. */
export async function fillHistory(parts: IncomingParts, channel: string): Promise<void> {
  const { store } = parts.ports;
  if ((await store.record('filled', channel)) !== undefined) return;
  let since = new Date(0).toISOString();
  for (let page = 0; page < HISTORY_PAGES; page++) {
    const values = await parts.relay.history(channel, since);
    const line = sideBySide(TAKEN_AT_ONCE);
    for (const value of values) await line.begin(() => takeMessage(parts, value));
    await line.all();
    const next = (values.at(-1) as { createdAt?: unknown } | undefined)?.createdAt;
    if (values.length < HISTORY_PAGE || typeof next !== 'string' || next <= since) break;
    since = new Date(Date.parse(next) - 1).toISOString();
  }
  await store.commit([{ op: 'put', space: 'filled', key: channel, value: since }]);
}

/** What waits in the own mailbox at the relay, a page at a time from where the last call ended. */
export async function fetchMail(parts: IncomingParts, dot1: string): Promise<void> {
  const { store } = parts.ports;
  const key = `mail ${parts.relay.url}`;
  for (let after = Number((await store.record('own', key)) ?? 0); ; ) {
    const { envelopes, next } = await parts.relay.mail(dot1, after);
    for (const value of envelopes) await takeMail(parts, value, mailboxScope(dot1));
    if (envelopes.length === 0 || next <= after) return;
    after = next;
    await store.commit([{ op: 'put', space: 'own', key, value: String(after) }]);
  }
}

async function takeMail({ ports, pipeline }: IncomingParts, value: unknown, scope: string): Promise<void> {
  try {
    const served = readServed(value);
    const arrival = { ...arrivalOf(served, ports.clock.now(), 'sync'), scope };
    if (fitsScope(arrival.envelope, scope)) await pipeline.admit(arrival);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    ports.onError?.(error);
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
