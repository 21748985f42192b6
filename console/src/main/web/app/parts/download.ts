import { toCsv } from '../model/csv';

/** Hands the reader a table as a file. */
export function downloadCsv(name: string, columns: readonly { readonly name: string }[], rows: readonly (readonly unknown[])[]): void {
  // The mark lets spreadsheets see that it is UTF-8.
  const blob = new Blob(['\ufeff', toCsv(columns, rows)], { type: 'text/csv;charset=utf-8' });
  const url = URL.createObjectURL(blob);
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
