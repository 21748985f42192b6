import { describe, expect, it } from 'vitest';
import { aimOf } from '../../main/web/app/pages/remediations/goal';

describe('what a remediation is for', () => {
  const assignment = '/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/agents';

  it('is its assignment, by the name that people know', () => {
    expect(aimOf({ policyAssignmentId: assignment }, new Map())).toBe('agents');
  });

  it('is what becomes of an application, where no policy is meant', () => {
    expect(aimOf({ application: { kind: 'forbid' } }, new Map())).toBe('Remove');
    expect(aimOf({ application: { kind: 'unheardOf' } }, new Map())).toBe('unheardOf');
  });

  it('is what it takes back', () => {
    expect(aimOf({ rollbackOf: ['/a', '/b'] }, new Map())).toBe('Earlier values given back, after 2 remediations');
  });
});
