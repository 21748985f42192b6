import { records } from '../../api/graph';

export interface Count {
  readonly name: string;
  readonly count: number;
}

/** One application over the fleet: how many machines hold it, in which state, and how many run an older version than they could. */
export interface ApplicationFigures {
  readonly application: string;
  readonly machines: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly skipped: number;
  readonly other: number;
  readonly behind: number;
}

const MACHINES = "type =~ 'microsoft.compute/virtualmachines'";
const APPLICATIONS = `resources
| where type =~ 'muster.vmapplications/assessments'
| mv-expand app = properties.applications
| extend application = tostring(app.applicationName), state = tostring(app.state), behind = tobool(app.behindLatest)
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
    const found = byName.get(application) ?? { application, machines: 0, succeeded: 0, failed: 0, skipped: 0, other: 0, behind: 0 };
    found.machines += count;
    found.behind += isTrue(row['behind']) ? count : 0;
    switch (String(row['state']).toLowerCase()) {
      case 'succeeded':
        found.succeeded += count;
        break;
      case 'failed':
        found.failed += count;
        break;
      case 'skipped':
        found.skipped += count;
        break;
      default:
        found.other += count;
    }
    byName.set(application, found);
  }
  return [...byName.values()].sort(
    (left, right) => right.failed + right.skipped - (left.failed + left.skipped) || right.behind - left.behind || left.application.localeCompare(right.application),
  );
}

// Resource Graph writes a boolean as 1 and 0 in some of its answers.
function isTrue(value: unknown): boolean {
  return value === true || value === 1 || value === 'true';
}

/** The query behind the list of machines that an application troubles. */
export function troubledMachines(application: string, kind: 'failed' | 'behind'): string {
  const condition = kind === 'failed' ? "tostring(app.state) in ('Failed', 'Skipped')" : 'tobool(app.behindLatest)';
  return `resources
| where type =~ 'muster.vmapplications/assessments'
| mv-expand app = properties.applications
| where tostring(app.applicationName) == '${application.replaceAll("'", "\\'")}' and ${condition}
| project id, machine = name, location, resourceGroup, state = tostring(app.state), running = tostring(app.runningVersion),
    newest = tostring(app.newestVersion), message = tostring(app.message)
| order by machine asc`;
}
