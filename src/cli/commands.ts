/**
 * The commands, as a table: a name, what --help says of it in one line, and the module that has it, loaded when the
 * command is asked for, so that `pipes up` carries none of the others.
 */
import type { Command } from 'commander';

export type AddCommand = (program: Command, finish: (code: number) => void) => void;

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<AddCommand>;
}

export const COMMANDS: readonly CommandEntry[] = [
  { name: 'up', summary: 'run the relay and the chat page', load: async () => (await import('./up.ts')).addUp },
  {
    name: 'relay',
    summary: 'run a relay for others on a public machine',
    load: async () => (await import('./relay.ts')).addRelay,
  },
  {
    name: 'identity',
    summary: 'make, show, write down or restore who you are',
    load: async () => (await import('./identity.ts')).addIdentity,
  },
  { name: 'send', summary: 'seal a message and send it', load: async () => (await import('./send.ts')).addSend },
  { name: 'listen', summary: 'print messages as they come', load: async () => (await import('./listen.ts')).addListen },
  { name: 'channels', summary: 'list channels', load: async () => (await import('./lists.ts')).addChannels },
  {
    name: 'members',
    summary: 'list who can read a channel',
    load: async () => (await import('./lists.ts')).addMembers,
  },
  {
    name: 'draft',
    summary: 'write the next entry of your log',
    load: async () => (await import('./draft.ts')).addDraft,
  },
  { name: 'message', summary: 'find entries of logs', load: async () => (await import('./message.ts')).addMessage },
  {
    name: 'blob',
    summary: 'keep files for entries to name, and read them',
    load: async () => (await import('./blob.ts')).addBlob,
  },
  {
    name: 'peer',
    summary: 'follow and block authors',
    load: async () => (await import('./friends.ts')).addPeerCommand,
  },
  {
    name: 'bundle',
    summary: 'carry logs and files in folders, zips and pipes',
    load: async () => (await import('./bundle.ts')).addBundle,
  },
  {
    name: 'log',
    summary: 'verify logs, prove entries, show forks',
    load: async () => (await import('./proofs.ts')).addLog,
  },
  { name: 'status', summary: 'what is kept here', load: async () => (await import('./status.ts')).addStatus },
  {
    name: 'agent',
    summary: 'talk with other agents through a keep server',
    load: async () => (await import('./agent.ts')).addAgent,
  },
  {
    name: 'mcp',
    summary: "serve an agent's tools over the Model Context Protocol",
    load: async () => (await import('./mcp.ts')).addMcp,
  },
  {
    name: 'ticket',
    summary: 'show how another machine joins this one',
    load: async () => (await import('./ticket.ts')).addTicket,
  },
  {
    name: 'connect',
    summary: 'join another machine by its ticket',
    load: async () => (await import('./connect.ts')).addConnect,
  },
  {
    name: 'peers',
    summary: 'list other machines, or forget one',
    load: async () => (await import('./peers.ts')).addPeers,
  },
  {
    name: 'paths',
    summary: 'show how other machines are reached',
    load: async () => (await import('./peers.ts')).addPaths,
  },
  { name: 'sync', summary: 'catch up with other machines', load: async () => (await import('./sync.ts')).addSync },
  { name: 'doctor', summary: 'check this machine', load: async () => (await import('./doctor.ts')).addDoctor },
];
