/**
 * Checks that run inside of a page: whether its text has the contrast that WCAG AA asks for, and whether each control
 * has a name. They stand alone, since they are sent into the page as they are.
 */

/** Texts on screen whose contrast with what is behind them is below 4.5 (3 for large ones). */
export function unreadable(): string[] {
  const canvas = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
  type Colour = [number, number, number, number];
  const parse = (text: string): Colour => {
    if (canvas === null) return [0, 0, 0, 0];
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a]: Colour, [R, G, B]: Colour): Colour => [
    r * a + R * (1 - a),
    g * a + G * (1 - a),
    b * a + B * (1 - a),
    1,
  ];
  const channel = (value: number): number => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  const luminance = ([r, g, b]: Colour): number => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (element: Element | null): Colour => {
    if (element === null) return parse(getComputedStyle(document.documentElement).backgroundColor);
    const own = parse(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own : over(own, behind(element.parentElement));
  };
  const found: string[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element === null || node.textContent?.trim() === '' || element.closest('.unseen, noscript') !== null) continue;
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (box.width === 0 || style.visibility === 'hidden' || style.opacity === '0') continue;
    const ground = behind(element);
    const [a, b] = [luminance(over(parse(style.color), ground)), luminance(ground)].sort((x, y) => y - x);
    const ratio = ((a ?? 0) + 0.05) / ((b ?? 0) + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5))
      found.push(`${ratio.toFixed(2)} ${element.className}: ${node.textContent?.slice(0, 40)}`);
  }
  return [...new Set(found)];
}

/** Controls that a screen reader could not name. */
export function unnamed(): string[] {
  const found: string[] = [];
  for (const element of document.querySelectorAll(
    'button, a, input, textarea, [tabindex], dialog, nav, aside, summary',
  )) {
    const labelled = element.getAttribute('aria-label') ?? '';
    const labels =
      element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.labels : null;
    const label = [...(labels ?? [])].map(({ textContent }) => textContent).join('');
    const text = (element.textContent ?? '') + label + labelled;
    if (text.trim() === '') found.push(element.outerHTML.slice(0, 120));
  }
  return found;
}
