/** What redundancy costs, and what a bond makes of the paths it has. The figures are printed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { line, load, quality } from './cost.ts';

for (const [latency, rate] of [
  [2, 12_500],
  [20, 6000],
  [150, 6000],
  [100, 500],
] as const) {
  test(`bulk fills a path of ${latency} ms and ${rate} bytes/ms, without a long queue before it`, (t) => {
    const cost = load({ paths: [['direct', quality(latency, rate)]], size: 60_000, urgent: false });
    t.diagnostic(line(cost));
    assert.ok(cost.rate > 0.75 * rate, `${cost.rate} of ${rate}`);
    assert.ok(cost.roundTripMs < 3.1 * latency + 60, `${cost.roundTripMs} ms`);
    assert.ok(cost.there < 1.06 && cost.back < 0.01);
  });
}

test('bulk goes over the best path alone, and costs one copy', (t) => {
  const paths = [
    ['direct', quality(10, 5000)],
    ['relay-a', quality(40, 5000)],
    ['relay-b', quality(50, 5000)],
  ] as const;
  const cost = load({ paths, size: 8000, urgent: false });
  t.diagnostic(line(cost));
  assert.ok(cost.there < 1.1, `${cost.there}`);
});

test('urgent messages cost two copies, not three', (t) => {
  const paths = [
    ['direct', quality(10, 5000)],
    ['relay-a', quality(40, 5000)],
    ['relay-b', quality(50, 5000)],
  ] as const;
  const cost = load({ paths, size: 1000, urgent: true });
  t.diagnostic(line(cost));
  assert.ok(cost.there > 1.8 && cost.there < 2.25, `${cost.there}`);
});
