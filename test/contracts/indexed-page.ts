/** The IndexedDB adapters in a browser's page, for a test outside to call (indexed-in-chromium.ts). */
import { openBlobs } from '../../src/platform/browser/blobs.ts';
import { openStore } from '../../src/platform/browser/store.ts';
import { fromWire, toWire } from './wire.ts';

/** Which object, which method, its arguments, and the time there. */
type Call = [object: number, method: string, parameters: unknown[], now: number];

const clock = { time: 0, now: () => clock.time };
const opened: Record<string, unknown>[] = [];

async function call(text: string): Promise<string> {
  const [object, method, parameters, now] = fromWire(text) as Call;
  clock.time = now;
  try {
    return toWire({ value: await perform(object, method, parameters) });
  } catch (error) {
    const { name, message } = error as Error;
    return toWire({ error: { name, message } });
  }
}

async function perform(object: number, method: string, parameters: unknown[]): Promise<unknown> {
  const [name] = parameters as [string];
  if (method === 'openStore') return keep({ ...(await openStore(name, { clock })) });
  if (method === 'openBlobs') return keep({ ...(await openBlobs(name, { clock })) });
  const run = opened[object]?.[method];
  if (typeof run !== 'function') throw new Error(`Cannot call ${method}: expected a method`);
  return run(...parameters);
}

const keep = (adapter: Record<string, unknown>) => ({ object: opened.push(adapter) - 1, epoch: adapter.epoch });

Object.assign(globalThis, { call });
