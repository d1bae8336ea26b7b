import assert from 'node:assert/strict';
import { test } from 'node:test';
import { invitation } from './invitation.ts';

test('a link leads to the channel, and carries nothing else of the address', () => {
  const { link, onlyHere } = invitation('https://chat.example/pipes/?person=new&token=x#/channel/main/abc', 'garden');
  assert.equal(link, 'https://chat.example/pipes/#/channel/garden');
  assert.equal(onlyHere, false);
});

test('a link to this computer alone is known as one', () => {
  for (const host of ['localhost:4100', 'pipes.localhost', '127.0.0.1', '127.8.9.1:80', '[::1]:4100']) {
    assert.equal(invitation(`http://${host}/`, 'main').onlyHere, true, host);
  }
  for (const host of ['localhost.example', '192.168.1.5:4100', '10.127.0.0.example', '[2001:db8::1]']) {
    assert.equal(invitation(`https://${host}/`, 'main').onlyHere, false, host);
  }
});
