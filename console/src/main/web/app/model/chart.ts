/** A column of a Resource Graph table answer; types are Resource Graph's: string, integer, number, boolean, object, datetime. */
export interface Column {
  readonly name: string;
  readonly type: string;
}

export interface Series {
  readonly name: string;
  /** One value a category; null where the result has none. */
  readonly values: readonly (number | null)[];
}

/** What can be drawn of a result: bars over categories, or lines over a time or number axis (`positions`, ascending). */
export type Chart =
  | { readonly kind: 'bars' | 'pie'; readonly categories: readonly string[]; readonly series: readonly Series[] }
  | { readonly kind: 'lines'; readonly time: boolean; readonly positions: readonly number[]; readonly series: readonly Series[] };

const MAX_CATEGORIES = 200;
const MAX_SERIES = 8;
const LINES = ['timechart', 'linechart', 'areachart', 'stackedareachart', 'scatterchart'];

/**
 * The chart of a result, or null when it has none. With `render` the kind follows it; without, a result of two or three columns that ends in a
 * number (a count by something) is drawn as bars, over time as lines. A third column becomes the series.
 */
export function chartOf(columns: readonly Column[], rows: readonly (readonly unknown[])[], render: string | null): Chart | null {
  if (rows.length === 0 || rows.length > 5_000 || render === 'table') {
    return null;
  }
  const numbers = columns.flatMap((column, at) => (isNumber(column) ? [at] : []));
  const times = columns.flatMap((column, at) => (column.type === 'datetime' ? [at] : []));
  const texts = columns.flatMap((column, at) => (column.type === 'string' || column.type === 'boolean' ? [at] : []));
  if (numbers.length === 0 || (render === null && columns.length > 3)) {
    return null;
  }
  const wantsLines = render === null ? times.length > 0 : LINES.includes(render);
  if (wantsLines) {
    const x = times[0] ?? (numbers.length > 1 ? numbers[0] : undefined);
    if (x !== undefined) {
      return lines(columns, rows, x, numbers.filter(at => at !== x), texts[0]);
    }
  }
  const category = texts[0] ?? times[0] ?? (numbers.length > 1 ? numbers[0] : undefined);
  if (category === undefined) {
    return null;
  }
  return bars(columns, rows, category, numbers.filter(at => at !== category), texts[1], render);
}

function isNumber(column: Column): boolean {
  return ['integer', 'number', 'long', 'int', 'real', 'decimal', 'double'].includes(column.type);
}

function bars(
  columns: readonly Column[],
  rows: readonly (readonly unknown[])[],
  category: number,
  values: readonly number[],
  split: number | undefined,
  render: string | null,
): Chart | null {
  const categories = distinct(rows.map(row => label(row[category])));
  if (values.length === 0 || categories.length > MAX_CATEGORIES) {
    return null;
  }
  const kind = render === 'piechart' && values.length === 1 && split === undefined && categories.length <= MAX_SERIES ? 'pie' : 'bars';
  const place = new Map(categories.map((name, at) => [name, at]));
  const series = seriesOf(columns, rows, values, split, categories.length, row => place.get(label(row[category])));
  return series === null ? null : { kind, categories, series };
}

function lines(
  columns: readonly Column[],
  rows: readonly (readonly unknown[])[],
  x: number,
  values: readonly number[],
  split: number | undefined,
): Chart | null {
  const time = columns[x]!.type === 'datetime';
  const position = (row: readonly unknown[]): number => (time ? Date.parse(String(row[x])) : Number(row[x]));
  const positions = distinct(rows.map(position).filter(Number.isFinite)).sort((left, right) => left - right);
  if (values.length === 0 || positions.length === 0) {
    return null;
  }
  const place = new Map(positions.map((at, index) => [at, index]));
  const series = seriesOf(columns, rows, values, split, positions.length, row => place.get(position(row)));
  return series === null ? null : { kind: 'lines', time, positions, series };
}

function seriesOf(
  columns: readonly Column[],
  rows: readonly (readonly unknown[])[],
  values: readonly number[],
  split: number | undefined,
  size: number,
  placeOf: (row: readonly unknown[]) => number | undefined,
): Series[] | null {
  const found = new Map<string, (number | null)[]>();
  for (const row of rows) {
    const at = placeOf(row);
    if (at === undefined) {
      continue;
    }
    for (const value of values) {
      const name = split === undefined ? columns[value]!.name : label(row[split]);
      let series = found.get(name);
      if (series === undefined) {
        series = new Array<number | null>(size).fill(null);
        found.set(name, series);
      }
      const number = row[value];
      if (number !== null && Number.isFinite(Number(number))) {
        series[at] = (series[at] ?? 0) + Number(number);
      }
    }
  }
  return found.size > MAX_SERIES ? null : [...found].map(([name, numbers]) => ({ name, values: numbers }));
}

function label(value: unknown): string {
  return value === null || value === undefined || value === '' ? '(empty)' : String(value);
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** About `count` round numbers from 0 (or below the smallest) to above the largest. */
export function ticks(low: number, high: number, count: number): number[] {
  if (!(high > low)) {
    return [low];
  }
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map(factor => factor * power).find(size => size >= rough) ?? 10 * power;
  const result: number[] = [];
  for (let tick = Math.floor(low / step) * step; tick < high + step; tick += step) {
    result.push(Number(tick.toPrecision(12)));
  }
  return result;
}
