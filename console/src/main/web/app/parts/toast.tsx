import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Notice } from './basics';

interface Toast {
  readonly number: number;
  readonly tone: 'good' | 'bad' | 'info';
  readonly text: string;
}

let last = 0;
let show: ((toast: Toast) => void) | null = null;

/** Says something at the edge of the page for a few seconds; a failure stays longer. */
export function say(tone: Toast['tone'], text: string): void {
  show?.({ number: ++last, tone, text });
}

export function Toasts(): JSX.Element {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  useEffect(() => {
    show = toast => {
      setToasts(old => [...old, toast]);
      setTimeout(() => setToasts(old => old.filter(other => other !== toast)), toast.tone === 'bad' ? 12_000 : 5_000);
    };
    return () => {
      show = null;
    };
  }, []);
  return (
    <div class="toasts" aria-live="polite">
      {toasts.map(toast => <Notice key={toast.number} tone={toast.tone}>{toast.text}</Notice>)}
    </div>
  );
}
