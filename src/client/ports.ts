/** What the client needs of the world, and Node's answer to it. Tests hand in their own. */
import type { Ciphers, Http, Random, Sha256, Verifier } from '../core/ports.ts';
import { ciphers, random, sha256 } from '../platform/node/crypto.ts';
import { createVerifier } from '../platform/node/verifier.ts';
import { createHttp } from '../platform/web/http.ts';

export interface ClientPorts {
  readonly http: Http;
  readonly verifier: Verifier;
  readonly sha256: Sha256;
  readonly random: Random;
  readonly ciphers: Ciphers;
  /** As the Clock port, but that a waiting task keeps the process alive: an agent outlives its relay's restart. */
  readonly clock: { now(): number; after(ms: number, task: () => void): () => void };
}

let shared: Verifier | undefined;

/** All clients of a process share one verifier: its threads start with the first burst and end when idle. */
export function nodePorts(): ClientPorts {
  shared ??= createVerifier();
  return { http: createHttp(), verifier: shared, sha256, random, ciphers, clock };
}

const clock: ClientPorts['clock'] = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};
