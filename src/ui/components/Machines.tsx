/** The other machines: each with its paths, and how one more is joined. For who sits at the relay's own machine. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { nameText } from '../display.ts';
import { askMachines, askTicket, type Joining, joinMachine, type Machine, type Machines } from '../machines.ts';
import { words } from '../text/text.ts';
import { Icon } from './Icon.tsx';
import { Qr } from './Qr.tsx';
import { Sheet } from './Sheet.tsx';

/** Paths change by themselves while one looks. */
const RENEW_MS = 2000;

export function OtherMachines({ relay, onClose }: { relay: string; onClose: () => void }) {
  const machines = useMachines(relay);
  const peers = machines?.peers ?? [];
  return (
    <Sheet title={words.others.title} close={words.others.close} onClose={onClose}>
      <p>{words.others.what}</p>
      {peers.length === 0 ? (
        <p class="hint">{machines && words.others.none}</p>
      ) : (
        <ul class="machines" aria-label={words.others.list}>
          {peers.map((machine) => (
            <Row key={machine.key} machine={machine} />
          ))}
        </ul>
      )}
      <section class="setting setting-last">
        <h3>{words.others.join}</h3>
        <p class="hint">{words.others.joinWhat}</p>
        <OwnTicket relay={relay} />
        <Join relay={relay} />
      </section>
    </Sheet>
  );
}

/** What the relay tells, again and again; nothing where the page may not ask it, for it is of another origin. */
export function useMachines(relay: string | undefined): Machines | undefined {
  const [machines, setMachines] = useState<Machines>();
  useEffect(() => {
    if (relay === undefined || URL.parse(relay)?.origin !== location.origin) return;
    let isShown = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      const told = await askMachines(relay);
      if (!isShown) return;
      setMachines(told);
      timer = setTimeout(look, RENEW_MS);
    };
    void look();
    return () => {
      isShown = false;
      clearTimeout(timer);
    };
  }, [relay]);
  return machines;
}

function Row({ machine }: { machine: Machine }) {
  const { key, name, paths, isConnected, problem } = machine;
  return (
    <li>
      <p class="machine">
        <bdi class="name-text">{nameText(name, words.others.unnamed)}</bdi>
        <span class="dot1" title={key} dir="ltr">
          {key.slice(0, 8)}
        </span>
        <span class={isConnected ? 'machine-state' : 'machine-state machine-away'}>{words.others.state(machine)}</span>
      </p>
      {!isConnected && problem !== undefined && <p class="hint">{words.reason(problem)}</p>}
      {paths.length > 0 && (
        <ul class="paths">
          {paths.map((path, index) => (
            <li key={index}>
              <span>{words.others.passage[path.passage]}</span>
              <span>{words.others.path(path)}</span>
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

/** Made when it is asked for: whoever sees it can join. */
function OwnTicket({ relay }: { relay: string }) {
  const [ticket, setTicket] = useState<string>();
  const [told, setTold] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const show = async (): Promise<void> => {
    const given = await askTicket(relay);
    setTicket(given);
    setTold(given === undefined ? words.others.noTicket : '');
  };
  const copy = async (): Promise<void> => {
    field.current?.select();
    await navigator.clipboard.writeText(ticket ?? '').then(
      () => setTold(words.others.copied),
      () => setTold(''),
    );
  };
  return (
    <>
      {ticket === undefined ? (
        <button type="button" class="outlined" onClick={() => void show()}>
          {words.others.show}
        </button>
      ) : (
        <>
          <Qr text={ticket} label={words.others.qr} />
          <div class="one-line">
            <div>
              <label for="own-ticket">{words.others.ticket}</label>
              <input id="own-ticket" ref={field} class="invite-link" value={ticket} readOnly dir="ltr" />
            </div>
            <button type="button" class="outlined" onClick={() => void copy()}>
              <Icon name={told === '' ? 'link' : 'check'} />
              {words.others.copy}
            </button>
          </div>
        </>
      )}
      <p class="hint" role="status">
        {told}
      </p>
    </>
  );
}

function Join({ relay }: { relay: string }) {
  const [typed, setTyped] = useState('');
  const [joining, setJoining] = useState<Joining | 'working'>();
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (typed.trim() === '' || joining === 'working') return;
    setJoining('working');
    const outcome = await joinMachine(relay, typed);
    if (outcome === 'connected' || outcome === 'remembered') setTyped('');
    setJoining(outcome);
  };
  return (
    <form onSubmit={submit}>
      <div class="one-line">
        <div>
          <label for="other-ticket">{words.others.field}</label>
          <input
            id="other-ticket"
            class="invite-link"
            value={typed}
            dir="ltr"
            autoComplete="off"
            spellcheck={false}
            placeholder="pipes1…"
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </div>
        <button type="submit" class="primary">
          {joining === 'working' ? words.others.connecting : words.others.connect}
        </button>
      </div>
      <p class={joining === 'refused' || joining === 'failed' ? 'trouble' : 'hint'} role="status">
        {joining !== undefined && joining !== 'working' ? words.others.outcome[joining] : ''}
      </p>
    </form>
  );
}
