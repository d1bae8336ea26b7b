import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { UsageError } from '../../core/errors.ts';
import { random, signerFromSeed } from './crypto.ts';
import { createVerifier, type NodeVerifier, type VerifierOptions } from './verifier.ts';

type Signed = [key: Uint8Array, signature: Uint8Array, message: Uint8Array];

const signer = signerFromSeed(new Uint8Array(32).fill(7));
const signed = async (message: Uint8Array): Promise<Signed> => [signer.key, await signer.sign(message), message];
const signedBatch = (count: number): Promise<Signed[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => signed(random(i))));

function damaged([key, signature, message]: Signed): Signed {
  const other = signature.slice();
  other[40] = (other[40] ?? 0) ^ 1;
  return [key, other, message];
}

/** A worker made of a few lines, for what the real one never does. */
const worker = (body: string): URL =>
  new URL(`data:text/javascript,${encodeURIComponent(`import { parentPort } from 'node:worker_threads';${body}`)}`);

/** Dies over any batch with a message that starts with 0xff, else answers yes. */
const MORTAL = worker(`parentPort.on('message', (batch) => {
  const bytes = new Uint8Array(batch), view = new DataView(batch), verdicts = [];
  for (let at = 0; at < bytes.length; at += 100 + view.getUint32(at, true)) {
    if (bytes[at + 100] === 0xff) process.exit(1);
    verdicts.push(1);
  }
  parentPort.postMessage(Uint8Array.from(verdicts).buffer);
});`);

async function using(options: VerifierOptions, run: (verifier: NodeVerifier) => Promise<void>): Promise<void> {
  const verifier = createVerifier(options);
  try {
    await run(verifier);
  } finally {
    await verifier.close();
  }
}

for (const inline of [0, 4, 1000]) {
  test(`verdicts come back in their places, with ${inline} jobs at most on the calling thread`, () =>
    using({ inline, workers: 2 }, async (verifier) => {
      const batch = (await signedBatch(300)).map((one, i) => (i % 3 === 0 ? damaged(one) : one));
      const verdicts = await Promise.all(batch.map((one) => verifier.verify(...one)));
      assert.deepEqual(
        verdicts,
        batch.map((_, i) => i % 3 !== 0),
      );
    }));
}

test('a lone job starts no worker, and a flood starts no more than allowed', () =>
  using({ workers: 2 }, async (verifier) => {
    assert.equal(await verifier.verify(...(await signed(random(10)))), true);
    assert.equal(verifier.workers(), 0);
    const batch = await signedBatch(500);
    for (let i = 0; i < 200 && verifier.workers() < 2; i++) {
      await Promise.all(batch.map((one) => verifier.verify(...one)));
      assert.ok(verifier.workers() <= 2);
    }
    assert.equal(verifier.workers(), 2);
  }));

test('a burst is answered by the calling thread while the first worker starts', () =>
  using({ workers: 1, workerFile: worker('setInterval(() => {}, 1000);') }, async (verifier) => {
    const batch = await signedBatch(200);
    const verdicts = await Promise.all(batch.map((one) => verifier.verify(...one)));
    assert.ok(verdicts.every(Boolean));
    assert.equal(verifier.workers(), 1);
  }));

test('a malformed signature is refused without a worker', () =>
  using({ inline: 0 }, async (verifier) => {
    const [key, signature, message] = await signed(random(10));
    assert.equal(await verifier.verify(key.subarray(1), signature, message), false);
    assert.equal(await verifier.verify(key, new Uint8Array(64).fill(0xff), message), false);
    assert.equal(verifier.workers(), 0);
  }));

test('a worker ends after its idle time and a new one takes the next batch', () =>
  using({ inline: 0, workers: 1, idleMs: 1 }, async (verifier) => {
    const one = await signed(random(10));
    assert.equal(await verifier.verify(...one), true);
    while (verifier.workers() > 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(await verifier.verify(...one), true);
  }));

test('a job that kills its worker twice is rejected alone; the others are answered', () =>
  using({ inline: 0, workers: 1, workerFile: MORTAL }, async (verifier) => {
    const batch = await Promise.all([random(5), Uint8Array.of(0xff), random(0), random(0)].map(signed));
    batch[0]?.[2].fill(1);
    const outcomes = await Promise.allSettled(batch.map((one) => verifier.verify(...one)));
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    );
  }));

test('a worker that cannot start rejects its jobs instead of leaving them waiting', () =>
  using({ inline: 0, workers: 1, workerFile: worker('throw new Error("no");') }, async (verifier) => {
    await assert.rejects(verifier.verify(...(await signed(random(3)))), { name: 'PipesError' });
  }));

test('what waits is bounded, and there is room again afterwards', () =>
  using({ workers: 1 }, async (verifier) => {
    const one = await signed(new Uint8Array(8 << 20));
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => verifier.verify(...one)));
    assert.equal(outcomes.filter(({ status }) => status === 'rejected').length, 3);
    assert.equal(await verifier.verify(...one), true);
  }));

test('closing waits for what was asked before and refuses what comes after', async () => {
  const verifier = createVerifier({ inline: 0, workers: 1 });
  const one = await signed(random(10));
  const verdict = verifier.verify(...one);
  await verifier.close();
  assert.equal(await verdict, true);
  assert.equal(verifier.workers(), 0);
  await assert.rejects(verifier.verify(...one), UsageError);
});

test('an idle pool lets the process end, a busy one does not', async () => {
  const program = `
    import { createVerifier } from ${JSON.stringify(new URL('./verifier.ts', import.meta.url).href)};
    import { signerFromSeed } from ${JSON.stringify(new URL('./crypto.ts', import.meta.url).href)};
    const signer = signerFromSeed(new Uint8Array(32).fill(1));
    const message = new Uint8Array(9);
    const verdict = await createVerifier({ inline: 0 }).verify(signer.key, await signer.sign(message), message);
    process.stdout.write(String(verdict));`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { timeout: 20_000 });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const [code] = await once(child, 'close');
  assert.deepEqual([code, output], [0, 'true']);
});
