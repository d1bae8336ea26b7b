/**
 * The other machines that the relay of this page is joined with, as it tells them (GET /peers): numbers to everybody;
 * to who sits at its machine also who they are and over what paths, how others join (GET /ticket), and joining them
 * (POST /connect, spec/07-relay-http.md#tickets).
 */
export interface Machines {
  readonly known: number;
  readonly connected: number;
  /** Of those connected, the ones that it is not in sync with yet. */
  readonly exchanging: number;
  /** Undefined where only the numbers were told. */
  readonly peers?: readonly Machine[];
}

export interface Machine {
  readonly key: string;
  readonly name: string;
  readonly isConnected: boolean;
  readonly isSettled: boolean;
  readonly problem: string | undefined;
  readonly paths: readonly MachinePath[];
}

export interface MachinePath {
  readonly passage: Passage;
  readonly state: PathState;
  readonly roundTripMs: number | undefined;
  /** Part of the frames that were lost, 0 to 1. */
  readonly loss: number;
}

export type Passage = (typeof PASSAGES)[number];
export type PathState = (typeof STATES)[number];
/** remembered: nobody answered yet, and it is tried again; refused: no ticket of another machine. */
export type Joining = 'connected' | 'remembered' | 'refused' | 'failed';

interface Request {
  readonly signal: AbortSignal;
  readonly method?: string;
  readonly body?: string;
}
type Ask = (
  url: string,
  request: Request,
) => Promise<{ readonly ok: boolean; readonly status?: number; json(): Promise<unknown> }>;

const PASSAGES = ['direct', 'local', 'relayed'] as const;
const STATES = ['up', 'opening', 'suspect', 'down'] as const;
/** The relay answers within 5 s what depends on the network. */
const WAIT_MS = 8000;
const MOST = 1_000_000;
const MOST_SHOWN = 200;

/** Undefined where the relay does not say: it is away, or a published one. */
export async function askMachines(relay: string, ask: Ask = fetch): Promise<Machines | undefined> {
  const json = await answerOf(relay, '/peers', ask);
  return isRecord(json) ? machinesIn(json) : undefined;
}

/** A line of text that lets others join the relay's machine. */
export async function askTicket(relay: string, ask: Ask = fetch): Promise<string | undefined> {
  const json = await answerOf(relay, '/ticket', ask);
  return isRecord(json) && typeof json.ticket === 'string' ? json.ticket : undefined;
}

export async function joinMachine(relay: string, ticket: string, ask: Ask = fetch): Promise<Joining> {
  const body = JSON.stringify({ ticket: ticket.trim() });
  try {
    const answer = await ask(`${relay}/connect`, { method: 'POST', body, signal: AbortSignal.timeout(WAIT_MS) });
    if (!answer.ok) return answer.status === 400 ? 'refused' : 'failed';
    const json = await answer.json();
    return isRecord(json) && json.connected === true ? 'connected' : 'remembered';
  } catch {
    return 'failed';
  }
}

async function answerOf(relay: string, path: string, ask: Ask): Promise<unknown> {
  try {
    const answer = await ask(relay + path, { signal: AbortSignal.timeout(WAIT_MS) });
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

function machinesIn({ known, connected, exchanging, peers }: Record<string, unknown>): Machines | undefined {
  if (!isCount(known) || !isCount(connected) || !isCount(exchanging)) return undefined;
  const told = Array.isArray(peers) ? { peers: peers.slice(0, MOST_SHOWN).flatMap(machineIn) } : {};
  return { known, connected, exchanging, ...told };
}

function machineIn(json: unknown): Machine[] {
  if (!isRecord(json) || typeof json.key !== 'string' || typeof json.name !== 'string') return [];
  const { key, name, problem, paths } = json;
  return [
    {
      ...{ key, name, isConnected: json.isConnected === true, isSettled: json.isSettled === true },
      problem: typeof problem === 'string' ? problem : undefined,
      paths: Array.isArray(paths) ? paths.slice(0, MOST_SHOWN).flatMap(pathIn) : [],
    },
  ];
}

function pathIn(json: unknown): MachinePath[] {
  if (!isRecord(json)) return [];
  const passage = PASSAGES.find((each) => each === json.passage);
  const state = STATES.find((each) => each === json.state);
  if (passage === undefined || state === undefined) return [];
  const { roundTripMs, loss } = json;
  const isMeasured = typeof roundTripMs === 'number' && roundTripMs >= 0;
  return [
    {
      ...{ passage, state, roundTripMs: isMeasured ? roundTripMs : undefined },
      loss: typeof loss === 'number' ? Math.min(Math.max(loss, 0), 1) : 0,
    },
  ];
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST;
