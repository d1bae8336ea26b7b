import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RemoteError, StorageError, UsageError } from '../core/errors.ts';
import { EXIT, exitCodeOf, describe as inWords, portProblem } from './exit.ts';

const failure = (fields: object): Error => Object.assign(new Error('it failed'), fields);

describe('exit codes', () => {
  it('tell by whom a failure is to be mended', () => {
    assert.equal(exitCodeOf(new UsageError('x')), EXIT.usage);
    assert.equal(exitCodeOf(new RemoteError('x')), EXIT.remote);
    assert.equal(exitCodeOf(new StorageError('x')), EXIT.failed);
    assert.equal(exitCodeOf('thrown by someone careless'), EXIT.failed);
  });

  it('find a port that is taken below other errors', () => {
    const taken = new Error('outer', { cause: failure({ code: 'EADDRINUSE' }) });
    assert.equal(exitCodeOf(taken), EXIT.port);
    assert.equal(portProblem(failure({ code: 'EACCES', syscall: 'listen' })), 'not allowed');
    assert.equal(portProblem(failure({ code: 'EACCES', syscall: 'open' })), undefined);
  });

  it('end at causes that go in a ring', () => {
    const ring = new Error('a');
    ring.cause = ring;
    assert.equal(exitCodeOf(ring), EXIT.failed);
  });
});

describe('a failure in words', () => {
  it('adds the cause where it says more, and never to our own', () => {
    assert.equal(inWords(new UsageError('Cannot', { cause: new Error('EIO') })), 'Cannot');
    assert.equal(inWords(new Error('Cannot open', { cause: new Error('EIO') })), 'Cannot open (EIO)');
    assert.equal(inWords(new Error('Cannot open: EIO', { cause: new Error('EIO') })), 'Cannot open: EIO');
  });
});
