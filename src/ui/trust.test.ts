import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KnownPerson, Member } from '../runtime/api.ts';
import { concerns } from './trust.ts';

const person = (key: string, name: string, since: number, more: Partial<KnownPerson> = {}): KnownPerson => ({
  ...{ key, name, dot1: `dot1:${key}`, self: false, agent: false, since: new Date(since), verified: undefined },
  ...{ keyChanged: false, acknowledged: false, ...more },
});
const members = (...people: KnownPerson[]): Member[] =>
  people.map(({ key, dot1, name, self, agent }) => ({ key, dot1, name, self, agent, by: 'profile' }));

test('a key that changed is told, until it is accepted', () => {
  const grace = person('a', 'Grace', 1, { keyChanged: true });
  assert.deepEqual(concerns([grace], members(grace)), [{ kind: 'new-key', person: grace }]);
  const accepted = { ...grace, keyChanged: false, acknowledged: true };
  assert.deepEqual(concerns([accepted], members(accepted)), []);
});

test('whoever came second under a name is told of, whatever its case and invisible letters', () => {
  const grace = person('a', 'Grace', 1);
  const other = person('b', 'GRACE\u200b', 2);
  assert.deepEqual(concerns([other, grace], members(grace, other)), [
    { kind: 'same-name', person: other, other: grace },
  ]);
  assert.deepEqual(concerns([other, grace], members(grace)), [], 'only who can read here');
  const seen = { ...other, acknowledged: true };
  assert.deepEqual(concerns([seen, grace], members(grace, seen)), []);
});

test('a name belongs to whoever was verified, and keys that changed are told first', () => {
  const first = person('a', 'Grace', 1);
  const verified = person('b', 'Grace', 2, { verified: new Date(3) });
  const changed = person('c', 'Ben', 3, { keyChanged: true });
  assert.deepEqual(concerns([first, verified, changed], members(first, verified, changed)), [
    { kind: 'new-key', person: changed },
    { kind: 'same-name', person: first, other: verified },
  ]);
});

test('somebody who bears my own name is told of', () => {
  const me = person('a', 'Ada', 1, { self: true });
  const other = person('b', 'Ada', 2);
  assert.deepEqual(
    concerns([me, other], members(me, other)).map(({ kind }) => kind),
    ['same-name'],
  );
});
