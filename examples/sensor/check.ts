/** Three months of hourly readings, with a power cut between, and a stick that somebody else reads (npm run check). */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { open } from '../../src/open/node.ts';
import { onStage } from '../check.ts';

const MONTH = 30 * 24;

await onStage(async ({ folder, run, start }) => {
  const [data, stick] = [join(folder, 'data'), join(folder, 'stick')];
  mkdirSync(stick);
  await run('sensor/sensor.ts', data, stick, '0', String(MONTH));
  const second = start('sensor/sensor.ts', data, stick, '0');
  await second.line('goes on after');
  await second.stop();
  const [line = ''] = (await run('sensor/sensor.ts', data, stick, '0', String(2 * MONTH))).slice(-1);
  const reader = await open({ dataDir: join(folder, 'reader') });
  const report = await reader.bundles.import(stick);
  assert.ok(report.imported > 3 * MONTH && report.refused.length === 0, JSON.stringify(report));
  assert.ok(Number(line.split(' ')[0]) >= report.imported);
  const days = [];
  for await (const { body } of reader.logs.entries({ kind: 'day' })) days.push(Object.fromEntries(body));
  assert.ok(days.length >= 90 && Number(JSON.parse(days[0]?.least ?? '')) < Number(JSON.parse(days[0]?.most ?? '')));
  await reader.close();
});
