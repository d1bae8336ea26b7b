/** Imports until it is killed: `node crash-importer.ts <database> <bundle>`. Prints what has been acknowledged, at once. */
import { createReadStream, writeSync } from 'node:fs';
import { clock } from '../../src/platform/node/crypto.ts';
import { openStore } from '../../src/platform/node/store.ts';
import { createTestLogs } from './support.ts';

const [database = '', bundle = ''] = process.argv.slice(2);
const store = await openStore(database, { clock });
const { logs } = await createTestLogs({ store });
writeSync(1, 'started\n');
await logs.importEntries(createReadStream(bundle, { highWaterMark: 16_384 }), {
  onProgress: ({ imported, known }) => writeSync(1, `${imported + known}\n`),
});
await store.close();
