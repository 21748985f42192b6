import { counted, whole } from './format';

/** The figures of a remediation, as its API has them. */
export interface TaskFigures {
  readonly deploymentStatus?: { readonly totalDeployments: number; readonly successfulDeployments: number; readonly failedDeployments: number } | null;
  /** Of those that failed: refused before anything was sent. */
  readonly refused?: number;
  /** Where fewer were taken than were found. */
  readonly resourcesFound?: number;
  /** What was done to each resource is no longer kept. */
  readonly deploymentsThinned?: boolean;
}

/** "3 of 10 resources done, 2 failed (1 refused before anything was sent)"; null where there is nothing to count. */
export function progressText(figures: TaskFigures): string | null {
  const status = figures.deploymentStatus;
  if (!status || status.totalDeployments === 0) {
    return null;
  }
  const refused = refusedText(figures.refused ?? 0, status.failedDeployments);
  const failed = status.failedDeployments === 0 ? '' : `, ${whole(status.failedDeployments)} failed${refused}`;
  return `${whole(status.successfulDeployments)} of ${counted(status.totalDeployments, 'resource')} done${failed}`;
}

/** Behind a number of failures: how many of them were no attempts. */
export function refusedText(refused: number, failed: number): string {
  return refused === 0 ? '' : ` (${refused === failed ? 'all' : whole(refused)} refused before anything was sent)`;
}

/** What a task leaves out; null where it took all that it found. */
export function leftOutText(figures: TaskFigures): string | null {
  const total = figures.deploymentStatus?.totalDeployments ?? 0;
  const found = figures.resourcesFound ?? total;
  return found > total ? `${counted(found, 'resource')} found: ${whole(found - total)} left out, above the limit of this task` : null;
}

/** Why a list of resources is empty. */
export function emptyText(figures: TaskFigures, active: boolean): string {
  if (figures.deploymentsThinned === true) {
    return 'What was done to each resource is no longer kept';
  }
  return active ? 'No resource is worked on yet' : 'No resource was changed';
}
