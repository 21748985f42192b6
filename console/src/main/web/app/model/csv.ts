import { cellText } from './format';

/**
 * RFC 4180: CRLF, quotes doubled, a field quoted when it holds a quote, a comma or a line break. A text that a spreadsheet would run as a
 * formula gets an apostrophe in front; numbers keep their sign.
 */
export function toCsv(columns: readonly { readonly name: string }[], rows: readonly (readonly unknown[])[]): string {
  const lines = [columns.map(column => field(column.name)).join(',')];
  for (const row of rows) {
    lines.push(row.map(field).join(','));
  }
  return lines.join('\r\n') + '\r\n';
}

function field(value: unknown): string {
  let text = cellText(value);
  if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) {
    text = "'" + text;
  }
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
