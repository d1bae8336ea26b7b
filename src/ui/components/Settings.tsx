/** One's name, the words, how the page looks and speaks, and the way out. */
import { useState } from 'preact/hooks';
import { LIMITS } from '../../core/registry.ts';
import type { Chat } from '../chat.ts';
import { nameText } from '../display.ts';
import type { Own } from '../own.ts';
import type { Settings as Chosen } from '../settings.ts';
import type { Shell } from '../shell.ts';
import { isLanguage, LANGUAGES, words } from '../text/text.ts';
import { THEMES } from '../theme.ts';
import { version } from '../version.ts';
import { Icon } from './Icon.tsx';
import { useMachines } from './Machines.tsx';
import { Sheet } from './Sheet.tsx';

interface Props {
  chat: Chat;
  own: Own;
  settings: Chosen;
  shell: Shell;
  tabPerson: boolean;
  onClose: () => void;
}

export function Settings({ chat, own, settings, shell, tabPerson, onClose }: Props) {
  const { relay } = chat.status.value;
  return (
    <Sheet title={words.settings.title} close={words.settings.close} onClose={onClose}>
      <You chat={chat} />
      {!tabPerson && <RecoveryWords own={own} shell={shell} />}
      <Looks settings={settings} />
      <Notices settings={settings} />
      <section class="setting">
        <h3>{words.settings.about}</h3>
        <p class="hint">
          <bdi dir="ltr">{words.settings.version(version)}</bdi>
        </p>
        {relay !== undefined && <p class="hint">{words.settings.relay(relay)}</p>}
        {relay !== undefined && <Around relay={relay} shell={shell} />}
        <PanelLink shell={shell} panel="keys">
          {words.keys.open}
        </PanelLink>
      </section>
      <button
        type="button"
        class="outlined danger"
        onClick={() => {
          shell.panel.value = 'leave';
        }}
      >
        <Icon name="leave" />
        {words.settings.leave}
      </button>
    </Sheet>
  );
}

function PanelLink({ shell, panel, children }: { shell: Shell; panel: 'keys' | 'machines'; children: string }) {
  const open = () => {
    shell.panel.value = panel;
  };
  return (
    <button type="button" class="link" onClick={open}>
      {children}
    </button>
  );
}

/** Nothing of a relay that knows no other machine, unless one sits at it and can join some. */
function Around({ relay, shell }: { relay: string; shell: Shell }) {
  const machines = useMachines(relay);
  if (machines === undefined) return null;
  return (
    <>
      {machines.known > 0 && <p class="hint">{words.machines(machines.connected, machines.exchanging)}</p>}
      {machines.peers !== undefined && (
        <PanelLink shell={shell} panel="machines">
          {words.others.open}
        </PanelLink>
      )}
    </>
  );
}

function You({ chat }: { chat: Chat }) {
  const [typed, setTyped] = useState(chat.me.peek().name);
  const [saved, setSaved] = useState(false);
  const name = nameText(typed, '');
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (name === '') return;
    await chat.rename(name);
    setSaved(chat.me.peek().name === name);
  };
  return (
    <section class="setting">
      <h3>{words.settings.you}</h3>
      <form class="one-line" onSubmit={submit}>
        <div>
          <label for="rename">{words.welcome.label}</label>
          <input
            id="rename"
            value={typed}
            maxLength={LIMITS.profileNameUnits}
            autocomplete="nickname"
            aria-describedby="rename-state"
            onInput={(event) => {
              setTyped(event.currentTarget.value);
              setSaved(false);
            }}
          />
        </div>
        <button type="submit" class="outlined" disabled={name === '' || name === chat.me.value.name}>
          {words.me.save}
        </button>
      </form>
      <p id="rename-state" class="hint" role="status">
        {saved ? words.settings.saved : (chat.problem.value ?? '')}
      </p>
      <dl class="person-facts">
        <dt>{words.settings.identity}</dt>
        <dd class="dot1">{chat.me.value.dot1}</dd>
      </dl>
    </section>
  );
}

function RecoveryWords({ own, shell }: { own: Own; shell: Shell }) {
  const open = own.wordsOpen.value === true;
  return (
    <section class="setting">
      <h3>{words.settings.words}</h3>
      <p class={open ? 'advice advice-warn' : 'advice'}>
        <Icon name={open ? 'warning' : 'shield'} />
        <span>{open ? words.settings.wordsOpen : words.settings.wordsDone}</span>
      </p>
      {open && (
        <button
          type="button"
          class="outlined"
          onClick={() => {
            shell.panel.value = 'words';
          }}
        >
          <Icon name="key" />
          {words.settings.wordsShow}
        </button>
      )}
    </section>
  );
}

function Looks({ settings }: { settings: Chosen }) {
  const theme = settings.themes.theme.value;
  return (
    <section class="setting">
      <h3>{words.settings.looks}</h3>
      <fieldset class="choices">
        <legend>{words.settings.theme}</legend>
        {THEMES.map((each) => (
          <label key={each} class="choice">
            <input type="radio" name="theme" checked={theme === each} onChange={() => settings.themes.choose(each)} />
            {words.settings.themes[each]}
          </label>
        ))}
      </fieldset>
      <div>
        <label for="language">{words.settings.language}</label>
        <select
          id="language"
          value={settings.language.value ?? ''}
          onChange={(event) => {
            const { value } = event.currentTarget;
            void settings.speak(isLanguage(value) ? value : undefined);
          }}
        >
          <option value="">{words.settings.languageAuto}</option>
          {LANGUAGES.map(({ tag, name, direction }) => (
            <option key={tag} value={tag} lang={tag} dir={direction}>
              {name}
            </option>
          ))}
        </select>
      </div>
    </section>
  );
}

function Notices({ settings }: { settings: Chosen }) {
  const { notices } = settings;
  const state = notices.state.value;
  if (state === 'impossible') return null;
  const choose = async (box: HTMLInputElement): Promise<void> => {
    await notices.set(box.checked);
    // Whoever waves the browser's question away has changed nothing.
    box.checked = notices.state.peek() === 'on';
  };
  return (
    <section class="setting">
      <h3>{words.settings.notices}</h3>
      <div>
        <label class="choice">
          <input
            type="checkbox"
            checked={state === 'on'}
            disabled={state === 'refused'}
            aria-describedby="notices-hint"
            onChange={(event) => void choose(event.currentTarget)}
          />
          {words.settings.noticesWanted}
        </label>
        <p id="notices-hint" class="hint">
          {state === 'refused' ? words.settings.noticesRefused : words.settings.noticesWhat}
        </p>
      </div>
    </section>
  );
}
