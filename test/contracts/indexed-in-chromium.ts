/** Store and BlobStore of a page in a real browser, as adapters that the contracts can drive from here. */
import type { Page } from 'playwright-core';
import { StorageError, UsageError } from '../../src/core/errors.ts';
import type { BlobStore, Store } from '../../src/core/ports.ts';
import { guardBlobs, guardStore } from '../../src/core/storage.ts';
import type { FakeClock } from './store-fixtures.ts';
import { fromWire, toWire } from './wire.ts';

const STORE_METHODS = [
  ...['commit', 'find', 'latest', 'since', 'arrivals', 'scopes', 'totals'],
  ...['record', 'records', 'count', 'sweep', 'close'],
  ...['log', 'logs', 'entries', 'entryById', 'entriesByArrival'],
] as const;
const BLOB_METHODS = ['put', 'get', 'size', 'delete', 'total', 'list', 'close'] as const;

/** Arguments are checked on this side too: what is not JSON, like NaN, would not reach the page as it is. */
export async function openStoreIn(page: Page, name: string, clock: FakeClock): Promise<Store> {
  const { object, epoch } = await openIn(page, 'openStore', name, clock);
  return guardStore({ epoch, ...methods(page, object, STORE_METHODS, clock) } as unknown as Store);
}

export async function openBlobsIn(page: Page, name: string, clock: FakeClock): Promise<BlobStore> {
  const { object } = await openIn(page, 'openBlobs', name, clock);
  return guardBlobs(methods(page, object, BLOB_METHODS, clock) as unknown as BlobStore);
}

const openIn = (page: Page, method: string, name: string, clock: FakeClock) =>
  call(page, -1, method, [name], clock) as Promise<{ object: number; epoch: string }>;

function methods(page: Page, object: number, names: readonly string[], clock: FakeClock) {
  return Object.fromEntries(
    names.map((name) => [name, (...parameters: unknown[]) => call(page, object, name, parameters, clock)]),
  );
}

async function call(page: Page, object: number, method: string, parameters: unknown[], clock: FakeClock) {
  const text = await page.evaluate(
    (sent) => (globalThis as unknown as { call(text: string): Promise<string> }).call(sent),
    toWire([object, method, parameters, clock.now()]),
  );
  const answer = fromWire(text) as { value: unknown } | { error: { name: string; message: string } };
  if ('value' in answer) return answer.value;
  const { name, message } = answer.error;
  if (name === 'UsageError') throw new UsageError(message);
  throw name === 'StorageError' ? new StorageError(message) : new Error(`${name}: ${message}`);
}
