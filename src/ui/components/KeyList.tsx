/** All keys there are, by what they do. */
import { KEY_LIST, type KeyName } from '../keyboard.ts';
import { words } from '../text/text.ts';

const IS_APPLE = /mac|iphone|ipad/i.test(navigator.platform);

export function KeyList() {
  return (
    <div class="key-list">
      {KEY_LIST.map(({ group, keys }) => (
        <section key={group}>
          <h3>{words.keys.groups[group]}</h3>
          <dl>
            {keys.map(({ does, ways }) => (
              <div key={does}>
                <dt>{words.keys.uses[does]}</dt>
                <dd>
                  {ways.map((way, index) => (
                    <span key={index}>
                      {index > 0 && <span class="unseen"> {words.keys.or} </span>}
                      <Way keys={way} />
                    </span>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </div>
  );
}

/** Keys that are held together; they stand as on the keyboard, whichever way the page runs. */
function Way({ keys }: { keys: readonly KeyName[] }) {
  return (
    <span class="way" dir="ltr">
      {keys.map((key) => (
        <kbd key={key}>{said(key)}</kbd>
      ))}
    </span>
  );
}

function said(key: KeyName): string {
  const { names } = words.keys;
  if (key === 'mod') return IS_APPLE ? names.command : names.control;
  if (key === 'alt') return IS_APPLE ? names.option : names.alt;
  return key in names ? names[key as keyof typeof names] : key;
}
