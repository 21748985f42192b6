import { toCsv } from '../model/csv';

/** Hands the reader a table as a file. */
export function downloadCsv(name: string, columns: readonly { readonly name: string }[], rows: readonly (readonly unknown[])[]): void {
  // The mark lets spreadsheets see that it is UTF-8.
  download(name, new Blob(['\ufeff', toCsv(columns, rows)], { type: 'text/csv;charset=utf-8' }));
}

/** Hands the reader a page as a file. */
export function downloadHtml(name: string, page: string): void {
  download(name, new Blob([page], { type: 'text/html;charset=utf-8' }));
}

function download(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
