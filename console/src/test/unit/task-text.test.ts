import { describe, expect, it } from 'vitest';
import { emptyText, leftOutText, progressText } from '../../main/web/app/model/task-text';

const status = (total: number, good: number, bad: number) => ({ deploymentStatus: { totalDeployments: total, successfulDeployments: good, failedDeployments: bad } });

describe('the figures of a remediation', () => {
  it('tell what failed and how much of it was never sent', () => {
    expect(progressText(status(10, 3, 0))).toBe('3 of 10 resources done');
    expect(progressText(status(10, 3, 2))).toBe('3 of 10 resources done, 2 failed');
    expect(progressText({ ...status(10, 3, 2), refused: 1 })).toBe('3 of 10 resources done, 2 failed (1 refused before anything was sent)');
    expect(progressText({ ...status(10, 3, 2), refused: 2 })).toBe('3 of 10 resources done, 2 failed (all refused before anything was sent)');
    expect(progressText(status(0, 0, 0))).toBeNull();
    expect(progressText({})).toBeNull();
  });

  it('tell what was found and left out', () => {
    expect(leftOutText({ ...status(500, 0, 0), resourcesFound: 1200 })).toBe('1,200 resources found: 700 left out, above the limit of this task');
    expect(leftOutText(status(500, 0, 0))).toBeNull();
  });

  it('do not take what is no longer kept for nothing done', () => {
    expect(emptyText({ deploymentsThinned: true }, false)).toBe('What was done to each resource is no longer kept');
    expect(emptyText({}, true)).toBe('No resource is worked on yet');
    expect(emptyText({}, false)).toBe('No resource was changed');
  });
});
