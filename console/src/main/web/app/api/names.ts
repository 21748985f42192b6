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

const FRESH_MS = 60_000;
let known: { readonly names: Promise<Names>; readonly at: number } | null = null;

/** The names by lower-case id, asked anew when older than a minute. Without them ids stand for themselves. */
export function names(): Promise<Names> {
  if (known === null || Date.now() - known.at > FRESH_MS) {
    const asked = records(QUERY).then(
      rows => new Map(rows.map(row => [String(row['id']).toLowerCase(), row as unknown as Named])),
      () => new Map<string, Named>(),
    );
    known = { names: asked, at: Date.now() };
    // A server that has not got them yet is asked again at once.
    void asked.then(found => {
      if (found.size === 0) {
        known = null;
      }
    });
  }
  return known.names;
}

/** The display name, or else the last segment of the id. */
export function nameOf(known: Names, id: string): string {
  const displayName = known.get(id.toLowerCase())?.displayName;
  return displayName === undefined || displayName === '' ? parseResourceId(id).name : displayName;
}

/** The tenant's subscriptions, id and name; where they were not collected themselves, those that resources are in. */
export async function subscriptions(signal?: AbortSignal): Promise<{ readonly id: string; readonly name: string }[]> {
  const containers = await records(
    "resourcecontainers | where type =~ 'microsoft.resources/subscriptions' | project subscriptionId, name | order by name asc",
    signal,
  );
  const rows = containers.length > 0 ? containers : await records('resources | where isnotempty(subscriptionId) | distinct subscriptionId', signal);
  return rows.map(row => ({ id: String(row['subscriptionId']), name: String(row['name'] ?? row['subscriptionId']) }));
}
