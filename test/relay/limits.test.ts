/** Limits, proxies, origins and telemetry of a running relay. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { temporaryDirectory } from '../support/command.ts';
import { newPerson, sealedPost, signedPost } from '../support/signed-posts.ts';
import { startTestRelay } from './support.ts';

test('a key over its limit waits a minute, and another is served', async (context) => {
  const relay = await startTestRelay(context, { rateLimits: true });
  const person = newPerson();
  const statuses: number[] = [];
  for (let i = 0; i < 11; i++) statuses.push((await relay.post(await signedPost(person, 'main', `${i}`))).status);
  assert.deepEqual(statuses, [...Array(10).fill(200), 429]);
  const { json, headers } = await relay.post(await signedPost(person, 'main', 'more'));
  assert.equal(json.error, 'rate limit: 30 signed messages per minute');
  assert.equal(headers.get('retry-after'), '60');
  assert.equal((await relay.post(await signedPost(newPerson(), 'main', 'mine'))).status, 200);
});

test('nobody spends another’s credit, by forging or by posting again', async (context) => {
  const relay = await startTestRelay(context, { rateLimits: true });
  const person = newPerson();
  const mine = await sealedPost(person, 'main', 10);
  await relay.post(mine);
  for (let i = 0; i < 15; i++) {
    await relay.post({ ...(await signedPost(person, 'main', 'x')), content: `forged ${i}` });
    assert.equal((await relay.post(mine)).status, 200);
  }
  assert.equal((await relay.post(await signedPost(person, 'main', 'still mine'))).status, 200);
});

test('more than a hundred posts a second pause the relay for ten', async (context) => {
  const relay = await startTestRelay(context, { rateLimits: true });
  const posts = await Promise.all(Array.from({ length: 130 }, (_, i) => signedPost(newPerson(), 'main', `${i}`)));
  const answers = await Promise.all(posts.map((post) => relay.post(post)));
  const refused = answers.find(({ status }) => status === 503);
  assert.ok(refused, 'none was refused');
  assert.equal(refused.headers.get('retry-after'), '10');
  assert.equal((await relay.send('GET', '/health')).status, 200, 'reading goes on');
});

test('unsigned posts are limited by the address that a trusted proxy names', async (context) => {
  const dataDir = temporaryDirectory();
  await writeFile(join(dataDir, 'policy.json'), JSON.stringify({ trusted_proxies: ['127.0.0.0/8'] }));
  const relay = await startTestRelay(context, { dataDir, rateLimits: true });
  const post = (i: number, address: string) =>
    relay.send('POST', '/messages', { content: `${i}` }, { 'x-forwarded-for': address });
  for (let i = 0; i < 10; i++) assert.equal((await post(i, '198.51.100.7')).status, 200);
  assert.equal((await post(10, '198.51.100.7')).json.error, 'rate limit: 30 messages per minute per IP');
  assert.equal((await post(11, '198.51.100.8')).status, 200);
});

test('without a trusted proxy a forwarded address changes nothing', async (context) => {
  const relay = await startTestRelay(context, { rateLimits: true });
  const statuses: number[] = [];
  for (let i = 0; i < 11; i++) {
    const headers = { 'x-forwarded-for': `198.51.100.${i}` };
    statuses.push((await relay.send('POST', '/messages', { content: `${i}` }, headers)).status);
  }
  assert.equal(statuses.at(-1), 429);
});

test('only allowed origins may call from a browser', async (context) => {
  const relay = await startTestRelay(context, { allowedOrigins: ['https://a.example'] });
  const allowed = async (origin: string, method = 'GET') =>
    (await relay.send(method, '/health', undefined, { origin })).headers.get('access-control-allow-origin');
  assert.equal(await allowed('https://a.example'), 'https://a.example');
  assert.equal(await allowed('https://b.example'), null);
  assert.equal(await allowed('null'), null);
  const preflight = await relay.send('OPTIONS', '/profiles', undefined, { origin: 'https://a.example' });
  assert.equal(preflight.status, 204);
  assert.match(preflight.headers.get('access-control-allow-methods') ?? '', /PUT/);
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /Content-Type, Last-Event-ID/);
});

test('a wrong policy stops the start and says where', async (context) => {
  const dataDir = temporaryDirectory();
  await writeFile(join(dataDir, 'policy.json'), '{"mailbox_max": 0}');
  await assert.rejects(startTestRelay(context, { dataDir }), /policy\.json: mailbox_max: expected .* got 0/);
});

test('a full mailbox takes no more, and blobs stop at the quota', async (context) => {
  const dataDir = temporaryDirectory();
  await writeFile(join(dataDir, 'policy.json'), '{"mailbox_max": 1, "blob_quota_bytes": 100}');
  const relay = await startTestRelay(context, { dataDir });
  const person = newPerson();
  const push = async () => relay.send('POST', `/mailbox/${person.dot1}/push`, await sealedPost(person, 'dm', 4));
  assert.equal((await push()).status, 200);
  assert.deepEqual([(await push()).status, (await push()).json.error], [507, 'mailbox full']);
  const { joinChunk } = await import('../../src/core/seal/blob.ts');
  const { sha256Hex } = await import('../../src/relay/blob-keeper.ts');
  const bytes = joinChunk(new Uint8Array(200));
  assert.equal((await relay.send('PUT', `/blobs/${sha256Hex(bytes)}`, bytes)).status, 507);
});

test('telemetry says that something happened, never what, and nothing without a key', async (context) => {
  const batches: string[] = [];
  const sink = createServer(async (request, response) => {
    batches.push(JSON.stringify(await json(request)));
    response.end('{}');
  }).listen(0, '127.0.0.1');
  context.after(() => sink.close());
  await once(sink, 'listening');
  const policy = { telemetry_url: `http://127.0.0.1:${(sink.address() as AddressInfo).port}` };
  for (const posthogApiKey of [undefined, 'phc_test']) {
    const dataDir = temporaryDirectory();
    await writeFile(join(dataDir, 'policy.json'), JSON.stringify(policy));
    const relay = await startTestRelay(context, { dataDir, ...(posthogApiKey && { posthogApiKey }) });
    const person = newPerson();
    await relay.post(await signedPost(person, 'secret-channel', 'secret words'));
    await relay.close();
    if (posthogApiKey === undefined) assert.deepEqual(batches, []);
  }
  const [batch = ''] = batches;
  const events = (JSON.parse(batch).batch as { event: string }[]).map(({ event }) => event).sort();
  assert.deepEqual(events, ['channel_created', 'key_first_seen', 'message_posted']);
  assert.doesNotMatch(batch, /secret|dot1:/);
});
