import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { isAbort } from '../api/http';

/** What a page knows of something it asked for; `data` stays while it is asked again. */
export interface Loaded<T> {
  readonly data: T | null;
  readonly failure: Error | null;
  readonly loading: boolean;
  readonly reload: () => void;
}

// The newest answers of this tab, so that a page one comes back to shows at once what it showed, and is then refreshed.
const KEPT = 40;
const kept = new Map<string, unknown>();

function keep(key: string, data: unknown): void {
  kept.delete(key);
  kept.set(key, data);
  if (kept.size > KEPT) {
    kept.delete(kept.keys().next().value!);
  }
}

/**
 * Asks when the page opens and when `key` changes; with `every` (milliseconds) it asks again that long after each answer while the page is visible.
 * An answer that comes after the page moved on is dropped. One key belongs to one kind of data.
 */
export function useData<T>(key: string, ask: (signal: AbortSignal) => Promise<T>, every?: number | ((data: T | null) => number | null)): Loaded<T> {
  const [state, setState] = useState<{ key: string; data: T | null; failure: Error | null; loading: boolean }>({
    key,
    data: (kept.get(key) as T | undefined) ?? null,
    failure: null,
    loading: true,
  });
  const [turn, setTurn] = useState(0);
  const asked = useRef(ask);
  asked.current = ask;
  const interval = useRef(every);
  interval.current = every;

  useEffect(() => {
    const control = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    setState(old => ({ key, data: old.key === key ? old.data : ((kept.get(key) as T | undefined) ?? null), failure: null, loading: true }));
    const again = (data: T | null): void => {
      const wait = typeof interval.current === 'function' ? interval.current(data) : interval.current;
      if (wait !== null && wait !== undefined) {
        timer = setTimeout(() => (document.hidden ? again(data) : load()), wait);
      }
    };
    const load = (): void => {
      asked.current(control.signal).then(
        data => {
          keep(key, data);
          if (!control.signal.aborted) {
            setState({ key, data, failure: null, loading: false });
            again(data);
          }
        },
        (failure: unknown) => {
          if (!control.signal.aborted && !isAbort(failure)) {
            setState(old => ({ ...old, failure: failure as Error, loading: false }));
            again(null);
          }
        },
      );
    };
    load();
    return () => {
      control.abort();
      clearTimeout(timer);
    };
  }, [key, turn]);

  const reload = useCallback(() => setTurn(old => old + 1), []);
  return state.key === key ? { ...state, reload } : { data: null, failure: null, loading: true, reload };
}
