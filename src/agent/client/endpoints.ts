/**
 * Servers that were reached before, in ~/.keep/endpoints.json: the file of the published client, so that both find what
 * the other found. A damaged file counts as an empty one; it is replaced whole, never half.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly version: string;
  readonly agents_online: number;
  /** ISO 8601. */
  readonly last_seen: string;
}

/** More would be no cache but a history. */
const MOST = 64;

/** Of the home directory at the time of asking. */
export const endpointsFile = (): string => join(homedir(), '.keep', 'endpoints.json');

/** In the order in which they are to be tried. */
export async function readEndpoints(file: string = endpointsFile()): Promise<Endpoint[]> {
  try {
    const { endpoints } = JSON.parse(await readFile(file, 'utf8')) as { endpoints?: unknown };
    return Array.isArray(endpoints) ? endpoints.filter(isEndpoint) : [];
  } catch {
    return [];
  }
}

/** Adds the endpoint, or renews it in its place. */
export async function writeEndpoint(endpoint: Endpoint, file: string = endpointsFile()): Promise<void> {
  const known = await readEndpoints(file);
  const isSame = (each: Endpoint): boolean => each.host === endpoint.host && each.port === endpoint.port;
  const endpoints = known.some(isSame)
    ? known.map((each) => (isSame(each) ? endpoint : each))
    : [...known, endpoint].slice(-MOST);
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify({ endpoints }, null, 2)}\n`);
  await rename(temporary, file);
}

function isEndpoint(value: unknown): value is Endpoint {
  const { host, port } = (value ?? {}) as { host?: unknown; port?: unknown };
  return typeof host === 'string' && Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536;
}
