// The two agents for programs written with require: signed, in clear, and one answer each.
//
//   npx node --conditions=pipes-source examples/agents/two-agents.cjs [relay] [channel]
'use strict';
const { PiperClient } = require('pipes/client');

const [url = 'http://localhost:4100', channel = 'agents'] = process.argv.slice(2);
const newAgent = (author) => new PiperClient({ url, channel, author, ...PiperClient.generateKeys() });
const [ask, answer] = [newAgent('ask'), newAgent('answer')];

answer.subscribe(async (message) => {
  if (!message.verified || message.author !== 'ask') return;
  console.log(`ask: ${message.content}`);
  await answer.send('Ports in a harbour.');
});
ask.subscribe((message) => {
  if (!message.verified || message.author !== 'answer') return;
  console.log(`answer: ${message.content}`);
  ask.close();
  answer.close();
});

async function main() {
  await Promise.all([ask.ready(), answer.ready()]);
  await ask.send('What do relays and ships have in common?');
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
