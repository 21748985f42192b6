import type { JSX } from 'preact';

const PATHS = {
  overview: 'M4 13h6V4H4zm10 7h6v-9h-6zM4 20h6v-4H4zM14 4v4h6V4z',
  query: 'M4 6h16M4 12h9M4 18h6m6.5-1.5L20 20m-1.2-6.1a3.4 3.4 0 1 1-6.8 0 3.4 3.4 0 0 1 6.8 0z',
  compliance: 'M12 3l7.5 3v5.5c0 4.5-3.2 8-7.5 9.5-4.3-1.5-7.5-5-7.5-9.500V6zm-3.2 9l2.3 2.3 4.3-4.6',
  remediations: 'M14.7 6.300a4 4 0 0 0-5.3 5.100L4 16.8 7.2 20l5.4-5.400a4 4 0 0 0 5.1-5.300l-2.6 2.6-2.4-.6-.6-2.400z',
  sun: 'M12 4V2m0 20v-2m8-8h2M2 12h2m13.7-5.7 1.4-1.400M4.9 19.100l1.4-1.400m0-11.400L4.9 4.900m14.2 14.2-1.4-1.400M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0z',
  moon: 'M20 14.500A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.500z',
  run: 'M7 4.500v15l12-7.500z',
  stop: 'M6 6h12v12H6z',
  download: 'M12 4v11m0 0-4-4m4 4 4-4M4 19h16',
  link: 'M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.700l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.700l1-1',
  book: 'M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zm0 13a3 3 0 0 1 3-3h11',
  refresh: 'M20 11a8 8 0 0 0-14.3-4L4 9m0-5v5h5M4 13a8 8 0 0 0 14.3 4l1.7-2m0 5v-5h-5',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  check: 'M5 12.500l4.5 4.500L19 7.5',
  cross: 'M7 7l10 10M17 7L7 17',
  alert: 'M12 8.500v4.500m0 3.500v.010M10.3 4.2 2.7 17.500A2 2 0 0 0 4.4 20.500h15.200a2 2 0 0 0 1.7-3L13.7 4.200a2 2 0 0 0-3.4 0z',
  info: 'M12 11v5m0-8.500v.010M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0z',
  dash: 'M6 12h12',
  chevron: 'M9 6l6 6-6 6',
  down: 'M6 9l6 6 6-6',
  panel: 'M4 5h16v14H4zM15 5v14',
} as const;

export type IconName = keyof typeof PATHS;

/** A line drawing beside a text; it says nothing that the text does not. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
      <path d={PATHS[name]} fill={name === 'run' ? 'currentColor' : 'none'} />
    </svg>
  );
}
