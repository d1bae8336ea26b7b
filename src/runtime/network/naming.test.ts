import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '../../core/bytes.ts';
import { RemoteError, UsageError } from '../../core/errors.ts';
import { clock } from '../../platform/node/crypto.ts';
import { createNaming, type NamingParts } from './naming.ts';

const key = (digit: string): string => digit.repeat(64);
const [ANN, BEN] = [key('a'), key('b')];
const machine = (digit: string, name: string, ...addresses: string[]) => ({
  ...{ key: key(digit), identity: key(digit), name, addresses },
});

/** Who answers what: by the URL that was asked, or by the identity that a pipe was opened to. */
function setUp(answers: Record<string, string>, more: Partial<NamingParts> = {}) {
  const asked: string[] = [];
  const naming = createNaming({
    clock,
    http: {
      async request({ url }) {
        asked.push(url);
        const body = answers[url];
        return { status: body === undefined ? 404 : 200, body: utf8(body ?? ''), header: () => undefined };
      },
    },
    pipes: {
      async open(identity, protocol) {
        asked.push(`${identity.slice(0, 4)} ${protocol}`);
        throw new RemoteError('Cannot open pipe: it is away');
      },
    },
    peers: () => [],
    ...more,
  });
  return { naming, asked };
}

test('a key stands for itself, and nobody is asked', async () => {
  const { naming, asked } = setUp({});
  assert.deepEqual([await naming.person(ANN), asked], [ANN, []]);
});

test('the relay that is used here is asked by its host, others by theirs: over HTTPS, on this machine over HTTP', async () => {
  const answer = JSON.stringify({ person: ANN });
  const urls = [
    'http://localhost:4100/names/ann',
    'https://relay.example/names/ann',
    'https://192.0.2.7:4100/names/ann',
    'http://127.0.0.1:9/names/ann',
    'https://127.0.0.1.example/names/ann',
  ];
  const { naming, asked } = setUp(Object.fromEntries(urls.map((url) => [url, answer])), {
    relay: 'http://localhost:4100',
  });
  for (const relay of ['localhost', 'relay.example', '192.0.2.7:4100', '127.0.0.1:9', '127.0.0.1.example'])
    assert.equal(await naming.person(`ann@${relay}`), ANN);
  assert.deepEqual(asked, urls);
});

test('a known machine is asked by its name, the start of its key or the host of an address, and by no host that only forwards', async () => {
  const peers = () => [
    machine('1', 'home', 'tls://192.0.2.7:4101', '/dns4/relay.example/tcp/4101/p2p/x/p2p-circuit/p2p/y'),
    machine('2', 'relay', '/ip6/2001:db8::1/tcp/4101/p2p/z', '/dns4/two.example/udp/4101/webrtc-direct'),
  ];
  const { naming, asked } = setUp({}, { peers });
  for (const relay of ['home', 'HOME', '11111111', '192.0.2.7', '192.0.2.7:4101', 'two.example', '[2001:db8::1]:4101'])
    await assert.rejects(naming.person(`ann@${relay}`), {
      name: 'RemoteError',
      message: /Cannot ask for ann: .*it is away/,
    });
  const [one, two] = ['1111 pipes/names/1', '2222 pipes/names/1'];
  assert.deepEqual(asked, [one, one, one, one, one, two, two]);
  await assert.rejects(naming.person('ann@relay.example'), RemoteError);
  assert.equal(asked.at(-1), 'https://relay.example/names/ann');
});

test('what several machines or none are called is refused with what would be clear, and nobody is asked', async () => {
  const peers = () => [machine('1', 'relay'), machine('2', 'relay')];
  const { naming, asked } = setUp({}, { peers });
  const said = async (text: string): Promise<string> => {
    const error = await naming.person(text).then(assert.fail, (error: unknown) => error);
    assert.ok(error instanceof UsageError);
    return error.message;
  };
  assert.match(
    await said('ann@relay'),
    /2 known machines are called so; write ann@1111111111111111; ann@2222222222222222/,
  );
  assert.match(
    await said('ann@homw'),
    /no machine here is called "homw" \(known are relay, key 1{16}; relay, key 2{16}\)\. Join it/,
  );
  assert.match(await said('ann@1111'), /no machine here is called/, 'too short for a key');
  assert.deepEqual(asked, []);
});

test('a name that nobody has is refused, one of an agent with where it is reached, and an answer with anything but keys too', async () => {
  const base = 'https://relay.example/names';
  const { naming } = setUp({
    [`${base}/nobody`]: '{}',
    [`${base}/bot%3Aann`]: JSON.stringify({ agent: BEN }),
    [`${base}/liar`]: '{"person":"someone"}',
  });
  await assert.rejects(naming.person('nobody@relay.example'), /nobody has claimed that username at relay\.example$/);
  await assert.rejects(naming.person('bot:ann@relay.example'), /where it is an agent: pipes agent send reaches it/);
  await assert.rejects(naming.person('liar@relay.example'), { name: 'DecodeError' });
  await assert.rejects(naming.person('absent@relay.example'), /expected status 200 from .*, got 404/);
});

test('a machine that keeps names itself asks itself by its own name', async () => {
  const own = () => ({ machine: machine('3', 'here'), lookUp: async () => ({ person: BEN }) });
  const { naming, asked } = setUp({}, { own });
  assert.deepEqual([await naming.person('ben@here'), asked], [BEN, []]);
});
