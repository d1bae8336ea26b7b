/**
 * The system's Chromium for end-to-end tests, driven by playwright-core, which brings no browser of its own.
 * Where none is installed the tests skip and name the command that installs it; with PIPES_REQUIRE_E2E=1 they
 * fail instead. Use: `test('…', { skip: skipReason }, async (t) => { const browser = await startBrowser(t); … })` (house.ts).
 */
import { accessSync, constants } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const INSTALL: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'brew install --cask chromium',
  win32: 'winget install Google.Chrome',
};

const MISSING = `no Chromium found; install one with: ${INSTALL[process.platform] ?? 'sudo apt-get install -y chromium'}`;

/** The first browser that may be run: CHROMIUM_PATH alone where it is set, else the usual places. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM_PATH;
  return (named ? [named] : PLACES).find(isExecutable);
}

/** For a test's `skip`: false where a browser is there or is required. */
export const skipReason: string | false =
  findChromium() === undefined && process.env.PIPES_REQUIRE_E2E !== '1' ? MISSING : false;

let held: Promise<Browser> | undefined;

/** One browser for all tests of a file; whoever makes contexts in it closes them. */
export function useChromium(): Promise<Browser> {
  held ??= launchChromium();
  return held;
}

/** When the last of them has ended. */
export async function leaveChromium(): Promise<void> {
  const leaving = held;
  held = undefined;
  await (await leaving)?.close();
}

/** Starts a browser that talks to nobody but the pages it is given; whoever launches closes it. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(`Cannot run the end-to-end tests: ${MISSING}`);
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Insecure contexts, which localhost is not.
  '--host-resolver-rules=MAP pipes.example localhost, MAP pipes.test 127.0.0.1',
  '--allow-loopback-in-peer-connection',
];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
