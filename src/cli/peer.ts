/** Opens this installation's peer for one command, and closes it whatever happens. */
import type { Command } from 'commander';
import { RemoteError } from '../core/errors.ts';
import type { Peer, Status } from '../runtime/api.ts';
import { createOutput, type Output } from './output.ts';
import { passphraseOf, passphraseOption } from './passphrase.ts';
import { dataDirOption, relayOption, relayUrl } from './settings.ts';

export interface PeerFlags {
  dataDir: string;
  relay?: string;
  name?: string;
  passphraseFile?: string;
  timeout: string;
  json?: boolean;
}

export function addPeerOptions(command: Command): Command {
  return command
    .addOption(relayOption())
    .addOption(dataDirOption())
    .addOption(passphraseOption())
    .option('--name <name>', 'name to show to others, where none is set yet')
    .option('--timeout <seconds>', 'how long to wait for the relay', '10')
    .option('--json', 'print JSON, one value per line');
}

export async function withPeer<T>(flags: PeerFlags, work: (peer: Peer, output: Output) => Promise<T>): Promise<T> {
  const relay = relayUrl(flags.relay, process.env);
  const { open } = await import('../open/node.ts');
  const peer = await open({
    dataDir: flags.dataDir,
    relay,
    ...(await passphraseOf(flags)),
    ...(flags.name === undefined ? {} : { name: flags.name }),
  });
  try {
    return await work(peer, createOutput(flags.json === true));
  } finally {
    await peer.close();
  }
}

/** Resolves once the relay answers; rejects with RemoteError when it does not in time. */
export function online(peer: Peer, timeoutMs: number): Promise<void> {
  return new Promise((settle, reject) => {
    const look = (status: Status): void => {
      if (status.connection !== 'online') return;
      done();
      settle();
    };
    const timer = setTimeout(() => {
      done();
      const { relay, problem } = peer.status();
      reject(new RemoteError(problem ?? `Cannot reach ${relay}: no answer within ${timeoutMs / 1000} s`));
    }, timeoutMs);
    const unsubscribe = peer.on('status', look);
    const done = (): void => {
      clearTimeout(timer);
      unsubscribe();
    };
    look(peer.status());
  });
}
