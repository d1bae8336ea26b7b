import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecovery } from './recovery.ts';
import { createFakeHome, type FakeHomeOptions, SOME_WORDS } from './workbench/fake-home.ts';

function begin(options: FakeHomeOptions = {}, random: (below: number) => number = (below) => below - 1) {
  const home = createFakeHome(options);
  const told = { confirmed: 0 };
  return { home, told, recovery: createRecovery(home, random, () => told.confirmed++) };
}

/** What is asked for, and its right answers. */
async function atCheck(recovery: ReturnType<typeof begin>['recovery']) {
  await recovery.show();
  recovery.written();
  const { value } = recovery.step;
  assert.ok(value.kind === 'check');
  return { asked: value.asked, right: value.asked.map((position) => SOME_WORDS[position - 1] as string) };
}

test('the words are shown when they are asked for, not before', async () => {
  const { recovery } = begin();
  assert.equal(recovery.step.value.kind, 'intro');
  await recovery.show();
  assert.deepEqual(recovery.step.value, { kind: 'words', words: SOME_WORDS });
});

test('three different words are asked for, in their order', async () => {
  for (const random of [() => 0, (below: number) => below - 1, (below: number) => below >> 1]) {
    const { asked } = await atCheck(begin({}, random).recovery);
    assert.equal(new Set(asked).size, 3);
    assert.deepEqual(
      asked.toSorted((a, b) => a - b),
      asked,
    );
    for (const position of asked) assert.ok(position >= 1 && position <= 24);
  }
});

test('right answers, however they are typed, let the device forget the words', async () => {
  const { home, recovery, told } = begin();
  const { right } = await atCheck(recovery);
  await recovery.check(right.map((word) => `  ${word.toUpperCase()} `));
  assert.deepEqual(recovery.step.value, { kind: 'done' });
  assert.equal(await home.recoveryWords(), undefined);
  assert.equal(told.confirmed, 1);
  await recovery.show();
  assert.deepEqual(recovery.step.value, { kind: 'done' });
});

test('a wrong answer is named, and nothing is forgotten', async () => {
  const { home, recovery, told } = begin();
  const { asked, right } = await atCheck(recovery);
  await recovery.check([right[0] as string, 'zoo']);
  assert.deepEqual(recovery.step.value, { kind: 'check', asked, wrong: asked.slice(1), checking: false });
  assert.deepEqual([await home.recoveryWords(), told.confirmed], [SOME_WORDS, 0]);
  await recovery.show();
  assert.equal(recovery.step.value.kind, 'words');
});

test('words that cannot be opened say why, and can be asked for again', async () => {
  const { home, recovery } = begin();
  const words = home.recoveryWords;
  home.recoveryWords = async () => {
    throw new Error('Cannot open the root seed: what this browser stored is damaged');
  };
  await recovery.show();
  const { value } = recovery.step;
  assert.ok(value.kind === 'intro' && !value.opening);
  assert.match(value.problem ?? '', /is damaged/);
  home.recoveryWords = words;
  await recovery.show();
  assert.equal(recovery.step.value.kind, 'words');
});
