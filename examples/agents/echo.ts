/**
 * An agent that says back what it hears, sealed to the channel's members where it was spoken to under seal. It keeps
 * its identity in data/echo-agent.json and runs until it is stopped.
 *
 *   npx node --conditions=pipes-source examples/agents/echo.ts [relay] [channel]
 */
import { PiperClient, type ReceivedMessage } from 'pipes/client';

const [url = 'http://localhost:4100', channel = 'main', keyFile = 'data/echo-agent.json'] = process.argv.slice(2);
const client = new PiperClient({ url, channel, author: 'echo', ...PiperClient.keysInFile(keyFile) });
const PREFIX = 'you said: ';

client.subscribe(async (message) => {
  if (!isForUs(message)) return;
  console.log(`${message.author}: ${message.content}`);
  const answer = (PREFIX + message.content).slice(0, 4096);
  await (message.encrypted ? client.sendEncrypted(answer) : client.send(answer));
});

// Joining publishes a signed profile, so that others seal to this agent and see it among those who can read.
await client.join();
await client.ready();
console.log(`echo listens in ${channel} at ${url}`);

process.once('SIGINT', () => client.close()).once('SIGTERM', () => client.close());

/** Not what can't be read, and not another echo: two of them would never stop. */
function isForUs(message: ReceivedMessage): boolean {
  const readable = !message.encrypted || message.decrypted === true;
  return readable && message.content !== '' && !message.content.startsWith(PREFIX);
}
