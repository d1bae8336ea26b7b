/**
 * Two agents count to ten together, each answering the other under seal, and stop. Nobody exchanges keys: each joins
 * the channel with a signed profile, and the other seals to it.
 *
 *   npx node --conditions=pipes-source examples/agents/two-agents.ts [relay] [channel]
 */
import { PiperClient } from 'pipes/client';

const [url = 'http://localhost:4100', channel = 'agents'] = process.argv.slice(2);
const newAgent = (author: string) => new PiperClient({ url, channel, author, ...PiperClient.generateKeys() });
const [even, odd] = [newAgent('even'), newAgent('odd')];

async function play(self: PiperClient, other: PiperClient): Promise<void> {
  for await (const message of self.messages()) {
    if (!message.decrypted || message.author !== other.author) continue;
    const count = Number(message.content);
    console.log(`${other.author} → ${self.author}: ${count}`);
    if (count < 10) await self.sendEncrypted(String(count + 1));
    if (count >= 9) return;
  }
}

await Promise.all([even.join(), odd.join()]);
const games = Promise.all([play(even, odd), play(odd, even)]);
await Promise.all([even.ready(), odd.ready()]);
await odd.sendEncrypted('1');
await games;
even.close();
odd.close();
