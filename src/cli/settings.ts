/**
 * The ten options of an installation. Each is read from the environment under its flat name or from a flag of the
 * same name, and has a default. Pure: no disk, no network.
 */
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { UsageError } from '../core/errors.ts';

/** As commander hands them over: strings, undefined where neither flag nor environment says anything. */
export interface RelayFlags {
  port: string;
  keepPort: string;
  p2pPort: string;
  dataDir: string;
  dbPath?: string;
  allowedOrigins?: string;
  vapidPublicKey?: string;
  vapidPrivateKey?: string;
  posthogApiKey?: string;
  rateLimits: string;
  host?: string;
}

export interface RelaySettings {
  port: number;
  keepPort: number | 'off';
  p2pPort: number | 'off';
  host?: string;
  dataDir: string;
  dbPath?: string;
  allowedOrigins?: string[];
  posthogApiKey?: string;
  rateLimits: boolean;
}

export function dataDirOption(): Option {
  return new Option('--data-dir <path>', 'where everything is kept').env('DATA_DIR').default('./data');
}

/** An empty variable is one that is not set: that is how shells and containers unset them. */
export function dropEmptyVariables(environment: Record<string, string | undefined>): void {
  for (const name of names) if (environment[name] === '') delete environment[name];
}

const names = [
  'PORT',
  'KEEP_PORT',
  'P2P_PORT',
  'DATA_DIR',
  'DB_PATH',
  'ALLOWED_ORIGINS',
  'VAPID_PUBLIC_KEY',
  'VAPID_PRIVATE_KEY',
  'POSTHOG_API_KEY',
  'RATE_LIMITS',
];

export function addRelayOptions(command: Command): Command {
  return command
    .addOption(new Option('--port <number>', 'HTTP: page, messages, events').env('PORT').default('4100'))
    .addOption(
      new Option('--keep-port <number|off>', "agents' packets (keep-protocol)").env('KEEP_PORT').default('9009'),
    )
    .addOption(new Option('--p2p-port <number|off>', 'other peers and relays').env('P2P_PORT').default('4101'))
    .addOption(dataDirOption())
    .addOption(new Option('--db-path <file>', 'the database (default: in the data directory)').env('DB_PATH'))
    .addOption(
      new Option('--allowed-origins <list>', 'origins whose pages may call, comma-separated (default: all)').env(
        'ALLOWED_ORIGINS',
      ),
    )
    .addOption(new Option('--vapid-public-key <key>', 'reserved: no browser push yet').env('VAPID_PUBLIC_KEY'))
    .addOption(
      new Option('--vapid-private-key <key>', 'reserved; better in the environment, where ps is blind').env(
        'VAPID_PRIVATE_KEY',
      ),
    )
    .addOption(new Option('--posthog-api-key <key>', 'count posts, channels and keys there').env('POSTHOG_API_KEY'))
    .addOption(
      new Option('--rate-limits <on|off>', 'limits per key, per address and in all').env('RATE_LIMITS').default('on'),
    )
    .addOption(new Option('--host <address>', 'listen on this address alone (default: all, as containers need)'));
}

/** Throws UsageError for what can't be meant. */
export function relaySettings(flags: RelayFlags): RelaySettings {
  const origins = listOf(flags.allowedOrigins);
  return {
    port: portOf('PORT', flags.port),
    keepPort: portOrOff('KEEP_PORT', flags.keepPort),
    p2pPort: portOrOff('P2P_PORT', flags.p2pPort),
    dataDir: resolve(flags.dataDir),
    rateLimits: switchOf('RATE_LIMITS', flags.rateLimits),
    ...(flags.host === undefined ? {} : { host: flags.host }),
    ...(flags.dbPath === undefined ? {} : { dbPath: resolve(flags.dbPath) }),
    ...(origins === undefined ? {} : { allowedOrigins: origins }),
    ...(flags.posthogApiKey === undefined ? {} : { posthogApiKey: flags.posthogApiKey }),
  };
}

function portOrOff(name: string, text: string): number | 'off' {
  return text === 'off' ? 'off' : portOf(name, text, ' or "off"');
}

function portOf(name: string, text: string, orElse = ''): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65535) return port;
  throw new UsageError(`Cannot use ${name}: expected a port from 0 to 65535${orElse}, got "${text}".`);
}

function switchOf(name: string, text: string): boolean {
  if (text === 'on' || text === 'off') return text === 'on';
  throw new UsageError(`Cannot use ${name}: expected "on" or "off", got "${text}".`);
}

function listOf(text: string | undefined): string[] | undefined {
  const items = text
    ?.split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  return items === undefined || items.length === 0 ? undefined : items;
}

/** The relay that commands talk to: --relay, else the one that would run here. */
export function relayOption(): Option {
  return new Option('--relay <url>', 'the relay to talk to').default(
    undefined,
    'http://localhost:PORT, the relay of this machine',
  );
}

export function relayUrl(given: string | undefined, environment: Record<string, string | undefined>): string {
  const text = given ?? `http://localhost:${portOf('PORT', environment.PORT ?? '4100')}`;
  const url = URL.parse(text);
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text.replace(/\/+$/, '');
  throw new UsageError(`Cannot use --relay: expected an http or https URL, got "${text}".`);
}
