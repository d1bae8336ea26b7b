/** The page in every state: `?scene=<name>` shows one, without it they are listed. Never part of what is shipped. */
import { signal } from '@preact/signals';
import { render } from 'preact';
import { startPage } from '../page.tsx';
import type { FakePeer } from './fake.ts';
import { scenes } from './scenes.ts';

declare global {
  /** For tests and for playing in the console. */
  var fakePeer: FakePeer | undefined;
}

const root = document.getElementById('app');
const scene = scenes[new URLSearchParams(location.search).get('scene') ?? ''];
if (root !== null && scene !== undefined) {
  startPage({
    root,
    secure: scene.secure ?? true,
    tabPerson: signal(scene.tabPerson ?? false),
    storage: () => sessionStorage,
    async open() {
      globalThis.fakePeer = await scene.open();
      return globalThis.fakePeer;
    },
  });
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
