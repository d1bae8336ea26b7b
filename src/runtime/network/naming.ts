/**
 * How what people enter becomes a key (spec/12-names.md): a key is one, and name@relay is asked of that relay, once. A relay
 * is the one that is used here, a peer that is known, or a host. Nothing is guessed: whatever is not clear is refused with
 * what would be.
 */
import { fromUtf8 } from '../../core/bytes.ts';
import { RemoteError, UsageError } from '../../core/errors.ts';
import type { Clock, Http } from '../../core/ports.ts';
import { type Named, parseNamed, parseRecipient } from '../../core/recipient.ts';
import type { RemotePeer } from '../api-network.ts';
import { askName } from './names-pipe.ts';
import type { Pipes } from './pipes.ts';

type Machine = Pick<RemotePeer, 'key' | 'identity' | 'name' | 'addresses'>;

export interface NamingParts {
  readonly clock: Pick<Clock, 'after'>;
  readonly http: Pick<Http, 'request'>;
  readonly pipes: Pick<Pipes, 'open'>;
  peers(): readonly Machine[];
  /** Base URL of the relay that is used here. */
  readonly relay?: string;
  /** This machine, where it keeps names itself. */
  own?(): { readonly machine: Machine; lookUp(name: string): Promise<Named> };
}

export interface Resolved extends Named {
  readonly name: string;
  /** Who said so: its name, and its key where one was proved. */
  readonly machine: { readonly key?: string; readonly name: string };
}

export interface Naming {
  /** Rejects with UsageError where the relay is not clear, RemoteError where it does not answer. */
  lookUp(text: string): Promise<Resolved>;
  /** The key of a person. Rejects besides with UsageError where nobody is called so. */
  person(text: string): Promise<string>;
}

const ASK_MS = 10_000;
const SHOWN = 4;
const KEY_START = /^[0-9a-f]{8,64}$/;

export function createNaming(parts: NamingParts): Naming {
  const { clock, http, pipes } = parts;

  const byHttp = async (base: string, name: string): Promise<Named> => {
    const url = `${base}/names/${encodeURIComponent(name)}`;
    const { status, body } = await http.request({ method: 'GET', url, timeoutMs: ASK_MS });
    if (status !== 200)
      throw new RemoteError(`Cannot ask for ${name}: expected status 200 from ${base}, got ${status}`, { status });
    return parseNamed(fromUtf8(body) ?? '');
  };
  const lookUp = async (text: string): Promise<Resolved> => {
    const recipient = parseRecipient(text);
    if (recipient.kind === 'key') return { name: recipient.key, machine: { name: '' }, person: recipient.key };
    const { name, relay } = recipient;
    if (parts.relay !== undefined && hostsOf(parts.relay).includes(relay.toLowerCase()))
      return { name, machine: { name: relay }, ...(await byHttp(parts.relay, name)) };
    const own = parts.own?.();
    const known = own === undefined ? parts.peers() : [own.machine, ...parts.peers()];
    const machine = machineOf(known, name, relay);
    if (machine === undefined) return { name, machine: { name: relay }, ...(await byHttp(baseOf(relay), name)) };
    const said =
      machine === own?.machine ? await own.lookUp(name) : await askName(pipes, clock, machine.identity, name);
    return { name, machine: { key: machine.key, name: machine.name }, ...said };
  };
  return {
    lookUp,
    person: async (text) => personIn(await lookUp(text)),
  };
}

/** Throws UsageError where nobody is called so. */
export function personIn({ person, agent, name, machine }: Resolved): string {
  if (person !== undefined) return person;
  const hint = agent === undefined ? '' : ', where it is an agent: pipes agent send reaches it';
  throw new UsageError(`Cannot find ${name}: nobody has claimed that username at ${machine.name}${hint}`);
}

/** Undefined where it is none of these, and a host that can be asked. Throws UsageError where it is none or several. */
function machineOf<M extends Machine>(known: readonly M[], name: string, relay: string): M | undefined {
  const wanted = relay.toLowerCase();
  const fits = known.filter(
    (machine) =>
      machine.name.toLowerCase() === wanted ||
      (KEY_START.test(wanted) && machine.key.startsWith(wanted)) ||
      machine.addresses.some((address) => hostsOf(address).includes(wanted)),
  );
  if (fits.length === 1) return fits[0];
  if (fits.length > 1) {
    throw new UsageError(
      `Cannot find ${name}@${relay}: ${fits.length} known machines are called so; write ${listed(fits.map(({ key }) => `${name}@${key.slice(0, 16)}`))}`,
    );
  }
  if (isHost(wanted)) return undefined;
  const others = known.map((machine) => `${machine.name}, key ${machine.key.slice(0, 16)}`);
  const cure = others.length === 0 ? 'none is known yet' : `known are ${listed(others)}`;
  throw new UsageError(
    `Cannot find ${name}@${relay}: no machine here is called "${relay}" (${cure}). Join it with pipes connect TICKET, or write the host of its page, such as ${name}@relay.example`,
  );
}

function listed(all: readonly string[]): string {
  const more = all.length > SHOWN ? `, and ${all.length - SHOWN} more` : '';
  return all.slice(0, SHOWN).join('; ') + more;
}

const isHost = (relay: string): boolean => /[.:]/.test(relay) || relay === 'localhost';

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/;

const baseOf = (host: string): string => `${LOOPBACK.test(host.toLowerCase()) ? 'http' : 'https'}://${host}`;

const URL_HOST = /^[a-z]+:\/\/(\[[^\]/]+\]|[^/:]+)(?::(\d+))?(?:\/|$)/;
const MULTIADDRESS = /^\/(?:ip4|ip6|dns|dns4|dns6)\/([^/]+)(?:\/(?:tcp|udp)\/(\d+))?/;

/** The host of a URL or an address, alone and with its port; none of one that goes through another. */
function hostsOf(address: string): string[] {
  if (address.includes('/p2p-circuit')) return [];
  const [, host, port] = URL_HOST.exec(address.toLowerCase()) ?? MULTIADDRESS.exec(address.toLowerCase()) ?? [];
  if (host === undefined) return [];
  const spelt = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return port === undefined ? [spelt] : [spelt, `${spelt}:${port}`];
}
