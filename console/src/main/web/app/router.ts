import { useEffect, useState } from 'preact/hooks';

/** `#/compliance/resource?id=...` as its path's segments and its parameters. */
export interface Route {
  readonly path: readonly string[];
  readonly parameters: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  return { path: path.split('/').filter(segment => segment !== ''), parameters: new URLSearchParams(search) };
}

/** The address of a page; parameters that are undefined or empty are left out. */
export function link(path: string, parameters: Readonly<Record<string, string | null | undefined>> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== null && value !== undefined && value !== '') {
      search.set(name, value);
    }
  }
  const text = search.toString();
  return `#/${path}${text === '' ? '' : `?${text}`}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const changed = (): void => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}
