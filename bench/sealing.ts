/**
 * Sealing a message to its readers, against the same ciphers of node:crypto with nothing around them. Known readers are
 * those that were sealed to before, whose wrap keys are at hand; a new one costs a key agreement.
 */
import {
  createCipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
  randomUUID,
  sign,
} from 'node:crypto';
import { ciphers, random } from '../src/platform/node/crypto.ts';
import { sealMessage } from '../src/runtime/sealing.ts';
import { newPerson } from '../test/support/signed-posts.ts';
import { type Line, ms, quantile } from './table.ts';

const ROUNDS = 2000;
const PLAINTEXT = randomBytes(200);
const SPKI = Buffer.from('302a300506032b656e032100', 'hex');

export async function sealing(): Promise<Line[]> {
  const lines: Line[] = [];
  for (const count of [5, 50]) {
    const known = await times(sealer(count, false));
    const limit = await times(async () => rawSealer(count, false)());
    lines.push(line(`sealing p50, ${count} known readers`, known, limit, 0.5));
    lines.push(line(`sealing p99, ${count} known readers`, known, limit, 0.99, 0.8));
  }
  const fresh = await times(sealer(5, true), ROUNDS / 4);
  lines.push(
    line('sealing p99, 5 new readers', fresh, await times(async () => rawSealer(5, true)(), ROUNDS / 4), 0.99),
  );
  return lines;
}

function line(what: string, figures: number[], limits: number[], share: number, budget?: number): Line {
  const [figure, limit] = [quantile(figures, share), quantile(limits, share)];
  return {
    ...{ what, figure: ms(figure), limit: `${ms(limit)} node:crypto alone`, ratio: figure / limit },
    budget: budget === undefined ? '' : `≤ ${budget} ms`,
    met: budget === undefined ? undefined : figure <= budget,
  };
}

async function times(work: () => Promise<unknown>, rounds = ROUNDS): Promise<number[]> {
  const all: number[] = [];
  for (let i = -rounds / 4; i < rounds; i++) {
    const begun = performance.now();
    await work();
    if (i >= 0) all.push(performance.now() - begun);
  }
  return all;
}

function sealer(count: number, fresh: boolean): () => Promise<unknown> {
  const author = newPerson();
  const people = Array.from({ length: count }, newPerson);
  const recipients = people.map(({ dot1, agreement }) => ({ dot1, agreementKey: agreement.key }));
  const about = { recipients, plaintext: PLAINTEXT, channel: 'bench', createdAt: new Date().toISOString() };
  return () => {
    // Wrap keys go with the agreement they came from, so a copy of it has none.
    const sender = fresh ? { ...author, agreement: { ...author.agreement } } : author;
    return sealMessage({ ...about, id: randomUUID(), sender }, { ciphers, random });
  };
}

function rawSealer(count: number, fresh: boolean): () => void {
  const key = cached.signing;
  const wrapKeys = cached.wrapKeys.slice(0, count + 1);
  return () => {
    const bodyKey = randomBytes(32);
    seal(bodyKey, PLAINTEXT);
    for (const [i, wrapKey] of wrapKeys.entries()) seal(fresh ? agree(i) : wrapKey, bodyKey);
    sign(null, Buffer.alloc(600 + 150 * count), key);
  };
}

const own = generateKeyPairSync('x25519').privateKey;
const others = Array.from({ length: 51 }, () => rawKey(generateKeyPairSync('x25519').publicKey));
const cached = { signing: generateKeyPairSync('ed25519').privateKey, wrapKeys: others.map(() => randomBytes(32)) };

function rawKey(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(-32);
}

function agree(i: number): Buffer {
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI, others[i] as Buffer]), format: 'der', type: 'spki' });
  const shared = diffieHellman({ privateKey: own, publicKey });
  return Buffer.from(hkdfSync('sha256', shared, 'salt', 'info', 32));
}

function seal(key: Buffer, plaintext: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, randomBytes(12));
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}
