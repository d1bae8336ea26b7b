/**
 * Two peers with a bond each over simulated paths, and what must hold at any moment: within one life of both ends each
 * message comes out once, in order, as it was sent; nothing spins; nothing grows beyond its bounds.
 */
import assert from 'node:assert/strict';
import { type Bond, type BondOptions, createBond } from '../../src/core/route/bond.ts';
import { Agenda, Lane, type Quality, type Random, randomOf } from './network.ts';

export type Side = 'ann' | 'ben';
const OTHER = { ann: 'ben', ben: 'ann' } as const;

interface Link {
  readonly id: string;
  readonly lanes: Record<Side, Lane>;
}

/** What a message says: who sent it in which life, and its number since that life or the last restart of the other. */
interface Content {
  readonly life: number;
  readonly epoch: number;
  readonly n: number;
}

const HEADER = 16;

export class Peer {
  bond: Bond;
  life = 0;
  epoch = 0;
  sent = 0;
  refused = 0;
  /** Times at which messages came out. */
  readonly deliveries: number[] = [];
  deliveredBytes = 0;
  /** Times at which it acted on its own, because time had come. */
  readonly wakes: number[] = [];
  /** Until then the machine does nothing: what comes waits, and timers are late. */
  stalledUntil = 0;
  /** At most so many messages are taken at a time. */
  appetite = Number.POSITIVE_INFINITY;
  last: Content | undefined;
  restarts = 0;
  readonly side: Side;
  readonly #world: World;
  readonly #options: Partial<BondOptions>;
  #wake = 0;

  constructor(world: World, side: Side, options: Partial<BondOptions>) {
    this.#world = world;
    this.side = side;
    this.#options = options;
    this.bond = this.#born();
  }

  send(size: number, urgent: boolean): boolean {
    const message = new Uint8Array(Math.max(size, HEADER)).fill(this.sent & 0xff);
    const view = new DataView(message.buffer);
    view.setUint32(0, this.life);
    view.setUint32(4, this.epoch);
    view.setUint32(8, this.sent);
    view.setUint32(12, message.length);
    const isTaken = this.bond.send(message, { urgent }, this.#world.now);
    if (isTaken) this.sent++;
    else this.refused++;
    this.act();
    return isTaken;
  }

  /** All memory is lost. */
  restart(): void {
    this.life++;
    this.epoch = 0;
    this.sent = 0;
    this.last = undefined;
    this.bond = this.#born();
    this.act();
  }

  act(): void {
    const step = this.bond.take(this.#world.now, this.appetite);
    if (step.restarted) {
      this.restarts++;
      this.epoch++;
      this.sent = 0;
      this.last = undefined;
    }
    for (const message of step.messages) this.#deliver(message);
    for (const { path, frame } of step.frames) this.#world.carry(this.side, path, frame);
    for (const path of step.close) this.#world.hangUp(path, 0);
    if (step.wakeAt !== undefined) this.#sleepUntil(step.wakeAt);
  }

  #born(): Bond {
    const session = Uint8Array.from({ length: 16 }, () => Math.floor(this.#world.random() * 256));
    return createBond({ session, now: this.#world.now, ...this.#options });
  }

  #sleepUntil(at: number): void {
    assert.ok(at > this.#world.now, `${this.side} would wake at once and for ever`);
    const wake = ++this.#wake;
    this.#world.agenda.at(at, () => {
      if (wake !== this.#wake) return;
      if (this.#world.now < this.stalledUntil) return this.#sleepUntil(this.stalledUntil);
      this.wakes.push(at);
      this.act();
    });
  }

  #deliver(message: Uint8Array): void {
    const view = new DataView(message.buffer, message.byteOffset);
    const content = { life: view.getUint32(0), epoch: view.getUint32(4), n: view.getUint32(8) };
    const isSame = this.last?.life === content.life && this.last.epoch === content.epoch;
    const expected = isSame ? (this.last?.n ?? 0) + 1 : 0;
    const what = `${this.side} got ${JSON.stringify(content)} after ${JSON.stringify(this.last)}`;
    assert.equal(content.n, expected, what);
    if (!isSame && this.last) assert.ok(content.life > this.last.life || content.epoch > this.last.epoch, what);
    assert.ok(
      message.subarray(HEADER).every((byte) => byte === (content.n & 0xff)),
      'it came as it was sent',
    );
    this.last = content;
    this.deliveries.push(this.#world.now);
    this.deliveredBytes += message.length;
  }
}

export class World {
  readonly agenda = new Agenda();
  readonly random: Random;
  readonly peers: Record<Side, Peer>;
  readonly links = new Map<string, Link>();
  /** Sees every frame that is sent. */
  onFrame: ((from: Side, path: string, frame: Uint8Array) => void) | undefined;
  #count = 0;

  constructor(seed: number, options: Partial<BondOptions> = {}) {
    this.random = randomOf(seed);
    this.peers = { ann: new Peer(this, 'ann', options), ben: new Peer(this, 'ben', options) };
  }

  get now(): number {
    return this.agenda.now;
  }

  /** A path between the two; its id. */
  connect(group: string, quality: Quality): string {
    const id = `${group}/${++this.#count}`;
    const lane = (to: Side): Lane =>
      new Lane(this.agenda, this.random, quality, (frame) => this.#deliver(to, id, frame));
    this.links.set(id, { id, lanes: { ann: lane('ben'), ben: lane('ann') } });
    for (const peer of Object.values(this.peers)) {
      peer.bond.addPath(id, { group }, this.now);
      peer.act();
    }
    return id;
  }

  carry(from: Side, path: string, frame: Uint8Array): void {
    this.onFrame?.(from, path, frame);
    this.links.get(path)?.lanes[from].send(frame);
  }

  freeze(path: string, sides: readonly Side[] = ['ann', 'ben']): void {
    for (const side of sides) {
      const lane = this.links.get(path)?.lanes[side];
      if (lane) lane.isFrozen = true;
    }
  }

  thaw(path: string): void {
    const link = this.links.get(path);
    link?.lanes.ann.thaw();
    link?.lanes.ben.thaw();
  }

  /** The path ends: nothing more arrives, and each end hears of it within `delay` ms. */
  hangUp(path: string, delay: number): void {
    const link = this.links.get(path);
    if (link === undefined) return;
    this.links.delete(path);
    link.lanes.ann.close();
    link.lanes.ben.close();
    for (const peer of Object.values(this.peers)) {
      const { life } = peer;
      this.agenda.at(this.now + this.random() * delay, () => {
        if (peer.life !== life) return;
        peer.bond.removePath(path, this.now);
        peer.act();
      });
    }
  }

  /** One end loses its memory, and with it its ends of all paths; the other end hears of that later, or never. */
  restart(side: Side): void {
    const other = this.peers[OTHER[side]];
    for (const { id, lanes } of [...this.links.values()]) {
      this.links.delete(id);
      lanes.ann.close();
      lanes.ben.close();
      if (this.random() < 0.5) continue;
      this.agenda.at(this.now + this.random() * 500, () => {
        other.bond.removePath(id, this.now);
        other.act();
      });
    }
    this.peers[side].restart();
  }

  /** All that each end has sent since its life or the other's last restart has come out at the other. */
  isSettled(): boolean {
    return (['ann', 'ben'] as const).every((side) => {
      const [from, to] = [this.peers[side], this.peers[OTHER[side]]];
      const isLast = to.last?.life === from.life && to.last.epoch === from.epoch && to.last.n === from.sent - 1;
      return from.sent === 0 || isLast;
    });
  }

  #deliver(to: Side, path: string, frame: Uint8Array): void {
    const peer = this.peers[to];
    const { life } = peer;
    const read = (): void => {
      if (peer.life !== life) return;
      peer.bond.receive(path, frame, this.now);
      peer.act();
    };
    if (this.now < peer.stalledUntil) this.agenda.at(peer.stalledUntil, read);
    else read();
  }

  get bytesSent(): number {
    return this.#sumPaths('sent');
  }

  #sumPaths(field: 'sent' | 'received'): number {
    return this.peers.ann.bond.paths().reduce((sum, path) => sum + path[field], 0);
  }
}
