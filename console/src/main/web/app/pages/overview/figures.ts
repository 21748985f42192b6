import { records } from '../../api/graph';
import { literal } from '../../model/query-text';

export interface Count {
  readonly name: string;
  readonly count: number;
}

/** One application over the fleet: how many machines have or want it, how it stands there, and how many could have a newer version. */
export interface ApplicationFigures {
  readonly application: string;
  readonly machines: number;
  readonly running: number;
  readonly failed: number;
  readonly skipped: number;
  /** Under way or asked for and not reported yet. */
  readonly pending: number;
  readonly other: number;
  readonly behind: number;
}

/** How fresh and how complete a reading of one scope is. */
export interface Reading {
  readonly scope: string;
  readonly source: string;
  readonly table: string;
  readonly completeness: string;
  readonly rows: number;
  readonly finishedAt: string | null;
  readonly lastCompleteAt: string | null;
  readonly because: string;
}

const MACHINES = "type =~ 'microsoft.compute/virtualmachines'";
// A scale set's model runs nothing itself: its instances have rows of their own.
const APPLICATIONS = `vmapplications
| where machineKind != 'scaleset'
| summarize machines = count() by application, state, behind`;

export async function countsBy(table: string, condition: string, expression: string, signal: AbortSignal): Promise<Count[]> {
  const rows = await records(
    `${table}${condition === '' ? '' : ` | where ${condition}`} | summarize found = count() by name = ${expression} | order by found desc, name asc`,
    signal,
  );
  return rows.map(row => ({ name: String(row['name'] ?? ''), count: Number(row['found']) }));
}

export const typeCounts = (signal: AbortSignal): Promise<Count[]> => countsBy('resources', '', 'tostring(type)', signal);
export const machinesByLocation = (signal: AbortSignal): Promise<Count[]> => countsBy('resources', MACHINES, 'tostring(location)', signal);
export const machinesBySystem = (signal: AbortSignal): Promise<Count[]> =>
  countsBy('resources', MACHINES, 'tostring(properties.storageProfile.osDisk.osType)', signal);
export const machinesByPower = (signal: AbortSignal): Promise<Count[]> =>
  countsBy('resources', MACHINES, 'tostring(properties.extended.instanceView.powerState.displayStatus)', signal);

/** The applications of all machines, those with most trouble first. */
export async function applications(signal: AbortSignal): Promise<ApplicationFigures[]> {
  const byName = new Map<string, { -readonly [key in keyof ApplicationFigures]: ApplicationFigures[key] }>();
  for (const row of await records(APPLICATIONS, signal)) {
    const application = String(row['application'] ?? '');
    const count = Number(row['machines']);
    const found = byName.get(application) ?? { application, machines: 0, running: 0, failed: 0, skipped: 0, pending: 0, other: 0, behind: 0 };
    found.machines += count;
    found.behind += isTrue(row['behind']) ? count : 0;
    found[partOf(String(row['state']))] += count;
    byName.set(application, found);
  }
  return [...byName.values()].sort(
    (left, right) => right.failed + right.skipped - (left.failed + left.skipped) || right.behind - left.behind || left.application.localeCompare(right.application),
  );
}

/** Where a state of `vmapplications` counts; Behind and Ahead run, if another version. */
function partOf(state: string): 'running' | 'failed' | 'skipped' | 'pending' | 'other' {
  switch (state) {
    case 'Running':
    case 'Behind':
    case 'Ahead':
      return 'running';
    case 'Failed':
    case 'StoppedByReboot':
      return 'failed';
    case 'Skipped':
      return 'skipped';
    case 'Pending':
    case 'Applying':
    case 'Rebooting':
      return 'pending';
    default:
      return 'other';
  }
}

// Resource Graph writes a boolean as 1 and 0 in some of its answers.
function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === 'true';
}

/** The query behind the list of machines that an application troubles. */
export function troubledMachines(application: string, kind: 'failed' | 'behind'): string {
  const condition = kind === 'failed' ? "state in ('Failed', 'Skipped', 'StoppedByReboot')" : 'behind';
  const columns = kind === 'failed' ? 'state, because, needsRemoveThenAdd' : 'wantedVersion, runningVersion, latestVersion, behindReason';
  return `vmapplications
| where application =~ ${literal(application)} and machineKind != 'scaleset' and ${condition}
| project machineId, machineName, location, resourceGroup, ${columns}
| order by machineName asc`;
}

/** The readings that the snapshot came from, troubled ones first. */
export async function readings(signal: AbortSignal): Promise<Reading[]> {
  const rows = await records('collections', signal);
  return rows
    .map(row => ({
      scope: String(row['scope'] ?? ''),
      source: String(row['source'] ?? ''),
      table: String(row['table'] ?? ''),
      completeness: String(row['completeness'] ?? ''),
      rows: Number(row['rows'] ?? 0),
      finishedAt: textOrNull(row['finishedAt']),
      lastCompleteAt: textOrNull(row['lastCompleteAt']),
      because: String(row['because'] ?? ''),
    }))
    .sort((left, right) => Number(left.completeness === 'Complete') - Number(right.completeness === 'Complete') || left.scope.localeCompare(right.scope));
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
