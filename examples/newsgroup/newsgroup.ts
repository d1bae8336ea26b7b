/**
 * A newsgroup on logs: everybody posts into their own, whoever follows reads all of it as threads. Articles are files, as
 * long as anybody likes; the entry names the article, its subject, the group and what it answers.
 *
 *   newsgroup.ts post <group> <subject> [text]      reply <id> [text]      threads [group]      read <id>
 *   with DATA_DIR in the environment, and `pipes bundle import|export`, `pipes peer add` for what comes and goes
 *
 *   npx node --conditions=pipes-source examples/newsgroup/newsgroup.ts threads
 */
import { text as readAll } from 'node:stream/consumers';
import { type LogEntry, open } from 'pipes';

const KIND = 'news.article';
const peer = await open({ dataDir: process.env.DATA_DIR ?? 'data/newsgroup' });
const { logs } = peer;

interface Article {
  readonly entry: LogEntry;
  readonly group: string;
  readonly subject: string;
  readonly file: string;
  readonly answers: string | undefined;
}

/** What an entry says; undefined where somebody's program wrote something else under this kind. */
function articleOf(entry: LogEntry): Article | undefined {
  const { group, subject, article, answers } = Object.fromEntries(entry.body);
  if (group === undefined || subject === undefined || article === undefined) return undefined;
  return { entry, group: group.slice(1, -1), subject: subject.slice(1, -1), file: article, answers };
}

async function post(group: string, subject: string, text: string, answers?: string): Promise<void> {
  const { id: article } = await logs.files.put([Buffer.from(text)]);
  const entry = await logs.append(KIND, { group, subject, article, ...(answers && { answers }) });
  console.log(entry.id);
}

async function find(id: string): Promise<Article> {
  const entry = await logs.entry(id);
  const article = entry && articleOf(entry);
  if (article === undefined) throw new Error(`There is no article ${id} here.`);
  return article;
}

async function threads(group: string | undefined): Promise<void> {
  const answers = new Map<string, Article[]>();
  for await (const entry of logs.entries({ kind: KIND })) {
    const article = articleOf(entry);
    if (article === undefined || (group !== undefined && article.group !== group)) continue;
    const thread = article.answers ?? '';
    answers.set(thread, [...(answers.get(thread) ?? []), article]);
  }
  const show = (id: string, indent: string): void => {
    for (const { entry, group: name, subject } of answers.get(id) ?? []) {
      console.log(
        `${indent}${JSON.stringify(subject)} in ${JSON.stringify(name)}, ${entry.author.slice(0, 13)}, ${entry.id}`,
      );
      show(entry.id, `${indent}  `);
    }
  };
  show('', '');
}

async function read(id: string): Promise<void> {
  const { subject, file } = await find(id);
  const pieces: Uint8Array[] = [];
  for await (const piece of logs.files.get(file)) pieces.push(piece);
  console.log(`${JSON.stringify(subject)}\n`);
  // Strangers' words: nothing in them may command the terminal.
  console.log(JSON.stringify(Buffer.concat(pieces).toString()).slice(1, -1).replaceAll('\\n', '\n'));
}

const [command, ...args] = process.argv.slice(2);
const given = async (text: string | undefined): Promise<string> => text ?? (await readAll(process.stdin));
try {
  const [first = '', second = ''] = args;
  if (command === 'post') await post(first, second, await given(args[2]));
  else if (command === 'reply') {
    const { group, subject } = await find(first);
    await post(group, subject.startsWith('Re ') ? subject : `Re ${subject}`, await given(args[1]), first);
  } else if (command === 'threads') await threads(args[0]);
  else if (command === 'read') await read(first);
  else console.log('post <group> <subject> [text], reply <id> [text], threads [group], or read <id>');
} finally {
  await peer.close();
}
