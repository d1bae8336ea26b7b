/**
 * Explores a log database in the browser: bundles that are opened here are verified and kept in this browser's own
 * database, nothing is sent anywhere. Authors, their messages a page at a time, files, verification, forks.
 */
import { type LogEntry, type LogSummary, open } from 'pipes/browser';
import { droppedFiles, takeFiles } from './bundle-files.ts';
import { entryView } from './entry-view.ts';
import { byId, choice, h } from './view.ts';

const PAGE = 50;
const status = byId('status', HTMLElement);
const verify = byId('verify', HTMLButtonElement);
const earlier = byId('earlier', HTMLButtonElement);
const later = byId('later', HTMLButtonElement);

const peer = await open({ databaseName: 'log-explorer' });
const { logs } = peer;
let chosen: LogSummary | undefined;
let from = 0;

const tell = (words: string): void => {
  status.textContent = words;
};

async function allLogs(): Promise<LogSummary[]> {
  const all: LogSummary[] = [];
  for await (const log of logs.list()) all.push(log);
  return all;
}

async function showAuthors(): Promise<void> {
  const all = await allLogs();
  chosen = all.find(({ key }) => key === chosen?.key) ?? all[0];
  const items = all.map((log) => {
    const facts = `${log.entries} messages, ${log.dialect}${log.verified < log.entries ? `, ${log.verified} checked` : ''}`;
    const fork = log.forkedAt === undefined ? [] : [h('small', { className: 'bad' }, ` forked at ${log.forkedAt}`)];
    return choice(log.key === chosen?.key, () => choose(log), log.author, h('br'), h('small', {}, facts), ...fork);
  });
  byId('authors', HTMLUListElement).replaceChildren(...items);
  await showForks();
  await showEntries();
}

async function showForks(): Promise<void> {
  const forks = await logs.forks();
  const place = byId('forks', HTMLElement);
  place.hidden = forks.length === 0;
  const proofs = forks.map(({ author, depth, proof }) =>
    h(
      'details',
      {},
      h('summary', { className: 'bad' }, `${author} wrote two messages at depth ${depth}`),
      h('pre', {}, proof),
    ),
  );
  place.replaceChildren(h('h2', {}, 'Forks'), ...proofs);
}

async function choose(log: LogSummary): Promise<void> {
  chosen = log;
  from = 0;
  await showAuthors();
}

async function showEntries(): Promise<void> {
  const log = chosen;
  verify.disabled = log === undefined;
  byId('log-name', HTMLElement).textContent = log === undefined ? 'Messages' : `Messages of ${log.author}`;
  const shown: LogEntry[] = [];
  if (log !== undefined) {
    for await (const entry of logs.entries({ author: log.key, from, unverified: true })) {
      if (shown.push(entry) === PAGE) break;
    }
  }
  const items = shown.map((entry) =>
    choice(
      false,
      () => showEntry(entry),
      `${entry.depth} `,
      h('strong', {}, entry.kind),
      h('br'),
      h('small', {}, summary(entry)),
    ),
  );
  byId('entries', HTMLOListElement).replaceChildren(...items);
  earlier.disabled = from === 0;
  later.disabled = log === undefined || from + PAGE >= log.entries;
  byId('page', HTMLElement).textContent =
    shown.length === 0 ? '' : `${from} to ${from + shown.length - 1} of ${log?.entries}`;
}

const summary = ({ body }: LogEntry): string =>
  body
    .map(([key, value]) => `${key}: ${value}`)
    .join(', ')
    .slice(0, 160);

function showEntry(entry: LogEntry): void {
  const place = byId('entry', HTMLElement);
  place.replaceChildren(...entryView(logs, entry));
  place.focus();
}

async function take(files: readonly File[]): Promise<void> {
  const taken = await takeFiles(logs, files, tell);
  const refused = taken.refusedCount === 0 ? '' : `, ${taken.refusedCount} refused`;
  await showAuthors();
  tell(`${taken.imported} new messages, ${taken.known} known before${refused}, ${taken.blobs} files.`);
}

/** What fails is said where people look. */
const saying = (work: () => Promise<void>): void => {
  work().catch((error) => tell(error instanceof Error ? error.message : String(error)));
};

for (const id of ['folder', 'files']) {
  const input = byId(id, HTMLInputElement);
  input.addEventListener('change', () => saying(() => take([...(input.files ?? [])])));
}
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  const items = event.dataTransfer?.items;
  if (items !== undefined) saying(async () => take(await droppedFiles(items)));
});
earlier.addEventListener('click', () => {
  from = Math.max(0, from - PAGE);
  saying(showEntries);
});
later.addEventListener('click', () => {
  from += PAGE;
  saying(showEntries);
});
verify.addEventListener('click', () =>
  saying(async () => {
    if (chosen === undefined) return;
    const onProgress = (checked: number) => tell(`${checked} signatures checked`);
    const { checked, badAt } = await logs.verify(chosen.key, { again: true, onProgress });
    await showAuthors();
    tell(
      badAt === undefined
        ? `All ${checked} signatures are good.`
        : `Bad at depth ${badAt}: the log ends before it now.`,
    );
  }),
);
saying(showAuthors);
document.body.dataset.ready = 'yes';
