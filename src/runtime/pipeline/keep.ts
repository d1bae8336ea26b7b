/** Stage store: one durable commit per envelope; the store groups those that wait. */
import type { Placed, Store, StoreOp } from '../../core/ports.ts';
import type { Admission, Candidate } from './types.ts';

/** Resolves when the envelope is on disk, which is what an acknowledgement says. */
export async function keep(store: Store, candidate: Candidate, also: readonly StoreOp[]): Promise<Admission> {
  const { scope, time, id, stored: envelope, received, expires, hint } = candidate;
  const place = { op: 'place', scope, time, id, envelope, received, expires, hint } as const;
  const [outcome] = await store.commit([place, ...also]);
  if (outcome?.outcome === 'inserted') {
    return { kind: 'stored', placed: { arrival: outcome.arrival, scope, time, id, envelope, received, expires, hint } };
  }
  const arrival = outcome?.outcome === 'known' ? outcome.arrival : 0;
  const before: Placed | undefined = await store.find(scope, time, id);
  return { kind: 'known', placed: before ?? { arrival, scope, time, id, envelope, received, expires, hint } };
}
