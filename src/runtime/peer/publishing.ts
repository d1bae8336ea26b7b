/**
 * Brings the own profile to a relay. Another device of the same identity may have said something meanwhile, even at
 * the same version: that is asked for first and taken over, or the later of two words would undo the other.
 */
import { RemoteError } from '../../core/errors.ts';
import type { PeerPorts } from './ports.ts';
import type { RelayClient } from './relay-client.ts';
import type { Self } from './self.ts';

export interface PublishingParts {
  readonly ports: Pick<PeerPorts, 'clock' | 'onError'>;
  readonly self: Self;
  readonly relay: Pick<RelayClient, 'profilesOf' | 'putProfile'>;
  /** The own profile as the relay knows it. Whether it was news, after which the link is to be refreshed. */
  onOwnProfile(json: unknown): Promise<boolean>;
}

/**
 * Publishes what is not published yet. Rejects with RemoteError where the relay does not answer; where there was news
 * of the own profile, the refreshed link publishes.
 */
export function createPublishing({ ports, self, relay, onOwnProfile }: PublishingParts): () => Promise<void> {
  const isBehind = () => self.state().profile !== undefined && self.state().version > self.state().published;
  const hasNews = async (): Promise<boolean> => {
    const [latest] = await relay.profilesOf([self.key]).catch(nothingTold);
    return latest !== undefined && onOwnProfile(latest);
  };
  const later = (afterMs: number) =>
    ports.clock.after(afterMs, () => void publish().catch((error) => ports.onError?.(error)));

  const publish = async (): Promise<void> => {
    if (!isBehind() || (await hasNews())) return;
    const said = self.state();
    const outcome = await relay.putProfile(said.profile);
    if (outcome.kind === 'taken') await self.markPublished(said);
    else if (outcome.kind === 'later') later(outcome.afterMs);
    else if (!(await hasNews()) && isBehind())
      ports.onError?.(new RemoteError(`Cannot publish profile: ${outcome.error}`));
  };
  return publish;
}

/** A relay that answers, but not this, may still take a profile. */
function nothingTold(error: unknown): unknown[] {
  if (error instanceof RemoteError && error.status !== undefined) return [];
  throw error;
}
