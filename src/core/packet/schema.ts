/**
 * The protobuf message Packet that agents exchange (spec/08-keep.md#packet): its fields, with the numbers and types of the
 * published keep-protocol.
 */

export interface Packet {
  readonly sig: Uint8Array;
  readonly pk: Uint8Array;
  readonly typ: number;
  readonly id: string;
  readonly src: string;
  readonly dst: string;
  readonly body: string;
  readonly fee: bigint;
  readonly ttl: number;
  readonly scar: Uint8Array;
  /** Fields that this version does not know, as they came: handed on, never signed. Absent where there are none. */
  readonly unknown?: Uint8Array;
}

export const TYP = { ask: 0, offer: 1, heartbeat: 2 } as const;

export type FieldKind = 'bytes' | 'text' | 'uint32' | 'uint64';
export type FieldName = Exclude<keyof Packet, 'unknown'>;

/** By number, from 1. */
export const FIELDS: readonly (readonly [FieldName, FieldKind])[] = [
  ['sig', 'bytes'],
  ['pk', 'bytes'],
  ['typ', 'uint32'],
  ['id', 'text'],
  ['src', 'text'],
  ['dst', 'text'],
  ['body', 'text'],
  ['fee', 'uint64'],
  ['ttl', 'uint32'],
  ['scar', 'bytes'],
];

export const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0);
export const EMPTY: Packet = {
  ...{ sig: NOTHING, pk: NOTHING, typ: 0, id: '', src: '', dst: '', body: '', fee: 0n, ttl: 0, scar: NOTHING },
};
