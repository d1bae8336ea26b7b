/** What a scene of the workbench is: a state of the page, and how it comes about. */
import type { Machines } from '../machines.ts';
import type { Panel } from '../shell.ts';
import type { FakePeer } from './fake.ts';
import type { HomeState } from './fake-home.ts';

export interface Scene extends HomeState {
  readonly title: string;
  open(): Promise<FakePeer>;
  readonly secure?: boolean;
  /** What the relay says of other machines. */
  readonly machines?: Machines;
  /** The status of its answer to a ticket that it shall join. */
  readonly joining?: number;
  readonly tabPerson?: boolean;
  readonly panel?: Panel;
  /** What was kept on this device before. */
  readonly kept?: Readonly<Record<string, string>>;
  /** Where the address leads. */
  readonly hash?: string;
  /** What is done one after the other before it is looked at: names of buttons in the language that is spoken, or what
   * goes into the one field. */
  readonly acts?: readonly ({ press: () => string } | { type: string; into?: string })[];
}
