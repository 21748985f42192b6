import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { query, type Answer } from '../../api/graph';
import { isAbort, ServerFault } from '../../api/http';
import { problemsOf, type Problem } from '../../model/problems';
import { blockAt, splitRender } from '../../model/query-text';
import { AsOf } from '../../parts/as-of';
import { Empty, Failure } from '../../parts/basics';
import { Icon } from '../../parts/icons';
import { say } from '../../parts/toast';
import { link, type Route } from '../../router';
import { EditorBox, type EditorHandle } from './editor-box';
import { recentQueries, rememberQuery } from './history';
import { ProblemList } from './problem-list';
import { Results } from './results';
import { SAMPLES } from './samples';
import { SchemaPanel } from './schema-panel';

const START = `resources
| summarize count() by type
| order by count_ desc`;

const LEAST_HEIGHT = 100;

type Outcome =
  | { readonly kind: 'none' }
  | { readonly kind: 'running' }
  | { readonly kind: 'answer'; readonly answer: Answer; readonly render: string | null; readonly run: number }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[]; readonly text: string }
  | { readonly kind: 'failure'; readonly failure: Error };

// Outlives the page, so that going elsewhere and back loses nothing.
let draft: string | null = null;
let draftAsOf: string | null = null;
let lastOutcome: Outcome = { kind: 'none' };
let runs = 0;
const NO_PROBLEMS: readonly Problem[] = [];

/** The query console: text above, answer below, tables beside. `#/query?q=` opens with a query and runs it. */
export function QueryPage({ route }: { readonly route: Route }): JSX.Element {
  const asked = route.parameters.get('q');
  const [asOf, setAsOf] = useState<string | null>(() => route.parameters.get('at') ?? draftAsOf);
  const [text, setText] = useState(() => asked ?? draft ?? recentQueries()[0] ?? START);
  const [outcome, setOutcome] = useState<Outcome>(asked === null ? lastOutcome : { kind: 'none' });
  const [height, setHeight] = useState(() => Math.round(Math.min(280, innerHeight * 0.36)));
  const [withSchema, setWithSchema] = useState(true);
  const handle = useRef<EditorHandle | null>(null);
  const control = useRef<AbortController | null>(null);
  const current = useRef(text);
  current.current = text;
  draft = text;
  draftAsOf = asOf;
  const instant = useRef(asOf);
  instant.current = asOf;
  lastOutcome = outcome.kind === 'running' ? lastOutcome : outcome;

  const run = async (whole?: string): Promise<void> => {
    control.current?.abort();
    const mine = new AbortController();
    control.current = mine;
    const all = whole ?? current.current;
    const selection = whole === undefined ? (handle.current?.selection() ?? { start: 0, end: 0 }) : { start: 0, end: 0 };
    const block = selection.end > selection.start ? { start: selection.start, text: all.slice(selection.start, selection.end) } : blockAt(all, selection.start);
    if (block.text.trim() === '') {
      setOutcome({ kind: 'none' });
      return;
    }
    const { query: sent, render } = splitRender(block.text);
    setOutcome({ kind: 'running' });
    try {
      const answer = await query(sent, { signal: mine.signal, asOf: instant.current });
      rememberQuery(all);
      setOutcome({ kind: 'answer', answer, render, run: ++runs });
    } catch (failure) {
      if (isAbort(failure)) {
        if (control.current === mine) {
          setOutcome({ kind: 'none' });
        }
      } else if (failure instanceof ServerFault && failure.status === 400) {
        setOutcome({ kind: 'problems', problems: problemsOf(failure, all, block.start), text: all });
      } else {
        setOutcome({ kind: 'failure', failure: failure as Error });
      }
    }
  };

  useEffect(() => {
    if (asked !== null) {
      instant.current = route.parameters.get('at');
      setAsOf(instant.current);
      if (asked !== current.current) {
        handle.current?.setText(asked);
        setText(asked);
      }
      void run(asked);
    }
  }, [asked]);
  useEffect(() => () => control.current?.abort(), []);

  const pick = (picked: string): void => {
    handle.current?.setText(picked);
    setText(picked);
    void run(picked);
  };

  return (
    <div class="page full">
      <h1 class="sr-only">Query</h1>
      <div class={withSchema ? 'query' : 'query no-schema'}>
        <div class="query-work">
          <div class="query-bar">
            {outcome.kind === 'running' ? (
              <button type="button" class="button" onClick={() => control.current?.abort()}><Icon name="stop" />Stop</button>
            ) : (
              <button type="button" class="button primary" onClick={() => void run()}><Icon name="run" />Run <kbd>Ctrl ⏎</kbd></button>
            )}
            <Samples onPick={pick} />
            <AsOf at={asOf} onPick={setAsOf} />
            <button type="button" class="button quiet" onClick={() => void copyLink(text, asOf)}><Icon name="link" />Copy link</button>
            <span class="grow" />
            <button type="button" class="button quiet" aria-pressed={withSchema} onClick={() => setWithSchema(old => !old)}><Icon name="panel" />Tables</button>
          </div>
          <EditorBox text={text} height={height} problems={outcome.kind === 'problems' ? outcome.problems : NO_PROBLEMS} onChange={setText} onRun={() => void run()} handle={handle} />
          <Splitter height={height} onHeight={setHeight} />
          <div class="results">
            <OutcomeView outcome={outcome} onGoTo={(line, column) => handle.current?.goTo(line, column)} />
          </div>
        </div>
        {withSchema && <SchemaPanel onInsert={inserted => handle.current?.insert(inserted)} />}
      </div>
    </div>
  );
}

function OutcomeView({ outcome, onGoTo }: { readonly outcome: Outcome; readonly onGoTo: (line: number, column: number) => void }): JSX.Element {
  switch (outcome.kind) {
    case 'none':
      return <Empty title="Ask the fleet">Write a query and press Ctrl and Enter, or start from a sample.</Empty>;
    case 'running':
      return <div class="empty" role="status"><span class="spinner" style={{ display: 'inline-block' }} /> Running…</div>;
    case 'answer':
      return <Results key={outcome.run} answer={outcome.answer} render={outcome.render} />;
    case 'problems':
      return <ProblemList problems={outcome.problems} text={outcome.text} onGoTo={onGoTo} />;
    case 'failure':
      return <div class="problems"><Failure failure={outcome.failure} /></div>;
  }
}

function Samples({ onPick }: { readonly onPick: (text: string) => void }): JSX.Element {
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  const recent = open ? recentQueries() : [];
  useEffect(() => {
    if (!open) {
      return;
    }
    menu.current?.querySelector<HTMLButtonElement>('.menu-list button')?.focus();
    const outside = (event: Event): void => {
      if (!menu.current!.contains(event.target as Node)) {
        setOpen(false);
      }
    };
    addEventListener('pointerdown', outside);
    return () => removeEventListener('pointerdown', outside);
  }, [open]);

  const key = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      setOpen(false);
      menu.current?.querySelector('button')?.focus();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const items = [...menu.current!.querySelectorAll<HTMLButtonElement>('.menu-list button')];
      const at = items.indexOf(document.activeElement as HTMLButtonElement);
      items[(at + (event.key === 'ArrowDown' ? 1 : -1) + items.length) % items.length]?.focus();
      event.preventDefault();
    }
  };
  const item = (name: string, about: string, text: string, at: number): JSX.Element => (
    <button key={at} type="button" role="menuitem" onClick={() => { setOpen(false); onPick(text); }}>
      {name}
      <small>{about}</small>
    </button>
  );
  return (
    <div class="menu" ref={menu} onKeyDown={key}>
      <button type="button" class="button" aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(old => !old)}><Icon name="book" />Samples <Icon name="down" /></button>
      {open && (
        <div class="menu-list" role="menu">
          <h3>Samples</h3>
          {SAMPLES.map((sample, at) => item(sample.name, sample.about, sample.text, at))}
          {recent.length > 0 && <h3>Run before</h3>}
          {recent.map((text, at) => item(text.split('\n')[0]!.slice(0, 70), text.split('\n').slice(1).join(' ').slice(0, 100), text, at))}
        </div>
      )}
    </div>
  );
}

/** Moves the border between text and answer, by pointer or arrow keys. */
function Splitter({ height, onHeight }: { readonly height: number; readonly onHeight: (height: number) => void }): JSX.Element {
  const within = (wanted: number): number => Math.round(Math.max(LEAST_HEIGHT, Math.min(innerHeight - 220, wanted)));
  const drag = (start: PointerEvent): void => {
    const moved = (event: PointerEvent): void => onHeight(within(height + event.clientY - start.clientY));
    const ended = (): void => {
      removeEventListener('pointermove', moved);
      removeEventListener('pointerup', ended);
    };
    addEventListener('pointermove', moved);
    addEventListener('pointerup', ended);
    start.preventDefault();
  };
  return (
    <div
      class="splitter"
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the query"
      aria-valuenow={height}
      tabIndex={0}
      onPointerDown={drag}
      onKeyDown={event => {
        if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
          onHeight(within(height + (event.key === 'ArrowDown' ? 20 : -20)));
          event.preventDefault();
        }
      }}
    />
  );
}

async function copyLink(text: string, at: string | null): Promise<void> {
  const url = location.href.replace(/#.*$/, '') + link('query', { q: text, at });
  try {
    await navigator.clipboard.writeText(url);
    say('good', 'The link is on the clipboard.');
  } catch {
    location.hash = link('query', { q: text, at });
    say('info', 'The clipboard is not open to this page; the link is in the address bar.');
  }
}
