import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Column } from '../model/chart';
import { cellText } from '../model/format';
import { sortedRows } from '../model/sort';
import { scrollTo, windowOf } from '../model/window';

const ROW = 28;
const HEAD = 33;
const AROUND = 8;
// Browsers cap an element's height near 16 million pixels; the reader of the answer caps rows far below that.
const NARROWEST = 60;
const WIDEST = 420;

interface Props {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly unknown[])[];
  readonly onOpen: (row: number, column: number) => void;
}

/**
 * A table of any length of which only the rows in view are in the page. Arrows, Page Up and Down, Home and End move; Enter or a double click opens
 * a row; Ctrl+C copies the cell; a click on a head sorts.
 */
export function Grid({ columns, rows, onOpen }: Props): JSX.Element {
  const view = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState({ top: 0, height: 400 });
  const [sort, setSort] = useState<{ column: number; descending: boolean } | null>(null);
  const [active, setActive] = useState<{ row: number; column: number } | null>(null);
  const [widths, setWidths] = useState<readonly number[]>([]);

  useEffect(() => {
    setWidths(columns.map((column, at) => widthOf(column, rows, at)));
    setSort(null);
    setActive(null);
    view.current?.scrollTo(0, 0);
  }, [columns, rows]);

  useLayoutEffect(() => {
    const element = view.current!;
    const measure = (): void => setScroll(old => ({ ...old, height: element.clientHeight }));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const order = useMemo(() => (sort === null ? null : sortedRows(rows, sort.column, sort.descending)), [rows, sort]);
  const rowAt = (place: number): number => (order === null ? place : order[place]!);
  const drawn = windowOf(rows.length, ROW, Math.max(0, scroll.top - HEAD), scroll.height, AROUND);

  const move = (row: number, column: number): void => {
    const next = { row: clamp(row, rows.length), column: clamp(column, columns.length) };
    setActive(next);
    const element = view.current!;
    element.scrollTop = scrollTo(next.row, ROW, element.scrollTop, element.clientHeight - HEAD);
    const left = widths.slice(0, next.column).reduce((sum, width) => sum + width, 0);
    const right = left + (widths[next.column] ?? 0);
    if (left < element.scrollLeft) {
      element.scrollLeft = left;
    } else if (right > element.scrollLeft + element.clientWidth) {
      element.scrollLeft = right - element.clientWidth;
    }
  };

  const key = (event: KeyboardEvent): void => {
    if (rows.length === 0 || (event.target as HTMLElement).closest('.grid-head') !== null) {
      return;
    }
    const from = active ?? { row: -1, column: 0 };
    const page = Math.max(1, Math.floor((scroll.height - HEAD) / ROW) - 1);
    const steps: Record<string, () => void> = {
      ArrowDown: () => move(from.row + 1, from.column),
      ArrowUp: () => move(from.row - 1, from.column),
      ArrowRight: () => move(Math.max(0, from.row), from.column + 1),
      ArrowLeft: () => move(Math.max(0, from.row), from.column - 1),
      PageDown: () => move(from.row + page, from.column),
      PageUp: () => move(from.row - page, from.column),
      Home: () => (event.ctrlKey ? move(0, 0) : move(Math.max(0, from.row), 0)),
      End: () => (event.ctrlKey ? move(rows.length - 1, columns.length - 1) : move(Math.max(0, from.row), columns.length - 1)),
      Enter: () => active !== null && onOpen(rowAt(active.row), active.column),
    };
    if ((event.ctrlKey || event.metaKey) && event.key === 'c' && active !== null && String(getSelection()) === '') {
      void navigator.clipboard.writeText(cellText(rows[rowAt(active.row)]![active.column]));
      event.preventDefault();
    } else if (steps[event.key] !== undefined) {
      steps[event.key]!();
      event.preventDefault();
    }
  };

  const resize = (column: number, start: PointerEvent): void => {
    const from = widths[column]!;
    const moved = (event: PointerEvent): void =>
      setWidths(old => old.map((width, at) => (at === column ? Math.max(NARROWEST, from + event.clientX - start.clientX) : width)));
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
      ref={view}
      class="grid"
      role="grid"
      tabIndex={0}
      aria-label="Results"
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-activedescendant={active === null ? undefined : `cell-${active.row}-${active.column}`}
      onScroll={event => setScroll({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
      onKeyDown={key}
    >
      <div class="grid-head" role="row" aria-rowindex={1}>
        {columns.map((column, at) => (
          <div
            key={at}
            role="columnheader"
            aria-sort={sort?.column === at ? (sort.descending ? 'descending' : 'ascending') : 'none'}
            style={{ width: `${widths[at] ?? 0}px` }}
          >
            <button
              type="button"
              class="sort"
              tabIndex={-1}
              title={`${column.name}: ${column.type}`}
              onClick={() => setSort(old => (old?.column !== at ? { column: at, descending: false } : old.descending ? null : { column: at, descending: true }))}
            >
              <span class="ellipsis">{column.name}</span>
              <span class="type">{sort?.column === at ? (sort.descending ? '▼' : '▲') : TYPE_SIGNS[column.type]}</span>
            </button>
            <span class="resize" onPointerDown={event => resize(at, event)} />
          </div>
        ))}
      </div>
      <div class="grid-rows" role="rowgroup" style={{ height: `${rows.length * ROW}px` }}>
        {Array.from({ length: drawn.end - drawn.first }, (_, offset) => {
          const place = drawn.first + offset;
          const row = rows[rowAt(place)]!;
          return (
            <div
              key={place}
              class={active?.row === place ? 'grid-row active' : 'grid-row'}
              role="row"
              aria-rowindex={place + 2}
              style={{ transform: `translateY(${place * ROW}px)` }}
            >
              {columns.map((column, at) => (
                <div
                  key={at}
                  id={`cell-${place}-${at}`}
                  role="gridcell"
                  class={cellClass(row[at], column, active?.row === place && active.column === at)}
                  style={{ width: `${widths[at] ?? 0}px` }}
                  onClick={() => setActive({ row: place, column: at })}
                  onDblClick={() => onOpen(rowAt(place), at)}
                >
                  {row[at] === null || row[at] === undefined ? 'null' : shown(row[at])}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

const TYPE_SIGNS: Record<string, string> = { string: 'abc', integer: '123', number: '1.2', boolean: 't/f', object: '{ }', datetime: 'time' };

function shown(value: unknown): string {
  const text = cellText(value);
  return text.length > 300 ? text.slice(0, 300) + '…' : text;
}

function cellClass(value: unknown, column: Column, active: boolean): string {
  const kind =
    value === null || value === undefined
      ? ' null'
      : typeof value === 'object'
        ? ' object'
        : column.type === 'integer' || column.type === 'number'
          ? ' number'
          : '';
  return `grid-cell${kind}${active ? ' active' : ''}`;
}

/** Wide enough for the head and the first rows' texts, within reason. */
function widthOf(column: Column, rows: readonly (readonly unknown[])[], at: number): number {
  let longest = column.name.length + 6;
  for (let row = 0; row < Math.min(rows.length, 60); row++) {
    longest = Math.max(longest, cellText(rows[row]![at]).length);
  }
  return Math.min(WIDEST, Math.max(NARROWEST, Math.round(longest * 7.6) + 28));
}

function clamp(index: number, count: number): number {
  return Math.min(Math.max(index, 0), count - 1);
}
