/** Usernames (spec/07-relay-http.md#usernames): the own one at the relay that is used here, and people by theirs anywhere. */
import { toHex, utf8 } from '../../core/bytes.ts';
import { RemoteError, UsageError } from '../../core/errors.ts';
import { isUsername } from '../../core/scope.ts';
import { createNaming } from '../network/naming.ts';
import type { Network } from '../network/network.ts';
import type { Directory } from './directory.ts';
import type { PeerPorts } from './ports.ts';
import type { RelayClient } from './relay-client.ts';
import type { Self } from './self.ts';

export interface UsernameParts {
  readonly ports: PeerPorts;
  readonly self: Self;
  readonly directory: Directory;
  readonly network: Pick<Network, 'pipes' | 'peers'>;
  readonly relay: RelayClient | undefined;
  /** The own profile says what it is called from then on. */
  introduce(name: string): Promise<void>;
  onMembers(channels: readonly string[]): void;
}

export interface Usernames {
  /** The key that a recipient stands for. */
  resolve(recipient: string): Promise<string>;
  /** The same, and what the relay knows of that person is known here from then on. */
  meet(recipient: string): Promise<string>;
  claim(username: string): Promise<void>;
}

export function createUsernames({
  ports,
  self,
  directory,
  network,
  relay,
  introduce,
  onMembers,
}: UsernameParts): Usernames {
  const { clock, http, signer } = ports;
  const naming = createNaming({
    ...{ clock, http, pipes: network.pipes, peers: network.peers },
    ...(relay && { relay: relay.url }),
  });
  return {
    resolve: naming.person,
    async meet(recipient) {
      const key = await naming.person(recipient);
      if (relay === undefined || directory.person(key) !== undefined) return key;
      for (const profile of await relay.profilesOf([key])) onMembers(await directory.accept(profile));
      return key;
    },
    async claim(username) {
      if (!isUsername(username))
        throw new UsageError(`Cannot claim ${JSON.stringify(username)}: expected 3 to 32 of a-z, 0-9, "_" and "-"`);
      if (relay === undefined) throw new UsageError('Cannot claim a username: this peer was opened without a relay');
      const { dot1 } = self;
      // Whoever is found by a name is sealed to by the keys of a profile: that has to be there first.
      if (self.state().name === '') await introduce(username);
      const said = await relay.putProfile(self.state().profile);
      if (said.kind === 'later') throw new RemoteError(`Cannot claim ${username}: the relay is busy; try again later`);
      const sig = toHex(await signer.sign(utf8(`claim:${username}:${dot1}`)));
      const outcome = await relay.claimName({ username, dot1, ed25519_pub: toHex(signer.key), sig });
      if (outcome.kind === 'refused') throw new UsageError(`Cannot claim ${username}: ${outcome.error}`);
      if (outcome.kind === 'later')
        throw new RemoteError(`Cannot claim ${username}: the relay is busy; try again later`);
    },
  };
}
