import { startPublishedKeep } from '../support/published-keep.ts';
import { holdToPublishedFacts } from './keep-facts.ts';

// Our own stand-in for the published server, against which our client is tested, has its habits.
holdToPublishedFacts('the stand-in for the published server', async (t) => {
  const { port, close } = await startPublishedKeep();
  t.after(close);
  return port;
});
