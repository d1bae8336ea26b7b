/** A peer that is killed at random: opens its folder, says its ticket, joins the other one, and fetches files. */
import { open } from '../../src/open/node.ts';

const [dataDir = '', port = '0', ticket, ...files] = process.argv.slice(2);
const peer = await open({ dataDir, network: { port: Number(port), host: '127.0.0.1' }, onError: () => {} });
const say = (fact: object): void => void process.stdout.write(`${JSON.stringify(fact)}\n`);
say({ ticket: await peer.ticket() });
const receivedBytes = (): number => peer.peers()[0]?.receivedBytes ?? 0;
if (ticket !== undefined) {
  setInterval(() => say({ receivedBytes: receivedBytes() }), 10).unref();
  // The other one may be away at this moment: it is tried again.
  await peer.connect(ticket).catch(() => undefined);
  for (const id of files) await fetched(id);
  await caughtUp();
  say({ receivedBytes: receivedBytes() });
  await peer.close();
  say({ done: true });
  process.exit(0);
}

async function fetched(id: string): Promise<void> {
  for (;;) {
    try {
      for await (const _ of peer.get(id));
      return;
    } catch {
      await changed();
    }
  }
}

async function caughtUp(): Promise<void> {
  while (!peer.peers().some(({ isSettled }) => isSettled)) await changed();
}

function changed(): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      stop();
      clearTimeout(timer);
      resolve();
    };
    const stop = peer.network.on('peers', go);
    const timer = setTimeout(go, 100);
  });
}
