/**
 * A courier between places without a network: takes in what a stick holds, follows everyone whose log it meets, and
 * writes all of it back, so that the next place has it too. It need not understand what it carries.
 *
 *   npx node --conditions=pipes-source examples/courier/courier.ts <stick> [folder]
 */
import { open } from 'pipes';

const [stick, dataDir = 'data/courier'] = process.argv.slice(2);
if (stick === undefined) throw new Error('Which stick? Give its folder.');

const peer = await open({ dataDir });
const before = await peer.bundles.import(stick).catch((error) => {
  console.log(`nothing to take in: ${error.message}`);
});
if (before) console.log(`took in ${before.imported} entries and ${before.blobs.stored} files`);
for (const { reason, author, depth } of before?.refused ?? []) console.log(`refused ${author} ${depth}: ${reason}`);

const own = (await peer.logs.own()).key;
for await (const { key } of peer.logs.list()) if (key !== own) await peer.logs.follow(key);

const { entries, blobs } = await peer.bundles.export(stick);
console.log(`wrote ${entries} entries and ${blobs} files`);
await peer.close();
