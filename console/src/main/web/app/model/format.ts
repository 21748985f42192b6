const NUMBER = new Intl.NumberFormat('en-US');

export function whole(count: number): string {
  return NUMBER.format(count);
}

/** `1 machine`, `2 machines`. */
export function counted(count: number, noun: string, plural = noun + 's'): string {
  return `${whole(count)} ${count === 1 ? noun : plural}`;
}

/** How long ago, in the largest unit that gives at least one; `now` and the answer's text are both wall-clock. */
export function ago(iso: string, now: number): string {
  const seconds = Math.round((now - Date.parse(iso)) / 1000);
  if (Number.isNaN(seconds)) {
    return iso;
  }
  if (seconds < 0) {
    return new Date(iso).toISOString().replace('T', ' ').slice(0, 16);
  }
  if (seconds < 10) {
    return 'just now';
  }
  for (const [unit, size] of [['day', 86_400], ['hour', 3_600], ['minute', 60]] as const) {
    if (seconds >= size) {
      return `${counted(Math.floor(seconds / size), unit)} ago`;
    }
  }
  return `${seconds} seconds ago`;
}

export function duration(milliseconds: number): string {
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

/** `2026-11-21 04:30:12` in the reader's own zone. */
export function moment(iso: string | null | undefined): string {
  if (iso === null || iso === undefined || Number.isNaN(Date.parse(iso))) {
    return '–';
  }
  const at = new Date(iso);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** The value of a `datetime-local` input for an instant, in the reader's own zone. */
export function localInput(iso: string): string {
  return moment(iso).replace(' ', 'T');
}

/** The instant that a `datetime-local` input says; null when it is empty, as the browser has it until it is filled in. */
export function instantOf(local: string): string | null {
  const at = new Date(local);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

/** A cell's value as one line of text; null is the empty text. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) {
    return '';
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
