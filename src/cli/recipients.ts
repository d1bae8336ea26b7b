/** Whom a command is for, where that is written name@relay (spec/12-names.md): resolved here, and once. */
import { RemoteError, UsageError } from '../core/errors.ts';
import { hasRelay, type Named } from '../core/recipient.ts';
import type { Peer } from '../runtime/api.ts';
import { personIn, type Resolved } from '../runtime/network/naming.ts';
import { findOwnRelay } from './owner.ts';

type Answer = Resolved & { readonly here: Named };

/** The relay that runs on this data knows more machines than a command does. Undefined where none runs. */
async function askOwnRelay(dataDir: string, recipient: string): Promise<Answer | undefined> {
  const relay = await findOwnRelay(dataDir);
  try {
    return await relay?.ask<Answer>('GET', `/owner/names/${encodeURIComponent(recipient)}`);
  } catch (error) {
    if (!(error instanceof RemoteError && error.status === 400)) throw error;
    // Without the cause: the relay did answer, and it is the command line that is wrong.
    throw new UsageError(error.message);
  }
}

/** The key of a person; `peer` is asked where no relay runs on this data. */
export async function personOf(recipient: string, dataDir: string, peer: Pick<Peer, 'resolve'>): Promise<string> {
  const answer = hasRelay(recipient) ? await askOwnRelay(dataDir, recipient) : undefined;
  return answer === undefined ? peer.resolve(recipient) : personIn(answer);
}

/** The key that name@relay stands for, of a person. */
export async function keyOf(recipient: string, dataDir: string): Promise<string> {
  return personIn(await answerOf(recipient, dataDir));
}

/** The bare name to write into a packet, which means the same agent at the keep server here as at that relay. */
export async function agentOf(recipient: string, dataDir: string): Promise<string> {
  const { name, machine, agent, here } = await answerOf(recipient, dataDir);
  if (agent === undefined)
    throw new UsageError(`Cannot find ${recipient}: no agent has claimed ${name} at ${machine.name}`);
  if (here.agent === agent) return name;
  const cause =
    here.agent === undefined
      ? `its claim has not come here (yet); pipes peers shows whether the two are in sync, and policy.json whether both serve names`
      : `here ${name} belongs to another key (${here.agent.slice(0, 16)}, not ${agent.slice(0, 16)}); one of the two has to claim another name`;
  throw new UsageError(`Cannot reach ${recipient} from here: ${cause}`);
}

async function answerOf(recipient: string, dataDir: string): Promise<Answer> {
  const answer = await askOwnRelay(dataDir, recipient);
  if (answer !== undefined) return answer;
  throw new UsageError(
    `Cannot find ${recipient}: no relay runs on ${dataDir}, and it would know other machines. Start it with pipes up`,
  );
}
