/** The page of crypto-page.ts in a Chromium, as an adapter that the contracts can drive from here. */
import type { Browser, Page as BrowserPage } from 'playwright-core';
import { toHex } from '../../src/core/bytes.ts';
import { random, sha256 } from '../../src/platform/node/crypto.ts';
import type { CryptoAdapter } from '../contracts/crypto.ts';
import { hex } from '../hex.ts';
import type { Answer, Page } from './crypto-page.ts';

type Result<Name extends keyof Page> = Awaited<ReturnType<Page[Name]>>;
export type Call = <Name extends keyof Page>(
  name: Name,
  ...parameters: Parameters<Page[Name]>
) => Promise<Result<Name>>;

/** Opens the page and returns how to call its functions. */
export async function openPage(browser: Pick<Browser, 'newPage'>, url: string): Promise<Call> {
  const tab = await browser.newPage();
  await tab.goto(url);
  await tab.waitForFunction(() => 'call' in globalThis);
  return callsOf(tab);
}

function callsOf(tab: BrowserPage): Call {
  return async (name, ...parameters) => {
    const answer = await tab.evaluate(
      ([called, all]) =>
        (globalThis as unknown as { call(n: string, p: unknown[]): Promise<Answer> }).call(called, all),
      [name, parameters] as [string, unknown[]],
    );
    if ('error' in answer) throw Object.assign(new Error(answer.error.message), { name: answer.error.name });
    return answer.value as never;
  };
}

/** SHA-256 and random are synchronous ports, which a page elsewhere cannot be: those two stay Node's. */
export function chromiumAdapter(call: Call): CryptoAdapter {
  const optional = (associated: Uint8Array | undefined): [string?] =>
    associated === undefined ? [] : [toHex(associated)];
  return {
    sha256,
    random,
    ciphers: {
      hkdfSha256: async (secret, salt, info, length) =>
        hex(await call('hkdf', toHex(secret), toHex(salt), toHex(info), length)),
      encrypt: async (key, nonce, plaintext, associated) =>
        hex(await call('encrypt', toHex(key), toHex(nonce), toHex(plaintext), ...optional(associated))),
      decrypt: async (key, nonce, sealed, associated) => {
        const plaintext = await call('decrypt', toHex(key), toHex(nonce), toHex(sealed), ...optional(associated));
        return plaintext === undefined ? undefined : hex(plaintext);
      },
    },
    signerFromSeed: async (seed) => ({
      key: hex(await call('signingKey', toHex(seed))),
      sign: async (message) => hex(await call('sign', toHex(seed), toHex(message))),
    }),
    agreementFromSeed: async (seed) => ({
      key: hex(await call('agreementKey', toHex(seed))),
      agree: async (other) => hex(await call('agree', toHex(seed), toHex(other))),
    }),
    createVerifier() {
      const number = call('createVerifier');
      return {
        verify: async (key, signature, message) =>
          call('verify', await number, toHex(key), toHex(signature), toHex(message)),
        close: async () => call('closeVerifier', await number),
      };
    },
  };
}
