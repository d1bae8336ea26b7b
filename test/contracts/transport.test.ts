import { createMemoryNetwork } from '../../src/platform/memory/transport.ts';
import { signerFromSeed } from '../../src/platform/node/crypto.ts';
import { transportContract } from './transport.ts';

transportContract({
  name: 'memory',
  async place() {
    const network = createMemoryNetwork();
    return {
      listening: async (seed) => network.transport(signerFromSeed(seed).key),
      nowhere: async () => 'memory:nobody',
      close: async () => {},
    };
  },
  windowBytes: 262_144 + 65_536,
  unreadable: ['', 'memory:', 'tls://localhost:1', 'nonsense'],
});
