/** Two peers on loopback, each a process of its own in a new folder, for the parts of the bench that join them. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PeerAnswer, PeerJob } from './peers-job.ts';
import { residentBytes, root } from './processes.ts';

export interface PeerProcess {
  run(job: PeerJob): Promise<PeerAnswer>;
  readonly rss: number[];
  /** On the same data, in a process of its own again. */
  again(): Promise<PeerProcess>;
  stop(): Promise<void>;
}

async function startPeer(dataDir: string): Promise<PeerProcess> {
  const execArgv =
    process.env.PIPES_PEERS_PROFILE === undefined
      ? []
      : ['--cpu-prof', `--cpu-prof-dir=${process.env.PIPES_PEERS_PROFILE}`];
  const child: ChildProcess = fork(join(root, 'bench/peers-process.ts'), [dataDir], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv,
  });
  const ended = once(child, 'exit');
  const rss: number[] = [];
  const sampling = setInterval(() => child.exitCode === null && rss.push(residentBytes(child.pid ?? 0)), 200);
  const stop = async (): Promise<void> => {
    clearInterval(sampling);
    if (child.connected) child.disconnect();
    await ended;
  };
  return {
    rss,
    async run(job) {
      child.send(job);
      const [answer] = (await Promise.race([once(child, 'message'), ended.then(() => [{ failed: 'it ended' }])])) as [
        PeerAnswer,
      ];
      if (answer.failed !== undefined) throw new Error(`${job.do} failed: ${answer.failed}`);
      return answer;
    },
    async again() {
      await stop();
      return startPeer(dataDir);
    },
    stop,
  };
}

type Pair<T> = (giver: PeerProcess, taker: PeerProcess, third: () => Promise<PeerProcess>) => Promise<T>;

export async function pair<T>(work: Pair<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pipes-bench-peers-'));
  const started: PeerProcess[] = [];
  const start = async (name: string): Promise<PeerProcess> => {
    const peer = await startPeer(join(folder, name));
    started.push(peer);
    return peer;
  };
  try {
    return await work(await start('giver'), await start('taker'), () => start('third'));
  } finally {
    await Promise.all(started.map((each) => each.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
}
