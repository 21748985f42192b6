import { ServerFault, send } from './http';
import type { Column } from '../model/chart';

/** A whole answer of Resource Graph, its pages joined. */
export interface Answer {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly unknown[])[];
  /** What matched in all; more than `rows` when the answer was cut. */
  readonly totalRecords: number;
  readonly milliseconds: number;
}

interface Page {
  readonly totalRecords: number;
  readonly count: number;
  readonly resultTruncated: 'true' | 'false';
  readonly $skipToken?: string;
  readonly data: { readonly columns: Column[]; readonly rows: unknown[][] };
}

const PATH = '/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01';
const PAGE = 1000;

export interface QueryOptions {
  readonly limit?: number;
  readonly signal?: AbortSignal;
  /** An instant of the past; null for now. */
  readonly asOf?: string | null;
}

/** Runs a query over the whole tenant and reads its pages until `limit` rows are there. */
export async function query(text: string, options: QueryOptions = {}): Promise<Answer> {
  const limit = options.limit ?? 10_000;
  const started = performance.now();
  const rows: unknown[][] = [];
  let columns: Column[] = [];
  let total = 0;
  let token: string | undefined;
  do {
    const body = {
      query: text,
      options: { resultFormat: 'table', $top: Math.min(PAGE, limit - rows.length), ...(token !== undefined ? { $skipToken: token } : {}), ...(options.asOf ? { asOf: options.asOf } : {}) },
    };
    const page = (await send<Page>('POST', PATH, body, options.signal)).body;
    if (!Array.isArray(page.data?.rows)) {
      throw new ServerFault(200, 'UnknownShape', 'The server did not answer in the table format.');
    }
    columns = page.data.columns;
    total = page.totalRecords;
    rows.push(...page.data.rows);
    token = page.$skipToken;
  } while (token !== undefined && token !== '' && rows.length < limit);
  return { columns, rows, totalRecords: Math.max(total, rows.length), milliseconds: performance.now() - started };
}

/** The rows of an answer as objects by column name. */
export async function records(text: string, signal?: AbortSignal): Promise<Record<string, unknown>[]> {
  const answer = await query(text, signal === undefined ? {} : { signal });
  return answer.rows.map(row => Object.fromEntries(answer.columns.map((column, at) => [column.name, row[at]])));
}
