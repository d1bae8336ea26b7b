import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePolicy } from './policy.ts';

test('without a file every member has its default', () => {
  const policy = parsePolicy('{}', 'policy.json');
  assert.deepEqual(
    [policy.blobQuotaBytes, policy.blobGraceHours, policy.channelRetentionDays, policy.mailboxMax],
    [1_073_741_824, 24, 0, 1000],
  );
  assert.equal(policy.trustedProxies.check('10.0.0.1'), false);
});

test('a wrong member stops the start with its name and the file’s', () => {
  const wrong: [text: string, named: RegExp][] = [
    ['{', /policy\.json: expected JSON/],
    ['[]', /policy\.json: expected a JSON object/],
    ['{"colour": 1}', /policy\.json: colour/],
    ['{"toString": 1}', /policy\.json: toString/],
    ['{"blob_quota_bytes": -1}', /policy\.json: blob_quota_bytes: expected a whole number of at least 0, got -1/],
    ['{"mailbox_max": "7"}', /mailbox_max/],
    ['{"trusted_proxies": "10.0.0.1"}', /trusted_proxies/],
    ['{"trusted_proxies": ["10.0.0.0/33"]}', /trusted_proxies\[0\]/],
    ['{"trusted_proxies": ["::1", "x"]}', /trusted_proxies\[1\]/],
    ['{"embed_origins": ["https://a.example/path"]}', /embed_origins\[0\]/],
    ['{"telemetry_url": "file:///x"}', /telemetry_url/],
  ];
  for (const [text, named] of wrong) assert.throws(() => parsePolicy(text, 'policy.json'), named, text);
});

test('what is decided about peers is read as strictly, and keys in any case', () => {
  const key = 'aB'.repeat(32);
  const { peers, peersAllowed, peersBlocked, serves, peerQuotaPerPeerBytes } = parsePolicy(
    JSON.stringify({ peers: 'listed', peers_allowed: [key], serves: ['channels'], peer_quota_per_peer_bytes: 7 }),
    'policy.json',
  );
  assert.deepEqual([peers, [...peersAllowed], peersBlocked.size], ['listed', [key.toLowerCase()], 0]);
  assert.deepEqual([serves, peerQuotaPerPeerBytes], [['channels'], 7]);
  const wrong: [text: string, named: RegExp][] = [
    ['{"peers": "everybody"}', /policy\.json: peers: expected one of invited, all, listed, got "everybody"/],
    ['{"peers_allowed": "x"}', /peers_allowed: expected an array/],
    ['{"peers_blocked": ["abc"]}', /peers_blocked\[0\]: expected a key of 64 hex characters/],
    ['{"peer_quota_bytes": -1}', /peer_quota_bytes/],
    ['{"serves": ["channels", "toString"]}', /serves\[1\]: expected one of channels, mailboxes, profiles, logs, names/],
  ];
  for (const [text, named] of wrong) assert.throws(() => parsePolicy(text, 'policy.json'), named, text);
});
