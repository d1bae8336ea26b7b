/** The page's entry: this tab's person, their place in this browser, and the relay that served the page. */
import { computed, signal } from '@preact/signals';
import { browserHome } from './browser-home.ts';
import type { HomeNews } from './home.ts';
import { startPage } from './page.tsx';
import {
  asksForNewPerson,
  choosePerson,
  cleanUp,
  leavePerson,
  NEW_PERSON,
  type Person,
  withoutPerson,
} from './person.ts';
import { LEFT } from './route.ts';
import { inTurns } from './turns.ts';
import { browserWorld } from './world.ts';

const person = signal<Person | undefined>(undefined);
let left = false;

async function thisPerson(): Promise<Person> {
  if (person.value !== undefined) return person.value;
  const world = browserWorld();
  const chosen = await choosePerson(world);
  if (asksForNewPerson(location.search)) history.replaceState(history.state, '', withoutPerson(location.href));
  window.addEventListener('pagehide', () => left || leavePerson(chosen, world));
  void cleanUp(world).catch(() => undefined);
  person.value = chosen;
  return chosen;
}

/** Nothing of the page survives it: neither what is in memory nor where one was. */
function restart(news: HomeNews): void {
  if (news === 'leaving') {
    left = true;
    sessionStorage.clear();
    const search = person.peek()?.ofTab === true ? NEW_PERSON : '';
    history.replaceState(null, '', location.pathname + search + LEFT);
  }
  // The browser's own page of errors is no place to end.
  const reload = ({ ok }: Response): void => {
    if (ok) location.reload();
  };
  void fetch('/health', { cache: 'no-store' }).then(reload, () => undefined);
}

function start(): void {
  const root = document.getElementById('app');
  if (root === null) return;
  startPage({
    root,
    restart,
    secure: isSecureContext && crypto.subtle !== undefined,
    tabPerson: computed(() => person.value?.ofTab === true),
    home: browserHome(thisPerson, location.origin),
    storage: () => (person.value?.ofTab === true ? sessionStorage : localStorage),
  });
}

// The first use of Intl takes a browser as long as all of the start: it loads its tables of languages and calendars.
inTurns(
  () => new Intl.NumberFormat(),
  () => new Intl.DateTimeFormat(),
  start,
);
