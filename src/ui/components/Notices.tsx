/** Full pages for when there is no chat to show, and the banner of a tab that is another person. */
import { localAddress } from '../origin.ts';
import { words } from '../text/text.ts';
import { Mark } from './Mark.tsx';

export function Opening({ leaving = false }: { leaving?: boolean }) {
  return (
    <main class="sheet">
      <p class="opening" role="status">
        {leaving ? words.leaving.working : words.opening}
      </p>
    </main>
  );
}

export function Insecure({ address }: { address: string }) {
  return (
    <main class="sheet">
      <div class="card">
        <Mark />
        <h1>{words.insecure.title}</h1>
        <p>{words.insecure.why}</p>
        <h2>{words.insecure.cure}</h2>
        <p>
          {words.insecure.local}{' '}
          <a class="address" href={localAddress(address)}>
            {localAddress(address)}
          </a>
        </p>
        <p>{words.insecure.remote}</p>
      </div>
    </main>
  );
}

interface FailedProps {
  reason: string;
  /** It was a log-out that could not be finished. */
  leaving: boolean;
  onRetry: () => void;
}

export function Failed({ reason, leaving, onRetry }: FailedProps) {
  return (
    <main class="sheet">
      <div class="card" role="alert">
        <Mark />
        <h1>{leaving ? words.leaving.failed : words.failed.title}</h1>
        <p class="reason" dir="auto">
          {reason}
        </p>
        <p>{leaving ? words.leaving.failedHint : words.failed.hint}</p>
        <button class="primary" type="button" onClick={onRetry}>
          {words.failed.retry}
        </button>
      </div>
    </main>
  );
}

/** After a log-out, for a moment, or as long as the page cannot be loaded anew. */
export function Left() {
  return (
    <main class="sheet">
      <div class="card">
        <Mark />
        <h1>{words.product}</h1>
        <p role="status">{words.arrival.left}</p>
        <button class="primary" type="button" onClick={() => location.reload()}>
          {words.arrival.anew}
        </button>
      </div>
    </main>
  );
}

export function TabPersonBanner() {
  return (
    <p class="banner" role="note">
      {words.tabPerson}
    </p>
  );
}
