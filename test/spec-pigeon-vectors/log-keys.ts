/** First entries that an identity certifies, and revocations; written out by hand, not by core/log/ownership.ts. */
import { concat, toHex, utf8 } from '../../src/core/bytes.ts';
import { type Dialect, formatId, formatSignature } from '../../src/core/log/dialect.ts';
import { bundleText, type Lines, LogWriter, type PigeonVector, signerOf } from './writer.ts';

const CREATED = '20260131T120000.000Z';
const ISO = '2026-01-31T12:00:00.000Z';
const OLD = `TEXT.${'0'.repeat(51)}G`;
const dialect: Dialect = '2020-06';

export async function logKeys(): Promise<PigeonVector[]> {
  const identity = formatId(dialect, 'identity', signerOf('ann').key);
  const lost = formatId(dialect, 'identity', signerOf('ben').key);
  const log = () => new LogWriter(dialect, 'device');
  const own = formatId(dialect, 'identity', signerOf('device').key);
  const certified = await certificate(own, identity, 'NONE');
  const made = async (
    file: string,
    about: string,
    body: string[],
    expect: NonNullable<PigeonVector['expect']>,
    change?: (lines: Lines) => Lines,
    kind = 'pipes.log',
  ): Promise<PigeonVector> => {
    const lines = log().lines(body, kind);
    return {
      ...{
        file,
        dialect,
        tries: 'log certificate',
        requirements: [kind === 'pipes.log' ? 'PGN-39' : 'PGN-40'],
        about,
        expect,
      },
      bytes: utf8(bundleText([await log().sign(change?.(lines) ?? lines)])),
    };
  };
  const replaced = (at: number, line: string) => certified.with(at, line);
  const facts = { identity: toHex(signerOf('ann').key), created: ISO };
  return [
    await made('log-key.pgn', 'a log that ann certifies', certified, {
      ...facts,
      log: toHex(signerOf('device').key),
      previous: 'NONE',
    }),
    await made('log-key-restored.pgn', 'a log that goes on from an older head', await certificate(own, identity, OLD), {
      ...{ ...facts, log: toHex(signerOf('device').key), previous: OLD },
    }),
    await made(
      'no-log-key-another-log.pgn',
      'the certificate of another log',
      await certificate(lost, identity, 'NONE'),
      { reason: 'bad signature' },
    ),
    await made(
      'no-log-key-another-time.pgn',
      'another time than the one signed',
      replaced(2, `created:"20260131T120001.000Z"`),
      { reason: 'bad signature' },
    ),
    await made('no-log-key-format.pgn', 'a format that is not known', replaced(0, 'format:"2/1/0"'), {
      reason: 'no statement',
    }),
    await made('no-log-key-colons.pgn', 'a time with colons', replaced(2, `created:"${ISO}"`), {
      reason: 'no statement',
    }),
    await made('no-log-key-depth.pgn', 'at another depth than 0', certified, { reason: 'no statement' }, (lines) => ({
      ...lines,
      header: { ...lines.header, depth: '1', prev: OLD, lipmaa: 'NONE' },
    })),
    await made(
      'log-key-revoked.pgn',
      'ann takes back the key of another log',
      await revocation(lost, identity, OLD),
      { ...facts, log: toHex(signerOf('ben').key), head: OLD },
      undefined,
      'pipes.revoke',
    ),
    await made(
      'no-log-key-revoked.pgn',
      'a revocation that names another head than the one signed',
      (await revocation(lost, identity, OLD)).with(5, 'head:NONE'),
      { reason: 'bad signature' },
      undefined,
      'pipes.revoke',
    ),
  ];
}

const certificate = (log: string, identity: string, previous: string): Promise<string[]> =>
  statement('pipes/log-certificate/1', log, identity, previous, [`previous:${previous}`]);

const revocation = (log: string, identity: string, head: string): Promise<string[]> =>
  statement('pipes/log-revocation/1', log, identity, head, [`log:${log}`, `head:${head}`]);

async function statement(
  label: string,
  log: string,
  identity: string,
  reference: string,
  rest: string[],
): Promise<string[]> {
  const lines = [dialect, log, identity, CREATED, reference].join('\n');
  const signature = await signerOf('ann').sign(concat(utf8(label), Uint8Array.of(0), utf8(lines)));
  return [
    ...['format:"1/1/0"', `identity:${identity}`, `created:"${CREATED}"`],
    ...[`signature:"${formatSignature(dialect, signature)}"`, ...rest],
  ];
}
