import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFirstSteps, nextStep, type StepFacts } from './first-steps.ts';

const DAY = 24 * 60 * 60_000;
const START = 1_700_000_000_000;

function device() {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
  return { kept, visit: () => createFirstSteps(storage, 'steps') };
}

const facts = (more: Partial<StepFacts> = {}): StepFacts => ({
  ...{ wordsOpen: true, alone: true, messages: 0, now: START },
  ...more,
});

test('somebody new and alone is offered the words, then to invite, then nothing', () => {
  const steps = device().visit();
  assert.equal(nextStep(steps.put.value, facts()), 'words');
  steps.later('words', facts());
  assert.equal(nextStep(steps.put.value, facts()), 'invite');
  steps.later('invite', facts());
  assert.equal(nextStep(steps.put.value, facts()), undefined);
});

test('who confirmed the words, or has company, is not asked for what is done', () => {
  const { put } = device().visit();
  assert.equal(nextStep(put.value, facts({ wordsOpen: false })), 'invite');
  assert.equal(nextStep(put.value, facts({ alone: false })), 'words');
  assert.equal(nextStep(put.value, facts({ wordsOpen: false, alone: false })), undefined);
});

test('the words come back after days, later each time, and on the next visit too', () => {
  const { visit } = device();
  let now = START;
  for (const days of [3, 7, 14, 30, 30]) {
    visit().later('remind', facts({ now }));
    const { put } = visit();
    assert.equal(nextStep(put.value, facts({ alone: false, now: now + days * DAY - 1 })), undefined);
    now += days * DAY;
    assert.equal(nextStep(put.value, facts({ alone: false, now })), 'remind');
  }
});

test('many messages bring the reminder sooner', () => {
  const steps = device().visit();
  steps.later('words', facts({ messages: 50 }));
  assert.equal(nextStep(steps.put.value, facts({ alone: false, messages: 249 })), undefined);
  assert.equal(nextStep(steps.put.value, facts({ alone: false, messages: 250 })), 'remind');
});

test('confirmed words are not spoken of again', () => {
  const steps = device().visit();
  steps.later('words', facts());
  const late = facts({ wordsOpen: false, alone: false, now: START + 100 * DAY, messages: 10_000 });
  assert.equal(nextStep(steps.put.value, late), undefined);
});

test('a clock that was ahead and is set right silences nothing', () => {
  const steps = device().visit();
  steps.later('words', facts({ now: START + 1000 * DAY }));
  assert.equal(nextStep(steps.put.value, facts({ alone: false })), 'remind');
});

test('what one tab puts off is put off in the other', () => {
  const { visit } = device();
  const [one, other] = [visit(), visit()];
  one.later('invite', facts());
  other.later('words', facts());
  one.refresh();
  assert.deepEqual(one.put.value, other.put.value);
  assert.equal(one.put.value.invite && one.put.value.words === 1, true);
});

test('what was kept and cannot be read is nothing', () => {
  const { kept, visit } = device();
  for (const text of ['{', 'null', '[]', '{"words":-1,"at":"now"}', '7']) {
    kept.set('steps', text);
    assert.equal(nextStep(visit().put.value, facts()), 'words');
  }
});
