/** The page in every state: `?scene=<name>` shows one, without it they are listed. Never part of what is shipped. */
import { signal } from '@preact/signals';
import { render } from 'preact';
import { startPage } from '../page.tsx';
import { createShell } from '../shell.ts';
import type { FakePeer } from './fake.ts';
import { homeAround } from './fake-home.ts';
import type { Scene } from './scene.ts';
import { scenes } from './scenes.ts';

declare global {
  /** For tests and for playing in the console. */
  var fakePeer: FakePeer | undefined;
  /** The scene's acts are played. */
  var sceneReady: boolean | undefined;
}

/** Where words are typed. */
const WORD = '#seed-word, .sheet-panel input';

const root = document.getElementById('app');
const scene = scenes[new URLSearchParams(location.search).get('scene') ?? ''];
if (root !== null && scene !== undefined) {
  const shell = createShell();
  if (scene.machines !== undefined) globalThis.fetch = async (url, request) => relayOf(scene, String(url), request);
  shell.panel.value = scene.panel;
  for (const [key, value] of Object.entries(scene.kept ?? {})) sessionStorage.setItem(key, value);
  if (scene.hash !== undefined) history.replaceState(null, '', scene.hash);
  const open = async (): Promise<FakePeer> => {
    globalThis.fakePeer = await scene.open();
    return globalThis.fakePeer;
  };
  startPage({
    root,
    shell,
    secure: scene.secure ?? true,
    tabPerson: signal(scene.tabPerson ?? false),
    storage: () => sessionStorage,
    home: homeAround(open, { present: true, confirmed: true, ...scene }),
    restart: () => undefined,
  });
  void play(scene);
} else if (root !== null) {
  render(
    <main class="sheet">
      <ul class="card">
        {Object.entries(scenes).map(([name, { title }]) => (
          <li key={name}>
            <a href={`?scene=${name}`}>{title}</a>
          </li>
        ))}
      </ul>
    </main>,
    root,
  );
}

/** What it says of other machines. */
function relayOf({ machines, joining = 200 }: Scene, url: string, { method = 'GET' }: RequestInit = {}): Response {
  if (method === 'POST') return Response.json({ connected: true }, { status: joining });
  return Response.json(url.endsWith('/ticket') ? { ticket: `pipes1${'q8zry9x2gf'.repeat(20)}` } : machines);
}

async function play({ acts = [], panel }: Scene): Promise<void> {
  // A button of the same name may stand on the page below.
  if (panel !== undefined) await found(() => document.querySelector('dialog[open]'));
  for (const act of acts) {
    if ('press' in act) (await found(() => buttonNamed(act.press()))).click();
    else enter(await found(() => document.querySelector<HTMLInputElement>(act.into ?? WORD)), act.type);
  }
  globalThis.sceneReady = true;
}

function buttonNamed(name: string): HTMLElement | undefined {
  const place = document.querySelector('dialog') ?? document;
  const buttons = [...place.querySelectorAll<HTMLButtonElement>('button:enabled')];
  return buttons.find((each) => each.textContent?.trim() === name);
}

function enter(field: HTMLInputElement, text: string): void {
  field.value = text;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
}

/** Frame after frame until it is there. */
async function found<T>(look: () => T | null | undefined): Promise<T> {
  for (;;) {
    const here = look();
    if (here !== null && here !== undefined) return here;
    await new Promise(requestAnimationFrame);
  }
}
