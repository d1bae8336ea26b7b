/** Two machines with one cable between, the second joined by the ticket of the first. */
import { type Seat, sitAt, startMachine, ticketOf } from './machine.ts';
import { type Cable, connect, makeNetwork, type Test } from './namespaces.ts';

export interface Pair {
  readonly ann: Seat;
  readonly ben: Seat;
  /** Ann's end is the first. */
  readonly cable: Cable;
}

export async function directPair(t: Test): Promise<Pair> {
  const [annNet, benNet] = [makeNetwork(t, 'ann'), makeNetwork(t, 'ben')];
  const cable = connect(annNet, benNet);
  const [ann, ben] = await Promise.all(
    [annNet, benNet].map(async (network) => sitAt(t, await startMachine(t, network))),
  );
  await (ben as Seat).connect(await ticketOf(ann as Seat));
  return { ann: ann as Seat, ben: ben as Seat, cable };
}
