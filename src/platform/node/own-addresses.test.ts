import assert from 'node:assert/strict';
import type { NetworkInterfaceInfo } from 'node:os';
import { describe, it } from 'node:test';
import { hostsOf, isLocal, ownHosts, passageTo, unmapped, watchOwnHosts } from './own-addresses.ts';

const info = (address: string, internal = false): NetworkInterfaceInfo =>
  ({ address, internal, family: address.includes(':') ? 'IPv6' : 'IPv4' }) as NetworkInterfaceInfo;

describe('this machine’s addresses', () => {
  it('stand global before private, IPv4 before IPv6, without loopback and link-local ones', () => {
    const hosts = ownHosts({
      lo: [info('127.0.0.1', true), info('::1', true)],
      eth0: [info('192.168.1.5'), info('fe80::1'), info('2001:db8::5')],
      ppp0: [info('203.0.113.7'), info('fd00::2'), info('169.254.3.4')],
    });
    assert.deepEqual(hosts, ['203.0.113.7', '2001:db8::5', '192.168.1.5', 'fd00::2']);
  });

  it('are loopback where there is nothing else, and the one that is listened at where it is one', () => {
    assert.deepEqual(ownHosts({ lo: [info('127.0.0.1', true)] }), ['127.0.0.1']);
    assert.deepEqual(hostsOf('203.0.113.7'), ['203.0.113.7']);
    assert.ok(hostsOf('0.0.0.0').every((host) => !host.includes(':')));
    assert.ok(hostsOf('::').length > 0);
  });

  it('are local or not, IPv4 in IPv6 too', () => {
    for (const host of [
      '127.0.0.1',
      '10.1.2.3',
      '172.31.0.1',
      '192.168.0.1',
      '100.64.0.1',
      '::1',
      'fd00::1',
      'fe80::1%eth0',
      '::ffff:10.0.0.1',
    ])
      assert.equal(isLocal(host), true, host);
    for (const host of ['8.8.8.8', '172.32.0.1', '100.128.0.1', '2001:db8::1', '::ffff:8.8.8.8'])
      assert.equal(isLocal(host), false, host);
    assert.equal(passageTo('127.0.0.1'), 'local');
    assert.equal(passageTo('8.8.8.8'), 'direct');
    assert.equal(passageTo(undefined), 'direct');
    assert.equal(unmapped('::ffff:1.2.3.4'), '1.2.3.4');
  });

  it('are watched: a change is told once', (test) => {
    test.mock.timers.enable({ apis: ['setInterval'] });
    let hosts = ['192.168.1.5'];
    let told = 0;
    const stop = watchOwnHosts(
      () => told++,
      1000,
      () => hosts,
    );
    test.mock.timers.tick(3000);
    assert.equal(told, 0);
    hosts = ['192.168.7.5'];
    test.mock.timers.tick(3000);
    assert.equal(told, 1);
    stop();
    hosts = [];
    test.mock.timers.tick(3000);
    assert.equal(told, 1);
  });
});
