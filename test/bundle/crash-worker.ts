/** Exports to a folder, or imports from it, until it is killed: `node crash-worker.ts export|import <folder> <dataDir>`. */
import { writeSync } from 'node:fs';
import { open } from '../../src/open/node.ts';
import { writeBundle } from '../../src/platform/node/bundle-write.ts';
import { contentOf, makeLogWithBlobs } from './support.ts';

const [what = '', folder = '', dataDir = ''] = process.argv.slice(2);
const MADE = { length: 400, every: 2, size: 3000 };

if (what === 'export') {
  const made = [await makeLogWithBlobs(1, MADE)];
  await writeBundle(folder, contentOf(made), { onProgress: ({ blobs }) => writeSync(1, `${blobs}\n`) });
}
if (what === 'import') {
  const peer = await open({ dataDir });
  writeSync(1, '0\n');
  const report = await peer.bundles.import(folder, { onProgress: ({ imported }) => writeSync(1, `${imported}\n`) });
  writeSync(1, `${JSON.stringify(report.refused)}\n`);
  await peer.close();
}
