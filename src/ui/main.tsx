/** The page's entry: this tab's person, their peer on the relay that served the page, and the chat. */
import { computed, signal } from '@preact/signals';
import { open } from '../open/browser.ts';
import { startPage } from './page.tsx';
import { asksForNewPerson, choosePerson, cleanUp, leavePerson, type Person, withoutPerson } from './person.ts';
import { browserWorld } from './world.ts';

const person = signal<Person | undefined>(undefined);

async function thisPerson(): Promise<Person> {
  if (person.value !== undefined) return person.value;
  const world = browserWorld();
  const chosen = await choosePerson(world);
  if (asksForNewPerson(location.search)) history.replaceState(history.state, '', withoutPerson(location.href));
  window.addEventListener('pagehide', () => leavePerson(chosen, world));
  void cleanUp(world).catch(() => undefined);
  person.value = chosen;
  return chosen;
}

const root = document.getElementById('app');
if (root !== null) {
  startPage({
    root,
    secure: isSecureContext && crypto.subtle !== undefined,
    tabPerson: computed(() => person.value?.ofTab === true),
    storage: () => (person.value?.ofTab === true ? sessionStorage : localStorage),
    open: async () => open({ relay: location.origin, databaseName: (await thisPerson()).databaseName }),
  });
}
