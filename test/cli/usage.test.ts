import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { COMMANDS } from '../../src/cli/commands.ts';
import { run, temporaryDirectory } from '../support/command.ts';
import { runQuickly } from '../support/one-process.ts';

const root = resolve(import.meta.dirname, '../..');

describe('the command line', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as { version: string };
    assert.deepEqual(await run(['--version']), { code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('explains itself and every command of it', async () => {
    const { stdout, code } = await run(['--help']);
    assert.equal(code, 0);
    const names = [...stdout.matchAll(/^ {2}([a-z]+) .*/gm)].map(([, name]) => name).filter((name) => name !== 'pipes');
    assert.deepEqual(names.sort(), [...COMMANDS.map(({ name }) => name), 'help'].sort());
    assert.match(stdout, /Exit codes: 0 done/);
    const helps = await Promise.all(
      names.filter((name) => name !== 'help').map((name) => runQuickly([String(name), '--help'])),
    );
    for (const help of helps) assert.match(help.stdout, /^Usage: pipes [a-z]+/);
    assert.deepEqual(new Set(helps.map((help) => help.code)), new Set([0]));
  });

  it('ends with 2 and one remark where it is used wrongly', async () => {
    for (const args of [
      ['nothing-of-ours'],
      ['send', 'main'],
      ['up', '--port'],
      ['up', '--prot', '1'],
      ['listen', 'main', '--last', 'x'],
      ['up', '--log-level', 'loud', '--port', '0'],
    ]) {
      const { code, stdout, stderr } = await run(args);
      assert.deepEqual([args, code, stdout], [args, 2, '']);
      assert.match(stderr, /^(error|Cannot)/);
      assert.doesNotMatch(stderr, /\n {4}at /);
    }
  });

  it('names the option of the environment that is wrong', async () => {
    const { code, stderr } = await run(['up'], { PORT: 'four' });
    assert.deepEqual([code, stderr], [2, 'Cannot use PORT: expected a port from 0 to 65535, got "four".\n']);
  });

  it('takes an empty variable for one that is not set', async () => {
    const { code, stdout } = await run(['doctor', '--json', '--port', '0'], {
      KEEP_PORT: '',
      RATE_LIMITS: '',
      DATA_DIR: '',
    });
    assert.equal(code, 0, stdout);
  });

  it('says in one line what an old Node lacks', async () => {
    const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.11.1' } })`;
    const { code, stderr } = await run(['up'], {
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(older)}`,
    });
    assert.equal(code, 1);
    assert.match(stderr, /^Cannot run pipes: expected Node 24 or newer, got 20\.11\.1\. Install it .*\n$/);
  });
});

describe('pipes doctor', () => {
  it('finds nothing missing, and leaves nothing behind', async () => {
    const directory = temporaryDirectory();
    const { code, stdout } = await run(['doctor', '--json'], { PORT: '0', DATA_DIR: `${directory}/a/b` });
    const findings = JSON.parse(stdout) as { check: string; state: string; found: string }[];
    assert.deepEqual(
      findings.map((each) => each.check),
      ['Node', 'port 0', 'data directory', 'signatures', 'page', 'other machines'],
    );
    assert.deepEqual(
      findings.filter((each) => each.state === 'fail'),
      [],
    );
    assert.equal(code, 0);
    assert.match(findings[2]?.found ?? '', /a\/b \(will be made\)$/);
  });

  it('ends with 1 where the data directory can not be made', async () => {
    const { code, stdout } = await run(['doctor'], { PORT: '0', DATA_DIR: `${resolve(root, 'package.json')}/data` });
    assert.equal(code, 1);
    assert.match(stdout, /^fail {2}data directory .*choose another/m);
  });
});
