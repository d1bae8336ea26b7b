/**
 * Who is connected under which name. The newest connection of a key receives; its older ones stay open, and receive again
 * when it ends. Another key takes over a name that nobody claimed, and the connections that had it are closed, as published.
 */
import type { Link } from './link.ts';

export interface Names {
  readonly size: number;
  /** 'full': this connection, or this server, has too many. */
  register(name: string, key: string, link: Link): 'registered' | 'full';
  /** The connection that receives for the name, and the key that it does so with. */
  holder(name: string): { readonly link: Link; readonly key: string } | undefined;
  /** Closes those that bear the name under another key. */
  evict(name: string, key: string, except?: Link): void;
  leave(link: Link): void;
  list(): Iterable<string>;
}

const PER_LINK = 32;
const MOST = 50_000;

export function createNames(): Names {
  const holders = new Map<string, { key: string; links: Link[] }>();

  const evict = (name: string, key: string, except?: Link): void => {
    const holder = holders.get(name);
    if (holder === undefined || holder.key === key) return;
    holders.delete(name);
    for (const link of holder.links) if (link !== except) link.close();
  };
  const hasRoom = (name: string, link: Link): boolean =>
    link.names.has(name) || (link.names.size < PER_LINK && (holders.has(name) || holders.size < MOST));

  return {
    get size() {
      return holders.size;
    },
    register(name, key, link) {
      const held = holders.get(name);
      if (held?.key === key && held.links.at(-1) === link) return 'registered';
      if (!hasRoom(name, link)) return 'full';
      evict(name, key, link);
      const links = holders.get(name)?.links.filter((each) => each !== link) ?? [];
      holders.set(name, { key, links: [...links, link] });
      link.names.add(name);
      return 'registered';
    },
    holder(name) {
      const holder = holders.get(name);
      const link = holder?.links.at(-1);
      return holder && link && { link, key: holder.key };
    },
    evict,
    leave(link) {
      for (const name of link.names) {
        const holder = holders.get(name);
        if (holder === undefined) continue;
        holder.links = holder.links.filter((each) => each !== link);
        if (holder.links.length === 0) holders.delete(name);
      }
    },
    list: () => holders.keys(),
  };
}
