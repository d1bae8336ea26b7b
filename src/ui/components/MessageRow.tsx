/** One row of the message list: a day, a message, or a run of messages that stay sealed. */
import type { Delivery, KnownPerson, Message, RosterEvent } from '../../runtime/api.ts';
import { authorName } from '../chat.ts';
import type { NameAt } from '../markdown.ts';
import { words } from '../text/text.ts';
import { dayText, hourText, isoText, momentText, shortHourText } from '../time.ts';
import type { Row } from '../timeline.ts';
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
  /** There is a relay, so that what waits is on its way. */
  readonly online: boolean;
  readonly people: ReadonlyMap<string, KnownPerson>;
  /** The message that was jumped to. */
  readonly target: string | undefined;
  readonly nameAt: NameAt;
  isMe(mention: string): boolean;
  retry(id: string): void;
  discard(id: string): void;
  copyLink(id: string): void;
  jumpToDate(): void;
  /** Keeps what is in view there while the rows grow. */
  stay(): void;
  /** Opens what is known of a person. */
  about(key: string): void;
}

export function RowView({ row, context }: { row: Row; context: RowContext }) {
  if (row.kind === 'day') {
    return (
      <li class="day" data-key={row.key}>
        <button type="button" class="quiet tiny" title={words.messages.jumpDate} onClick={context.jumpToDate}>
          {dayText(row.day, context.today)}
        </button>
      </li>
    );
  }
  if (row.kind === 'unread') {
    return (
      <li class="unread-line" data-key={row.key}>
        <span>{words.messages.unread}</span>
      </li>
    );
  }
  if (row.kind === 'event') return <EventView id={row.key} event={row.event} context={context} />;
  if (row.kind === 'shared') return <SharedView message={row.message} />;
  if (row.kind === 'sealed') return <SealedRun row={row} context={context} />;
  return <MessageView message={row.message} first={row.first} context={context} />;
}

function MessageView({ message, first, context }: { message: Message; first: boolean; context: RowContext }) {
  const { author, lock, delivery } = message;
  const shared = context.isShared(author.name);
  const classes = ['message', `message-${lock.state}`];
  if (first) classes.push('message-first');
  if (message.id === context.target) classes.push('message-target');
  return (
    <li class={classes.join(' ')} data-key={message.id}>
      {first ? <Avatar person={author} /> : <Hour time={message.time} short />}
      <div class="content">
        {first ? (
          <p class="byline">
            <Name
              person={author}
              marked={shared}
              verified={author.key !== undefined && context.people.get(author.key)?.verified !== undefined}
              {...(author.key !== undefined && !author.self && { onAbout: () => context.about(author.key as string) })}
            />
            <Hour time={message.time} />
          </p>
        ) : (
          <span class="unseen">{authorName(author)}</span>
        )}
        {message.text !== undefined && message.text !== '' && (
          <Body text={message.text} nameAt={context.nameAt} isMe={context.isMe} onAll={context.stay} />
        )}
        {message.files.length > 0 && <Files files={message.files} />}
        <Failure message={message} context={context} />
      </div>
      <p class="meta">
        <button
          type="button"
          class="quiet tiny message-action"
          aria-label={words.messages.copyLink}
          title={words.messages.copyLink}
          onClick={() => context.copyLink(message.id)}
        >
          <Icon name="link" />
        </button>
        {delivery.state === 'queued' && (
          <button
            type="button"
            class="quiet tiny"
            title={words.messages.discardHint}
            onClick={() => context.discard(message.id)}
          >
            {words.messages.discard}
          </button>
        )}
        <DeliveryMark message={message} spoken={message.id === context.lastSent} online={context.online} />
        <LockMark message={message} context={context} />
      </p>
    </li>
  );
}

const EVENT_ICONS = { joined: 'people', left: 'people', 'new-key': 'key' } as const;

function EventView({ id, event, context }: { id: string; event: RosterEvent; context: RowContext }) {
  return (
    <li class={`event event-${event.kind}`} data-key={id}>
      <Icon name={EVENT_ICONS[event.kind]} />
      <button type="button" class="link" onClick={() => context.about(event.key)}>
        {words.roster(event, authorName(event))}
      </button>
      <Hour time={event.time} />
    </li>
  );
}

function SharedView({ message }: { message: Message }) {
  const { author, sharedKeys = 0 } = message;
  return (
    <li class="event" data-key={message.id}>
      <Icon name="unlocked" />
      <span>
        {author.self ? words.messages.youShared(sharedKeys) : words.messages.shared(authorName(author), sharedKeys)}
      </span>
      <Hour time={message.time} />
    </li>
  );
}

function Hour({ time, short = false }: { time: Date; short?: boolean }) {
  return (
    <time class="hour" dateTime={isoText(time)} title={momentText(time)}>
      {short ? shortHourText(time) : hourText(time)}
    </time>
  );
}

function LockMark({ message: { lock }, context }: { message: Message; context: RowContext }) {
  const said = words.lock(lock);
  if (lock.state === 'open' && lock.sharedBy !== undefined) {
    const by = context.people.get(lock.sharedBy);
    const name = by ? authorName(by) : lock.sharedBy.slice(0, 8);
    return (
      <span class="lock-mark lock-shared" title={words.messages.sharedBy(name)}>
        <Icon name="unlocked" />
        <span aria-hidden="true">{words.messages.sharedMark}</span>
        <span class="unseen">{words.messages.sharedBy(name)}</span>
      </span>
    );
  }
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

interface DeliveryProps {
  message: Message;
  /** In words for all to see; else for those who listen. */
  spoken: boolean;
  online: boolean;
}

function DeliveryMark({ message: { delivery }, spoken, online }: DeliveryProps) {
  if (delivery.state !== 'queued' && delivery.state !== 'sent') return null;
  const quiet = delivery.state === 'sent' && !spoken;
  return (
    <span class={`delivery delivery-${delivery.state}`} title={words.deliveryHint[delivery.state]}>
      <Icon name={delivery.state === 'sent' ? 'check' : 'clock'} />
      <span class={quiet ? 'unseen' : undefined}>{deliveryText(delivery, online)}</span>
    </span>
  );
}

function deliveryText(delivery: Delivery, online: boolean): string {
  if (delivery.state !== 'queued' || !online) return words.delivery(delivery);
  const { progress } = delivery;
  return progress ? words.messages.uploading(progress.done, progress.total) : words.messages.sending;
}

function Failure({ message: { id, delivery }, context }: { message: Message; context: RowContext }) {
  if (delivery.state !== 'failed') return null;
  return (
    <p class="delivery-failed">
      <span class="delivery-why">
        <Icon name="warning" />
        <span>{words.delivery(delivery)}</span>
      </span>
      <button type="button" class="outlined small" onClick={() => context.retry(id)}>
        <Icon name="retry" />
        {words.retry}
      </button>
      <button type="button" class="quiet small" onClick={() => context.discard(id)}>
        {words.messages.discard}
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
          <span class="sealed-title">{words.sealed(row, row.messages.length)}</span>
          <span class="sealed-why">{words.sealedWhy(row)}</span>
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
