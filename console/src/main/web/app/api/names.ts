import { records } from './graph';
import { parseResourceId } from '../model/resource-id';

/** What the console calls an assignment, a definition or an initiative. */
export interface Named {
  readonly id: string;
  readonly displayName: string;
  readonly description: string;
  readonly category: string;
  /** The definition or initiative that an assignment assigns; empty for others. */
  readonly definition: string;
  readonly enforcementMode: string;
}

export type Names = ReadonlyMap<string, Named>;

const QUERY = `policyresources
| where type in~ ('microsoft.authorization/policyassignments', 'microsoft.authorization/policydefinitions', 'microsoft.authorization/policysetdefinitions')
| project id, displayName = tostring(properties.displayName), description = tostring(properties.description),
    category = tostring(properties.metadata.category), definition = tostring(properties.policyDefinitionId),
    enforcementMode = tostring(properties.enforcementMode)`;

let known: Promise<Names> | null = null;

/** The names by lower-case id. A server that does not list its policies gives an empty map: ids then stand for themselves. */
export function names(): Promise<Names> {
  known ??= records(QUERY).then(
    rows => new Map(rows.map(row => [String(row['id']).toLowerCase(), row as unknown as Named])),
    () => {
      known = null;
      return new Map<string, Named>();
    },
  );
  return known;
}

export function forgetNames(): void {
  known = null;
}

/** The display name, or else the last segment of the id. */
export function nameOf(known: Names, id: string): string {
  const displayName = known.get(id.toLowerCase())?.displayName;
  return displayName === undefined || displayName === '' ? parseResourceId(id).name : displayName;
}

/** The tenant's subscriptions: id and name. */
export async function subscriptions(signal?: AbortSignal): Promise<{ readonly id: string; readonly name: string }[]> {
  const rows = await records(
    "resourcecontainers | where type =~ 'microsoft.resources/subscriptions' | project subscriptionId, name | order by name asc",
    signal,
  );
  return rows.map(row => ({ id: String(row['subscriptionId']), name: String(row['name']) }));
}
