import { get } from './http';

/** What the server holds and does: `GET /api/status`. */
export interface Status {
  readonly version: string;
  /** The name of the root management group; its scope sees everything. */
  readonly managementGroup: string;
  readonly snapshot: {
    readonly version: number | string;
    readonly takenAt: string;
    readonly resources: number;
    readonly complete: boolean;
  } | null;
  readonly scan: {
    readonly state: 'Idle' | 'Running';
    readonly finishedAt: string | null;
    readonly snapshotVersion: number | string | null;
  } | null;
}

export interface SchemaTable {
  readonly name: string;
  readonly description?: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** What a query can name: `GET /api/schema`. */
export interface Schema {
  readonly tables: readonly SchemaTable[];
  readonly functions?: readonly string[];
  readonly aggregates?: readonly string[];
}

export function status(signal?: AbortSignal): Promise<Status> {
  return get<Status>('/api/status', signal);
}

let knownSchema: Promise<Schema> | null = null;

/** Asked once a page load; a failure is forgotten, so that the next asker tries again. */
export function schema(): Promise<Schema> {
  knownSchema ??= get<Schema>('/api/schema').catch((failure: unknown) => {
    knownSchema = null;
    throw failure;
  });
  return knownSchema;
}

let knownRoot: Promise<string> | null = null;

/** The scope of the root management group: `/providers/Microsoft.Management/managementGroups/{name}`. */
export function rootScope(): Promise<string> {
  knownRoot ??= status().then(
    answer => `/providers/Microsoft.Management/managementGroups/${encodeURIComponent(answer.managementGroup)}`,
    (failure: unknown) => {
      knownRoot = null;
      throw failure;
    },
  );
  return knownRoot;
}
