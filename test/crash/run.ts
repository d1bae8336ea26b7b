/** `node test/crash/run.ts --kills 300 [--seed n]`: the crash test at length. */
import { parseArgs } from 'node:util';
import { killManyTimes } from './crash.ts';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '300' }, seed: { type: 'string' } } });
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
console.log(`seed ${seed}`);
const report = await killManyTimes(Number(values.kills), seed);
console.log(
  `${report.kills} kills (${report.early} before the first acknowledgement): ${report.envelopes} envelopes, ` +
    `${report.removals} removals and ${report.blobs} blobs acknowledged, none lost, none twice, no half batch`,
);
