/**
 * Networks of a test's own: Linux network namespaces, joined by cables (veth pairs) that can be pulled out. Nothing is
 * made in the namespace that the test itself runs in, and all of it goes when the test does. What ran in a namespace
 * must have ended by then.
 */
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';

export type Test = { after(task: () => unknown): void };

/** What was made last goes first: processes before their networks and folders. */
export function lastFirst(test: Test): Test {
  const tasks: (() => unknown)[] = [];
  test.after(async () => {
    for (const task of tasks.reverse()) await task();
  });
  return { after: (task) => void tasks.push(task) };
}

export interface Cable {
  /** As from the first end's side. */
  readonly hosts: readonly [string, string];
  pull(): void;
  plug(): void;
  /** Gives one end another address in the same network. */
  move(end: 0 | 1, host: string): void;
}

export interface Network {
  readonly name: string;
  /** Runs a program of Node in it. */
  node(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    stdio: readonly ('pipe' | 'ipc' | 'inherit' | 'ignore')[],
  ): ReturnType<typeof spawn>;
  /** Whatever `ip` can do in it. */
  ip(...args: string[]): string;
  /** Carries packets on between its cables. */
  forward(): void;
  /** Source addresses are rewritten on the way out of that cable, as home routers do; false where the machine has no means. */
  masquerade(cable: Cable, end: 0 | 1): boolean;
}

/** The network that the test itself runs in: for what keeps to loopback. */
export const thisNetwork = (): Network => ({
  name: 'this',
  ip: () => '',
  forward: () => {},
  masquerade: () => false,
  node: (args, env, stdio) => spawn(process.execPath, [...args], { env, stdio: [...stdio] }),
});

/** Why none can be made here; undefined where they can. */
export function whyNoNetworks(): string | undefined {
  if (process.platform !== 'linux') return 'network namespaces are Linux';
  const name = `pipes-try-${randomBytes(4).toString('hex')}`;
  try {
    ip('netns', 'add', name);
    ip('netns', 'del', name);
    return undefined;
  } catch (error) {
    return `no network namespace can be made here: ${String((error as { stderr?: unknown }).stderr ?? error).trim()}`;
  }
}

export function makeNetwork(test: Test, name: string): Network {
  const full = `pipes-${name}-${randomBytes(4).toString('hex')}`;
  ip('netns', 'add', full);
  test.after(() => ip('netns', 'del', full));
  ip('-n', full, 'link', 'set', 'lo', 'up');
  return {
    name: full,
    ip: (...args) => ip('-n', full, ...args),
    // `ip netns exec` becomes the program: its process is the one that is spawned, and signals reach it.
    node: (args, env, stdio) =>
      spawn('ip', ['netns', 'exec', full, process.execPath, ...args], { env, stdio: [...stdio] }),
    forward: () => void ip('netns', 'exec', full, process.execPath, '-e', FORWARD),
    masquerade: (cable, end) => masquerade(full, (cable as Made).interfaces[end]),
  };
}

/** /proc/sys/net shows the namespace of who looks. */
const FORWARD = "require('node:fs').writeFileSync('/proc/sys/net/ipv4/ip_forward', '1')";

interface Made extends Cable {
  readonly interfaces: readonly [string, string];
}

let cables = 0;

/** A network of its own for the two ends: 10.x.y.1 and 10.x.y.2. */
export function connect(a: Network, b: Network): Cable {
  const number = ++cables;
  const net = `10.${77 + (number >> 8)}.${number & 0xff}`;
  const hosts: [string, string] = [`${net}.1`, `${net}.2`];
  const interfaces = [`cable${number}a`, `cable${number}b`] as const;
  const ends = [a, b] as const;
  ip('link', 'add', interfaces[0], 'netns', a.name, 'type', 'veth', 'peer', 'name', interfaces[1], 'netns', b.name);
  for (const end of [0, 1] as const) {
    ends[end].ip('addr', 'add', `${hosts[end]}/24`, 'dev', interfaces[end]);
    ends[end].ip('link', 'set', interfaces[end], 'up');
  }
  const made: Made = {
    ...{ hosts, interfaces },
    pull: () => void a.ip('link', 'set', interfaces[0], 'down'),
    plug: () => void a.ip('link', 'set', interfaces[0], 'up'),
    move(end, host) {
      ends[end].ip('addr', 'flush', 'dev', interfaces[end], 'scope', 'global');
      ends[end].ip('addr', 'add', `${host}/24`, 'dev', interfaces[end]);
    },
  };
  return made;
}

function masquerade(network: string, device: string): boolean {
  // What comes unasked is dropped, as routers do: answered with an error, it would take the port that is being opened.
  const out = `chain out { type nat hook postrouting priority 100; oifname "${device}" masquerade; };`;
  const inside = `chain in { type filter hook input priority 0; iifname "${device}" ct state new drop; };`;
  const rules = `table ip nat { ${out} ${inside} }`;
  const tries: [string, string[], string][] = [
    ['nft', ['-f', '-'], rules],
    ['iptables', ['-t', 'nat', '-A', 'POSTROUTING', '-o', device, '-j', 'MASQUERADE'], ''],
  ];
  return tries.some(([program, args, input]) => {
    try {
      execFileSync('ip', ['netns', 'exec', network, program, ...args], { input, stdio: ['pipe', 'ignore', 'ignore'] });
      return true;
    } catch {
      return false;
    }
  });
}

const ip = (...args: string[]): string =>
  execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
