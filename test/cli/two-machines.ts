/** Two relays with people at each, all of them processes, that are joined by a ticket. */
import assert from 'node:assert/strict';
import { start, temporaryDirectory } from '../support/command.ts';
import { runQuickly } from '../support/one-process.ts';

interface Test {
  after(task: () => Promise<unknown>): void;
}

export interface Machine {
  readonly dataDir: string;
  readonly url: string;
}

export async function machine(t: Test): Promise<Machine> {
  const dataDir = temporaryDirectory();
  const relay = start(['up', '--json', '--host', '127.0.0.1'], { PORT: '0', P2P_PORT: '0', DATA_DIR: dataDir });
  t.after(() => relay.stop());
  const { port, p2pPort } = JSON.parse(await relay.line((line) => line.startsWith('{')));
  assert.ok(p2pPort > 0);
  return { dataDir, url: `http://127.0.0.1:${port}` };
}

export const ticketOf = async ({ dataDir }: Machine): Promise<string> =>
  (await runQuickly(['ticket', '--no-qr'], { DATA_DIR: dataDir })).stdout.trim();

const messagesAt = async ({ url }: Machine): Promise<{ channel: string }[]> =>
  (await fetch(`${url}/messages?channel=main`)).json();

/** Resolves once that machine has the profile of somebody of that name. */
async function knows({ url }: Machine, name: string): Promise<void> {
  const names = async (): Promise<string[]> =>
    (await (await fetch(`${url}/profiles?channel=main`)).json()).map((each: { name: string }) => each.name);
  while (!(await names()).includes(name)) await new Promise((next) => setTimeout(next, 20));
}

/** One said something before they met, one listens here, and a third answers there. */
export async function conversation(t: Test): Promise<void> {
  const [here, there] = [await machine(t), await machine(t)];
  const said = await runQuickly(['send', 'main', 'before', '--name', 'Ann', '--relay', here.url], {
    DATA_DIR: temporaryDirectory(),
  });
  assert.equal(said.code, 0, said.stderr);
  const connected = await runQuickly(['connect', await ticketOf(here)], { DATA_DIR: there.dataDir });
  assert.equal(connected.code, 0, connected.stderr);
  const cem = { DATA_DIR: temporaryDirectory() };
  const heard = start(['listen', 'main', '--json', '--name', 'Ben', '--relay', here.url], {
    DATA_DIR: temporaryDirectory(),
  });
  t.after(() => heard.stop());
  await heard.line((line) => line.includes('"channel":"main"'));
  // What is said at a machine that does not know of a reader yet is not sealed to them.
  await knows(there, 'Ben');
  const answered = await runQuickly(['send', 'main', 'after', '--name', 'Cem', '--relay', there.url], cem);
  assert.equal(answered.code, 0, answered.stderr);
  await heard.line((line) => line.includes('"after"'));
  assert.equal((await messagesAt(there)).length, 2);
}
