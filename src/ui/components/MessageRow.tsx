/** One row of the message list: a day, a message, or a run of messages that stay sealed. */
import type { Message } from '../../runtime/api.ts';
import { authorName } from '../chat.ts';
import { dayText, hourText, isoText, momentText } from '../time.ts';
import type { Row } from '../timeline.ts';
import { words } from '../words.ts';
import { Body } from './Body.tsx';
import { Files } from './Files.tsx';
import { Icon } from './Icon.tsx';
import { Avatar, Name } from './Name.tsx';

export interface RowContext {
  readonly today: Date;
  /** Whether this name needs its dot1 beside it. */
  isShared(name: string): boolean;
  /** The newest own message that the relay has: it alone says so in words. */
  readonly lastSent: string | undefined;
  retry(id: string): void;
}

export function RowView({ row, context }: { row: Row; context: RowContext }) {
  if (row.kind === 'day') {
    return (
      <li class="day" data-key={row.key}>
        <span>{dayText(row.day, context.today)}</span>
      </li>
    );
  }
  if (row.kind === 'sealed') return <SealedRun row={row} context={context} />;
  return <MessageView message={row.message} first={row.first} context={context} />;
}

function MessageView({ message, first, context }: { message: Message; first: boolean; context: RowContext }) {
  const { author, lock } = message;
  const shared = context.isShared(author.name);
  return (
    <li class={`message${first ? ' message-first' : ''} message-${lock.state}`} data-key={message.id}>
      {first ? <Avatar person={author} /> : <Hour time={message.time} />}
      <div class="content">
        {first ? (
          <p class="byline">
            <Name person={author} marked={shared} />
            <Hour time={message.time} />
          </p>
        ) : (
          <span class="unseen">{authorName(author)}</span>
        )}
        {message.text !== undefined && message.text !== '' && <Body text={message.text} />}
        {message.files.length > 0 && <Files files={message.files} />}
        <Failure message={message} onRetry={() => context.retry(message.id)} />
      </div>
      <p class="meta">
        <DeliveryMark message={message} spoken={message.id === context.lastSent} />
        <LockMark message={message} />
      </p>
    </li>
  );
}

function Hour({ time }: { time: Date }) {
  return (
    <time class="hour" dateTime={isoText(time)} title={momentText(time)}>
      {hourText(time)}
    </time>
  );
}

function LockMark({ message: { lock } }: { message: Message }) {
  const said = words.lock(lock);
  if (lock.state === 'plain') {
    return (
      <span class="plain-mark" title={said}>
        <Icon name="unlocked" />
        <span aria-hidden="true">{words.plainMark(lock.signed)}</span>
        <span class="unseen">{said}</span>
      </span>
    );
  }
  return (
    <span class="lock-mark" title={said}>
      <Icon name="lock" />
      <span class="unseen">{said}</span>
    </span>
  );
}

function DeliveryMark({ message: { delivery }, spoken }: { message: Message; spoken: boolean }) {
  if (delivery.state !== 'queued' && delivery.state !== 'sent') return null;
  const quiet = delivery.state === 'sent' && !spoken;
  return (
    <span class={`delivery delivery-${delivery.state}`} title={words.deliveryHint[delivery.state]}>
      <Icon name={delivery.state === 'sent' ? 'check' : 'clock'} />
      <span class={quiet ? 'unseen' : undefined}>{words.delivery(delivery)}</span>
    </span>
  );
}

function Failure({ message: { delivery }, onRetry }: { message: Message; onRetry: () => void }) {
  if (delivery.state !== 'failed') return null;
  return (
    <p class="delivery-failed">
      <span class="delivery-why">
        <Icon name="warning" />
        <span>{words.delivery(delivery)}</span>
      </span>
      <button type="button" class="outlined small" onClick={onRetry}>
        <Icon name="retry" />
        {words.retry}
      </button>
    </p>
  );
}

/** More than these are counted, not listed. */
const LISTED = 100;

function SealedRun({ row, context }: { row: Extract<Row, { kind: 'sealed' }>; context: RowContext }) {
  return (
    <li class="sealed-run" data-key={row.key}>
      <details>
        <summary>
          <Icon name="sealed" />
          <span class="sealed-title">{words.sealed(row.reason, row.messages.length)}</span>
          <span class="sealed-why">{words.sealedWhy(row.reason)}</span>
        </summary>
        <ul class="sealed-list" aria-label={words.sealedWho}>
          {row.messages.slice(-LISTED).map((message) => (
            <li key={message.id} class="sealed-entry">
              <Name person={message.author} marked={context.isShared(message.author.name)} />
              <Hour time={message.time} />
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}
