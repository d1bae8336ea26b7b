/** The layer table: which room may import which, as data. ARCHITECTURE.md explains it, tools/check-layers.ts holds it. */
export interface Room {
  readonly path: string;
  /** Rooms, besides itself. */
  readonly mayImport: readonly string[];
  /** Packages; absent where any dependency may be used. */
  readonly packages?: readonly string[];
  /** Whether `node:` modules may be used. */
  readonly node: boolean;
  /** Programs start rooms together; nobody imports them but cli. */
  readonly program?: boolean;
  /** No clock, no lots, no locale: replicas must agree, and tests must repeat. */
  readonly pure?: boolean;
}

const shared = ['src/core', 'src/runtime'];
const nodeSide = ['src/open', ...shared, 'src/platform/web', 'src/platform/node'];

export const rooms: readonly Room[] = [
  { path: 'src/core', mayImport: [], packages: ['@scure/bip39'], node: false, pure: true },
  { path: 'src/runtime', mayImport: ['src/core'], packages: [], node: false, pure: true },
  { path: 'src/platform/web', mayImport: ['src/core'], node: false },
  { path: 'src/platform/memory', mayImport: ['src/core'], packages: [], node: false },
  { path: 'src/platform/node', mayImport: ['src/core', 'src/platform/web'], node: true },
  { path: 'src/platform/browser', mayImport: ['src/core', 'src/platform/web'], node: false },
  { path: 'src/open', mayImport: [...shared, 'src/platform'], node: true },
  { path: 'src/relay', mayImport: nodeSide, node: true, program: true },
  { path: 'src/agent', mayImport: nodeSide, node: true, program: true },
  { path: 'src/client', mayImport: nodeSide, node: true, program: true },
  {
    path: 'src/ui',
    mayImport: ['src/open', ...shared, 'src/platform/web', 'src/platform/browser'],
    node: false,
    program: true,
  },
  { path: 'src/cli', mayImport: [...nodeSide, 'src/relay', 'src/agent', 'src/client'], node: true, program: true },
];

/** What runs in a browser: nothing that is reached from here may use `node:` or platform/node. */
export const browserEntries = ['src/open/browser.ts', 'src/ui/'];

export function roomOf(path: string): Room | undefined {
  return rooms.find((room) => path.startsWith(`${room.path}/`));
}
