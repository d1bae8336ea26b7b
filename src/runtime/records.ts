/** All records of a space, page by page: for spaces that are small enough to hold in memory. */
import type { Store, StoreRecord } from '../core/ports.ts';

const PAGE = 1000;

export async function allRecords(store: Store, space: string): Promise<StoreRecord[]> {
  const all: StoreRecord[] = [];
  for (;;) {
    const page = await store.records(space, PAGE, all.at(-1)?.key);
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}
