import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ticks, type Chart } from '../model/chart';
import { whole } from '../model/format';

const COLOURS = Array.from({ length: 8 }, (_, at) => `var(--chart-${at + 1})`);

export function colour(at: number): string {
  return COLOURS[at % COLOURS.length]!;
}

export interface Bar {
  readonly name: string;
  readonly count: number;
  readonly href?: string;
  readonly fill?: string;
}

/** Horizontal bars with their figures written out. */
export function Bars({ bars, label }: { readonly bars: readonly Bar[]; readonly label: string }): JSX.Element {
  const most = Math.max(1, ...bars.map(bar => bar.count));
  return (
    <div class="bars" role="list" aria-label={label}>
      {bars.map(bar => (
        <div key={bar.name} role="listitem" style={{ display: 'contents' }}>
          <span class="name ellipsis" title={bar.name}>{bar.href === undefined ? bar.name : <a href={bar.href}>{bar.name}</a>}</span>
          <span class="track" aria-hidden="true">
            <span style={{ width: `${(100 * bar.count) / most}%`, background: bar.fill ?? colour(0) }} />
          </span>
          <span class="count number">{whole(bar.count)}</span>
        </div>
      ))}
    </div>
  );
}

export interface Slice {
  readonly name: string;
  readonly count: number;
  readonly fill: string;
  readonly href?: string;
}

/** A ring with a word in the middle; the legend has every figure. */
export function Donut({ slices, middle, note, label }: { readonly slices: readonly Slice[]; readonly middle: string; readonly note: string; readonly label: string }): JSX.Element {
  const total = slices.reduce((sum, slice) => sum + slice.count, 0);
  const around = 2 * Math.PI * 42;
  let from = 0;
  return (
    <div class="donut">
      <svg viewBox="0 0 100 100" role="img" aria-label={label}>
        <circle cx="50" cy="50" r="42" fill="none" stroke="var(--mute-soft)" stroke-width="11" />
        {slices.filter(slice => slice.count > 0).map(slice => {
          const length = (slice.count / total) * around;
          const arc = (
            <circle
              key={slice.name}
              cx="50"
              cy="50"
              r="42"
              fill="none"
              stroke={slice.fill}
              stroke-width="11"
              stroke-dasharray={`${Math.max(0, length - 0.6)} ${around}`}
              stroke-dashoffset={-from}
              transform="rotate(-90 50 50)"
            />
          );
          from += length;
          return arc;
        })}
        <text x="50" y="51" text-anchor="middle" style={{ font: '650 17px var(--sans)', fill: 'var(--text)' }}>{middle}</text>
        <text x="50" y="64" text-anchor="middle" style={{ font: '8.5px var(--sans)', fill: 'var(--text-soft)' }}>{note}</text>
      </svg>
      <ul class="legend">
        {slices.map(slice => (
          <li key={slice.name}>
            <i style={{ background: slice.fill }} />
            {slice.href === undefined ? <span>{slice.name}</span> : <a href={slice.href}>{slice.name}</a>}
            <b>{whole(slice.count)}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A result as a picture. */
export function ResultChart({ chart }: { readonly chart: Chart }): JSX.Element {
  switch (chart.kind) {
    case 'pie':
      return <Pie chart={chart} />;
    case 'bars':
      return chart.series.length === 1 ? (
        <Bars label="Chart" bars={chart.categories.map((name, at) => ({ name, count: chart.series[0]!.values[at] ?? 0 }))} />
      ) : (
        <StackedBars chart={chart} />
      );
    case 'lines':
      return <Lines chart={chart} />;
  }
}

function Pie({ chart }: { readonly chart: Extract<Chart, { kind: 'bars' | 'pie' }> }): JSX.Element {
  const slices = chart.categories.map((name, at) => ({ name, count: chart.series[0]!.values[at] ?? 0, fill: colour(at) }));
  const total = slices.reduce((sum, slice) => sum + slice.count, 0);
  return <Donut slices={slices} middle={whole(total)} note={chart.series[0]!.name} label="Chart" />;
}

function StackedBars({ chart }: { readonly chart: Extract<Chart, { kind: 'bars' | 'pie' }> }): JSX.Element {
  const sums = chart.categories.map((_, at) => chart.series.reduce((sum, series) => sum + (series.values[at] ?? 0), 0));
  const most = Math.max(1, ...sums);
  return (
    <div class="stack">
      <Legend names={chart.series.map(series => series.name)} />
      <div class="bars" role="list" aria-label="Chart">
        {chart.categories.map((name, at) => (
          <div key={name} role="listitem" style={{ display: 'contents' }}>
            <span class="name ellipsis" title={name}>{name}</span>
            <span class="track">
              {chart.series.map((series, index) => {
                const count = series.values[at] ?? 0;
                return count > 0 && (
                  <span key={series.name} title={`${series.name}: ${whole(count)}`} style={{ width: `${(100 * count) / most}%`, background: colour(index), borderRadius: 0 }} />
                );
              })}
            </span>
            <span class="count number">{whole(sums[at]!)}</span>
          </div>
        ))}
      </div>
    </div>
  );
}

function Legend({ names }: { readonly names: readonly string[] }): JSX.Element {
  return (
    <ul class="legend flat">
      {names.map((name, at) => (
        <li key={name}><i style={{ background: colour(at) }} />{name}</li>
      ))}
    </ul>
  );
}

function Lines({ chart }: { readonly chart: Extract<Chart, { kind: 'lines' }> }): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(800);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => setWidth(box.current?.clientWidth ?? 800));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  const height = 320;
  const inset = { left: 64, right: 16, top: 12, bottom: 28 };
  const all = chart.series.flatMap(series => series.values.filter(value => value !== null));
  const marks = ticks(Math.min(0, ...all), Math.max(1, ...all), 5);
  const low = marks[0]!;
  const high = marks.at(-1)!;
  const start = chart.positions[0]!;
  const end = chart.positions.at(-1)!;
  const x = (position: number): number => inset.left + ((position - start) / Math.max(1e-9, end - start)) * (width - inset.left - inset.right);
  const y = (value: number): number => height - inset.bottom - ((value - low) / Math.max(1e-9, high - low)) * (height - inset.top - inset.bottom);
  const wanted = Math.max(2, Math.min(6, Math.floor(width / 150)));
  const labels = Array.from({ length: wanted }, (_, at) => start + ((end - start) * at) / (wanted - 1));
  return (
    <div class="stack" ref={box}>
      {chart.series.length > 1 && <Legend names={chart.series.map(series => series.name)} />}
      <svg class="plot" viewBox={`0 0 ${width} ${height}`} style={{ height: `${height}px` }} role="img" aria-label={`Lines: ${chart.series.map(series => series.name).join(', ')}`}>
        {marks.map(mark => (
          <g key={mark}>
            <line class="rule" x1={inset.left} x2={width - inset.right} y1={y(mark)} y2={y(mark)} />
            <text x={inset.left - 8} y={y(mark) + 4} text-anchor="end">{whole(mark)}</text>
          </g>
        ))}
        {labels.map((position, at) => (
          <text key={at} x={x(position)} y={height - 8} text-anchor={at === 0 ? 'start' : at === wanted - 1 ? 'end' : 'middle'}>
            {chart.time ? new Date(position).toISOString().replace('T', ' ').slice(0, end - start > 3 * 86_400_000 ? 10 : 16) : Number(position.toPrecision(4))}
          </text>
        ))}
        {chart.series.map((series, index) => (
          <g key={series.name} stroke={colour(index)} fill={colour(index)}>
            <path d={pathOf(series.values, chart.positions, x, y)} fill="none" stroke-width="2" stroke-linejoin="round" />
            {chart.positions.length <= 60 && series.values.map((value, at) => value !== null && (
              <circle key={at} cx={x(chart.positions[at]!)} cy={y(value)} r="2.6" stroke="none"><title>{`${series.name}: ${value}`}</title></circle>
            ))}
          </g>
        ))}
      </svg>
    </div>
  );
}

function pathOf(values: readonly (number | null)[], positions: readonly number[], x: (at: number) => number, y: (value: number) => number): string {
  let path = '';
  let drawing = false;
  values.forEach((value, at) => {
    if (value !== null) {
      path += `${drawing ? 'L' : 'M'}${x(positions[at]!).toFixed(1)} ${y(value).toFixed(1)}`;
    }
    drawing = value !== null;
  });
  return path;
}
