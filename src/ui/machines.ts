/** How many other machines the relay of this page is connected with, as it tells everybody (GET /peers). Numbers alone. */
export interface Machines {
  readonly known: number;
  readonly connected: number;
  /** Of those connected, the ones that it is not in sync with yet. */
  readonly exchanging: number;
}

type Get = (url: string, options: { signal: AbortSignal }) => Promise<{ ok: boolean; json(): Promise<unknown> }>;

const WAIT_MS = 5000;
const MOST = 1_000_000;

/** Undefined where the relay does not say: it is away, or a published one. */
export async function askMachines(relay: string, get: Get = fetch): Promise<Machines | undefined> {
  try {
    const answer = await get(`${relay}/peers`, { signal: AbortSignal.timeout(WAIT_MS) });
    return answer.ok ? machinesIn(await answer.json()) : undefined;
  } catch {
    return undefined;
  }
}

function machinesIn(json: unknown): Machines | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const { known, connected, exchanging } = json as Record<string, unknown>;
  return isCount(known) && isCount(connected) && isCount(exchanging) ? { known, connected, exchanging } : undefined;
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MOST;
