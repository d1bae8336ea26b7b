import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { start, temporaryDirectory } from '../support/command.ts';
import { runQuickly } from '../support/one-process.ts';

interface Finding {
  readonly check: string;
  readonly state: string;
  readonly found: string;
  readonly cure?: string;
}

async function machine(t: TestContext, command: string, dataDir: string) {
  const process = start([command, '--json', '--host', '127.0.0.1'], { PORT: '0', P2P_PORT: '0', DATA_DIR: dataDir });
  t.after(() => process.stop());
  return { process, ...(JSON.parse(await process.line((line) => line.startsWith('{'))) as { ticket: string }) };
}

async function look(dataDir: string, more: Record<string, string> = {}) {
  const { code, stdout, stderr } = await runQuickly(['doctor', '--json'], { PORT: '0', DATA_DIR: dataDir, ...more });
  assert.notEqual(stdout, '', stderr);
  const findings = JSON.parse(stdout) as Finding[];
  return { code, find: (check: RegExp) => findings.find((each) => check.test(each.check)) };
}

describe('pipes doctor', () => {
  it('tells how relays see this machine, who is connected, and who is away and what helps', async (t) => {
    const here = temporaryDirectory();
    const relay = await machine(t, 'relay', temporaryDirectory());
    await machine(t, 'up', here);
    await runQuickly(['connect', relay.ticket], { DATA_DIR: here });
    const before = await look(here);
    assert.equal(before.find(/^relay relay$/)?.state, 'ok', JSON.stringify(before.find(/relay/)));
    assert.match(before.find(/^NAT$/)?.found ?? '', /^none: seen from outside as 127\.0\.0\.1:\d+$/);
    assert.equal(before.find(/^clocks$/)?.found, 'agree');
    await relay.process.stop();
    const after = await look(here);
    assert.match(after.find(/^relay relay$/)?.found ?? '', /^away: /);
    assert.match(after.find(/^relay relay$/)?.cure ?? '', /pipes peers forget/);
    assert.equal(after.code, 0, 'who is away is no fault of this machine');
  });

  it('names ports that others have, what the policy keeps out, and what is wrong with it', async (t) => {
    const relay = temporaryDirectory();
    const other = await machine(t, 'relay', relay);
    const { p2pPort } = JSON.parse(other.process.lines.find((line) => line.startsWith('{')) ?? '{}');
    const dataDir = temporaryDirectory();
    writeFileSync(join(dataDir, 'policy.json'), '{"peers": "listed", "serves": ["channels"]}');
    const { code, find } = await look(dataDir, { P2P_PORT: String(p2pPort) });
    assert.match(find(new RegExp(`^port ${p2pPort}$`))?.cure ?? '', /P2P_PORT=/);
    assert.match(find(/^policy\.json$/)?.found ?? '', /takes the 0 listed peers alone/);
    assert.equal(code, 0);
    writeFileSync(join(dataDir, 'policy.json'), '{"peers": "friends"}');
    const wrong = await look(dataDir);
    assert.deepEqual([wrong.code, wrong.find(/^policy\.json$/)?.state], [1, 'fail']);
  });
});
