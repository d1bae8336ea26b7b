/** Elements, made without markup: what logs say are strangers' words. */
export function h<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties: Partial<HTMLElementTagNameMap[Name]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

export function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no #${id}`);
}

/** One of a list, of which one is chosen. */
export function choice(isChosen: boolean, onclick: () => void, ...children: (Node | string)[]): HTMLLIElement {
  const button = h('button', { type: 'button', onclick }, ...children);
  button.setAttribute('aria-current', String(isChosen));
  return h('li', {}, button);
}

export const size = (bytes: number): string =>
  bytes < 1000 ? `${bytes} bytes` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
