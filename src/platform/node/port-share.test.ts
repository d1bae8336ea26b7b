import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { UsageError } from '../../core/errors.ts';
import { type Opening, openSharedPort, type PortLimits, type SharedPort } from './port-share.ts';
import { neighbourhood } from './undecided.ts';

const host = '127.0.0.1';
const onlyLinux = process.platform === 'linux' ? false : 'elsewhere loopback has one address';

/** Time passes when the test says so. */
function handClock() {
  const tasks = new Map<() => void, number>();
  return {
    tasks,
    after(ms: number, task: () => void) {
      tasks.set(task, ms);
      return () => tasks.delete(task);
    },
    pass() {
      for (const task of [...tasks.keys()]) {
        tasks.delete(task);
        task();
      }
    },
  };
}

describe('a shared port', { timeout: 30_000 }, () => {
  let port: SharedPort | undefined;
  const clients: Socket[] = [];
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy();
    await port?.close();
  });

  async function open(limits: Partial<PortLimits> = {}, clock = handClock()): Promise<[SharedPort, typeof clock]> {
    port = await openSharedPort({ host, port: 0, limits, clock });
    return [port, clock];
  }
  async function client(bytes = ''): Promise<Socket> {
    const socket = connect({ host, port: port?.port ?? 0 });
    clients.push(socket);
    socket.on('error', () => {});
    await once(socket, 'connect');
    if (bytes !== '') socket.write(bytes, 'latin1');
    return socket;
  }
  const hungUp = async (socket: Socket) => {
    socket.resume();
    if (!socket.closed) await new Promise((done) => socket.once('close', done));
  };
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((turn) => setTimeout(turn, 2));
  };

  it('gives each connection to the taker of its opening, with every byte that came', async () => {
    const [shared] = await open();
    const seen: string[] = [];
    for (const opening of ['tls', 'http', 'multistream'] as Opening[])
      shared.take(opening, (socket, decided) => {
        decided();
        socket.once('data', (bytes) => {
          seen.push(`${opening} ${bytes.toString('latin1')}`);
          socket.end();
        });
      });
    const all = [await client('\x16tls'), await client('GET /'), await client('\x13/multistream/1.0.0\n')];
    await Promise.all(all.map(hungUp));
    assert.deepEqual(seen.sort(), ['http GET /', 'multistream \x13/multistream/1.0.0\n', 'tls \x16tls']);
  });

  it('waits for the first byte, however late it comes', async () => {
    const [shared] = await open();
    const taken = new Promise<Socket>((resolve) => {
      shared.take('http', resolve);
    });
    const slow = await client();
    await until(() => shared.undecided === 1);
    slow.write('G');
    assert.equal((await taken).read()?.toString(), 'G');
  });

  it('hangs up on an unknown opening, on one that nobody takes, and on one that ends without a byte', async () => {
    const [shared] = await open();
    const stop = shared.take('http', () => assert.fail('nobody should come'));
    stop();
    await Promise.all([hungUp(await client('\x00')), hungUp(await client('GET'))]);
    const mute = await client();
    mute.end();
    await hungUp(mute);
    await until(() => shared.undecided === 0);
  });

  it('drops whoever stays silent or does not finish a handshake, once the time is over, and nobody else', async () => {
    const [shared, clock] = await open({ decideMs: 1234 });
    const decidedOnes: Socket[] = [];
    shared.take('http', (socket, decided) => {
      decidedOnes.push(socket);
      decided();
    });
    shared.take('tls', () => {});
    const decided = await client('GET');
    const silent = await client();
    const halfway = await client('\x16');
    await until(() => decidedOnes.length === 1 && shared.undecided === 2);
    assert.deepEqual([...clock.tasks.values()], [1234, 1234]);
    clock.pass();
    await Promise.all([hungUp(silent), hungUp(halfway)]);
    await until(() => shared.undecided === 0);
    assert.equal(decided.closed, false);
    assert.equal(decidedOnes[0]?.destroyed, false);
  });

  it('bounds the undecided, in all and of one address, and takes more once some have gone', async () => {
    for (const limits of [{ undecided: 5 }, { undecidedPerAddress: 5 }]) {
      const [shared, clock] = await open(limits);
      const held = await Promise.all(Array.from({ length: 5 }, () => client()));
      await until(() => shared.undecided === 5);
      await hungUp(await client());
      assert.equal(shared.undecided, 5);
      clock.pass();
      await Promise.all(held.map(hungUp));
      await until(() => shared.undecided === 0);
      await client();
      await until(() => shared.undecided === 1);
      await shared.close();
    }
  });

  it('lets a newcomer in where a few hold all places, at the cost of whoever holds most', {
    skip: onlyLinux,
  }, async () => {
    const [shared] = await open({ undecided: 6, undecidedPerAddress: 4 });
    const from = async (localAddress: string) => {
      const socket = connect({ host, port: shared.port, localAddress });
      clients.push(socket);
      socket.on('error', () => {}).resume();
      await once(socket, 'connect');
      return socket;
    };
    const crowd: Socket[] = [];
    for (const address of ['127.0.0.2', '127.0.0.2', '127.0.0.2', '127.0.0.2', '127.0.0.3', '127.0.0.3']) {
      crowd.push(await from(address));
      await until(() => shared.undecided === crowd.length);
    }
    const newcomer = await from('127.0.0.4');
    await until(() => crowd[0]?.closed === true);
    assert.deepEqual(
      [...crowd.slice(1), newcomer].filter(({ closed }) => closed),
      [],
    );
    assert.equal(shared.undecided, 6);
    await hungUp(await from('127.0.0.2'));
    assert.equal(newcomer.closed, false);
  });

  it('bounds connections in all, decided ones among them', async () => {
    const [shared] = await open({ connections: 2 });
    let taken = 0;
    shared.take('http', (socket, decided) => {
      socket.resume();
      taken += 1;
      decided();
    });
    await client('G');
    const second = await client('G');
    await until(() => taken === 2);
    await hungUp(await client('G'));
    second.destroy();
    while (taken < 3) {
      const third = await client('G');
      third.resume();
      await until(() => third.closed || taken === 3);
    }
  });

  it('says so where the port is taken, and lets no two take one opening', async () => {
    const [shared] = await open();
    await assert.rejects(openSharedPort({ host, port: shared.port }), UsageError);
    shared.take('tls', () => {});
    assert.throws(() => shared.take('tls', () => {}), UsageError);
  });

  it('counts addresses of one IPv6 network as one', () => {
    assert.equal(neighbourhood('2001:db8:1:2:3:4:5:6'), neighbourhood('2001:db8:1:2::9'));
    assert.notEqual(neighbourhood('2001:db8:1:2::9'), neighbourhood('2001:db8:1:3::9'));
    assert.notEqual(neighbourhood('::1'), neighbourhood('1::'));
    assert.equal(neighbourhood('::ffff:1.2.3.4'), '1.2.3.4');
  });
});
