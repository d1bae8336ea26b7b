import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { temporaryDirectory } from '../support/command.ts';

const root = resolve(import.meta.dirname, '../..');

/** What `npm start` runs, told to stop when the test ends; resolves with its first link. */
async function npmStart(test: { after(task: () => unknown): void }, dataDir: string) {
  const child = spawn(process.execPath, ['tools/run.js', 'start'], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', PORT: '0', DATA_DIR: dataDir },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<number | null>((settle) => child.on('exit', settle));
  test.after(() => child.kill());
  const stop = (): Promise<number | null> => {
    child.kill('SIGTERM');
    return ended;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const [link] = /http:\/\/localhost:\d+\//.exec(line) ?? [];
    if (link !== undefined) return { link, stop };
  }
  throw new Error('It ended without a link.');
}

describe('npm start', () => {
  it('answers under the link it prints, stops when told to, and still has everything when it starts again', async (t) => {
    const dataDir = temporaryDirectory();
    const first = await npmStart(t, dataDir);
    assert.equal((await fetch(`${first.link}health`)).status, 200);
    const body = JSON.stringify({ channel: 'main', author: 'ada', content: 'still here' });
    assert.equal((await fetch(`${first.link}messages`, { method: 'POST', body })).status, 200);
    assert.equal(await first.stop(), 0);

    const second = await npmStart(t, dataDir);
    const messages = (await (await fetch(`${second.link}messages?channel=main`)).json()) as { content: string }[];
    assert.deepEqual(
      messages.map((message) => message.content),
      ['still here'],
    );
    assert.equal(await second.stop(), 0);
  });

  it('serves the page under a policy without inline scripts or styles, and what the page names', async (t) => {
    const { link } = await npmStart(t, temporaryDirectory());
    const page = await fetch(link);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src/);
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval|https?:/);
    const html = await page.text();
    assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/);
    const named = [...html.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path);
    assert.ok(named.length > 0);
    for (const path of named) assert.equal((await fetch(new URL(path, link))).status, 200, path);
  });

  it('stops when npm and its shell are ended over its head', {
    skip: process.platform === 'win32' && 'no sh',
  }, async (t) => {
    const env = {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      DATA_DIR: temporaryDirectory(),
      npm_lifecycle_event: 'start',
    };
    // A second command keeps the shell from becoming the first one.
    const command = `"${process.execPath}" tools/run.js start; exit`;
    const shell = spawn('sh', ['-c', command], { cwd: root, env, stdio: ['ignore', 'pipe', 'ignore'] });
    t.after(() => shell.kill());
    const printed = createInterface({ input: shell.stdout });
    const over = new Promise<void>((settle) => shell.stdout.on('close', settle));
    let isUp = false;
    for await (const line of printed) {
      isUp = line.startsWith('Stop with');
      if (isUp) break;
    }
    assert.ok(isUp);
    shell.stdout.resume();
    shell.kill('SIGTERM');
    // Its end of the pipe closes when the relay itself has ended.
    await over;
  });
});
