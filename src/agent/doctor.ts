/**
 * Why a keep server says nothing. It drops what it does not accept without a word (spec/08-keep.md), so that what is
 * wrong must be found from outside: with packets of our own, or by looking at another program's bytes.
 */
import { within } from './client/deadline.ts';
import { isPortOpen } from './client/ensure.ts';
import { KeepClient, type KeepClientOptions } from './client.ts';
import { type Finding, fail, ok, warn } from './doctor-finding.ts';

export type { Finding } from './doctor-finding.ts';
export { examinePacket } from './doctor-packet.ts';

const PROBE_MS = 3000;
/** Clocks may differ by so much anywhere in Pipes. */
const SKEW_MS = 300_000;

/** Checks in the order in which one depends on the other, up to the first that makes the rest idle. */
export async function examine(options: KeepClientOptions, to?: string): Promise<Finding[]> {
  await using client = new KeepClient({ ...options, timeoutMs: Math.min(options.timeoutMs ?? PROBE_MS, PROBE_MS) });
  const key = await keyOf(client);
  if (key.state === 'fail') return [key];
  const where = `${client.host}:${client.port}`;
  if (!(await isPortOpen(client.host, client.port, PROBE_MS))) return [key, fail('server', nobodyAt(where))];
  const answer = await client.send('', { dst: 'discover:info' }).catch((error: Error) => error);
  if (answer === undefined || answer instanceof Error) return [key, await whatElse(client, where)];
  const info = parse(answer.body);
  const server = ok('server', `${where} answers signed packets, version ${String(info.version)}`);
  const findings = [key, server, clockOf(info), await nameOf(client)];
  return to === undefined ? findings : [...findings, await addressee(client, to)];
}

async function keyOf(client: KeepClient): Promise<Finding> {
  try {
    return ok('key', `signs with ${await client.key()}`);
  } catch (error) {
    return fail('key', error instanceof Error ? error.message : String(error));
  }
}

function nobodyAt(where: string): string {
  return `nothing listens at ${where}: start "pipes up" there, or say where it runs with KEEP_HOST and KEEP_PORT`;
}

/** It listens, but a signed packet of ours is not answered. */
async function whatElse({ host, port }: KeepClient, where: string): Promise<Finding> {
  const http = await within(PROBE_MS, undefined, (signal) => fetch(`http://${host}:${port}/health`, { signal })).catch(
    () => undefined,
  );
  if (http?.kind === 'done') {
    return fail('server', `${where} is a web server: use the port for packets, KEEP_PORT (9009), not PORT`);
  }
  const reasons = 'it is another program, or it limits this key or address for now';
  return fail('server', `${where} listens but does not answer a signed packet: ${reasons}; its log says more`);
}

function clockOf({ time }: Record<string, unknown>): Finding {
  if (typeof time !== 'number') return ok('clock', 'the server does not tell its time');
  const off = time - Date.now();
  const said = `${Math.abs(off / 1000).toFixed(1)} s ${off < 0 ? 'behind' : 'ahead of'} this machine`;
  if (Math.abs(off) <= SKEW_MS) return ok('clock', `the server's is ${said}`);
  return warn(
    'clock',
    `the server's is ${said}: claims and waiting packets end at another time than you expect; set it`,
  );
}

async function nameOf(client: KeepClient): Promise<Finding> {
  const { src } = client;
  try {
    await client.connect();
    return ok('name', `${src} is this key's to use`);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (!message.endsWith('name_claimed')) return fail('name', message);
    return fail(
      'name',
      `${src} is claimed by another key: take another name with --as, or use the key that claimed it`,
    );
  }
}

async function addressee(client: KeepClient, to: string): Promise<Finding> {
  const agents = await client.discoverAgents();
  if (agents.includes(to)) return ok('addressee', `${to} is connected`);
  const told = await client.tell(to, 'pipes agent doctor', { ttl: 1, typ: 2 });
  if (told.kind === 'delivered') return ok('addressee', `${to} gets what is sent`);
  if (told.kind === 'queued') return warn('addressee', `${to} is away: what is sent waits for it`);
  return fail('addressee', `${to}: ${told.error}; connected are ${agents.slice(0, 20).join(', ') || 'none'}`);
}

function parse(body: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(body)) as Record<string, unknown>;
  } catch {
    return {};
  }
}
