/** The few pictures of the page, drawn in the colour of the text beside them. They never carry meaning alone. */
const PATHS = {
  lock: 'M5 11h14v9H5zM8 11V8a4 4 0 0 1 8 0v3',
  unlocked: 'M5 11h14v9H5zM8 11V8a4 4 0 0 1 7.5-2',
  sealed: 'M3 6h18v12H3zM3 7l9 6 9-6',
  clock: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 7v5l3 2',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  warning: 'M12 4 2.5 20h19zM12 10v4M12 17v.01',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20a6.5 6.5 0 0 1 13 0M16 4.5a3.5 3.5 0 0 1 0 6.5M17.5 14a6.5 6.5 0 0 1 4 6',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'M6 6l12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  clip: 'M20 11.5 12 19.5a5 5 0 0 1-7-7l8.5-8.5a3.3 3.3 0 0 1 4.7 4.7L9.7 17.2a1.7 1.7 0 0 1-2.4-2.4l7.7-7.8',
  send: 'M4 12 20 4l-5 16-3.5-6.5zM11.500 13.500 20 4',
  down: 'M12 5v14M6 13l6 6 6-6',
  save: 'M12 4v11M7 10.500l5 5 5-5M5 20h14',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  agent: 'M5 9h14v10H5zM12 9V5M12 4v.01M9 13v2M15 13v2',
  edit: 'M4 20l1-4L16 5l3 3L8 19zM14 7l3 3',
  link: 'M10 14a4 4 0 0 0 5.700 0l3.500-3.500a4 4 0 0 0-5.700-5.700L12 6.300M14 10a4 4 0 0 0-5.700 0l-3.500 3.500a4 4 0 0 0 5.700 5.700l1.500-1.500',
  search: 'M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500 20 20',
  bell: 'M6 17h12l-1.500-2.500V10a4.500 4.500 0 0 0-9 0v4.500zM10.500 20h3',
  muted: 'M6 17h12l-1.500-2.500V10a4.500 4.500 0 0 0-9 0v4.500zM10.500 20h3M4 4l16 16',
  smile: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.500 14a4 4 0 0 0 7 0M9 9.500v.01M15 9.500v.01',
  shield: 'M12 3l7.500 3v5.500c0 4.500-3 7.500-7.500 9.500-4.500-2-7.500-5-7.500-9.500V6zM8.500 12l2.500 2.500 4.500-5',
  key: 'M8 7.500a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zM12.500 12H22M18 12v3.500M22 12v4',
  calendar: 'M4 6h16v14H4zM4 10h16M8 3v5M16 3v5',
  up: 'M12 19V5M6 11l6-6 6 6',
  play: 'M7 4.500v15L20 12z',
  retry: 'M20 5v5h-5M19.500 10a8 8 0 1 0 .3 5',
  gear: 'M12 8.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM19 12a7 7 0 0 0-.1-1.200l2-1.500-2-3.400-2.300 1a7 7 0 0 0-2.100-1.200L14 3h-4l-.5 2.700a7 7 0 0 0-2.100 1.200l-2.300-1-2 3.400 2 1.500a7 7 0 0 0 0 2.400l-2 1.500 2 3.400 2.300-1a7 7 0 0 0 2.100 1.200L10 21h4l.5-2.700a7 7 0 0 0 2.100-1.200l2.300 1 2-3.400-2-1.500a7 7 0 0 0 .1-1.200z',
  share: 'M12 15V4M8 7.500 12 3.500l4 4M6 11v9h12v-9',
  leave: 'M10 4H5v16h5M10 12h11M17 8l4 4-4 4',
} as const;

/** Those that point along the line of writing, and so the other way where it runs from right to left. */
const ALONG = new Set<string>(['send', 'edit', 'file', 'key', 'leave']);

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class={ALONG.has(name) ? 'icon icon-along' : 'icon'} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
