/**
 * A peer that finds straight ways by WebRTC, run in a network of its own: DATA_DIR NAME STUN RELAY_TICKET. Prints its
 * ticket once it can be reached through the relay; connects to each ticket that comes on stdin; prints "straight" once a
 * straight path to another than the relay stands. It ends by a signal alone: its native library may fall over otherwise.
 */
import { createInterface } from 'node:readline';
import { open } from '../../src/open/node.ts';

const [dataDir = '', name = '', stun = '', relay = ''] = process.argv.slice(2);
const peer = await open({ dataDir, name, network: { port: 'off', webrtc: { stun: [stun] } } });
let isTold = false;
let wasStraight = false;

async function look(): Promise<void> {
  if (!isTold && peer.network.addresses().length > 0) {
    isTold = true;
    console.log(await peer.ticket());
  }
  const paths = peer.peers().flatMap((other) => (other.forwards ? [] : other.paths));
  if (wasStraight || !paths.some(({ passage, state }) => passage === 'direct' && state === 'up')) return;
  wasStraight = true;
  console.log('straight');
}

peer.network.on('peers', () => void look());
// Where it can be reached, and which paths stand, changes without a word.
setInterval(() => void look(), 100);
await peer.connect(relay);
for await (const line of createInterface(process.stdin)) await peer.connect(line.trim());
