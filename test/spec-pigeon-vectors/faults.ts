/** One fault each, of the third entry of a log. */
import { concat } from '../../src/core/bytes.ts';
import { type Dialect, formatSignature, parseSignature } from '../../src/core/log/dialect.ts';
import { type Fault, type Places, placesOf, withHeader } from './fault.ts';
import { grammarFaults } from './grammar-faults.ts';

export const faults = (dialect: Dialect): Fault[] => {
  const places = placesOf(dialect);
  return [...grammarFaults(places), ...inChain(places)];
};

function inChain({ dialect, old, lipmaa, wrongId }: Places): Fault[] {
  return [
    {
      name: 'altered',
      requirement: 'PGN-16',
      about: 'a value that was exchanged behind the signature',
      reason: 'bad signature',
      line: 0,
      after: (t) => t.replace('n:"2"', 'n:"3"'),
    },
    {
      name: 'signature-s-too-large',
      requirement: 'PGN-16',
      about: 'a signature whose S has the group order added',
      reason: 'bad signature',
      line: 0,
      after: addOrder,
    },
    {
      name: 'gap',
      requirement: 'PGN-19',
      about: 'depth 3 behind depth 1',
      reason: 'gap',
      line: 0,
      depth: 3,
      lines: withHeader({ depth: '3' }),
    },
    {
      name: 'wrong-prev',
      requirement: 'PGN-20',
      about: 'prev names another entry',
      reason: 'wrong prev',
      line: 0,
      lines: withHeader({ prev: wrongId }),
    },
    {
      name: 'prev-none',
      requirement: 'PGN-20',
      about: 'NONE as prev of a later entry',
      reason: 'wrong prev',
      line: 0,
      lines: withHeader({ prev: 'NONE' }),
    },
    ...(dialect === '2020-12'
      ? []
      : [
          {
            name: 'wrong-lipmaa',
            requirement: 'PGN-18',
            about: 'lipmaa says something else',
            reason: 'wrong lipmaa',
            line: 0,
            lines: withHeader({ lipmaa: old ? '0' : wrongId }),
          },
        ]),
    ...(dialect === '2020-12'
      ? []
      : [
          {
            name: 'lipmaa-form',
            requirement: 'PGN-18',
            about: 'lipmaa in the form of another dialect',
            reason: old ? 'syntax' : 'bad id',
            line: lipmaa,
            depth: 2,
            lines: withHeader({ lipmaa: old ? wrongId : '1' }),
          },
        ]),
    {
      name: 'order-of-checks',
      requirement: 'PGN-23',
      about: 'prev is wrong and the signature too: the link is told',
      reason: 'wrong prev',
      line: 0,
      lines: withHeader({ prev: wrongId }),
      after: (t) => t.replace('n:"2"', 'n:"3"'),
    },
  ];
}

const ORDER_OF_GROUP = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The signature with L added to its S: libraries that do not ask for S < L take it. */
function addOrder(text: string): string {
  const at = text.lastIndexOf(' ') + 1;
  const dialect = text.endsWith('.sig.ed25519') ? '2020-04' : '2020-06';
  const signature = parseSignature(dialect, text.slice(at)) ?? new Uint8Array(64);
  const s = BigInt(`0x${Buffer.from(signature.slice(32)).reverse().toString('hex')}`) + ORDER_OF_GROUP;
  const larger = Buffer.from(s.toString(16).padStart(64, '0'), 'hex').reverse();
  return text.slice(0, at) + formatSignature(dialect, concat(signature.subarray(0, 32), larger));
}
