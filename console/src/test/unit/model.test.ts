import { describe, expect, it } from 'vitest';
import { chartOf, ticks } from '../../main/web/app/model/chart';
import { compliancePercent, effectName, percentText, spaced } from '../../main/web/app/model/compliance';
import { toCsv } from '../../main/web/app/model/csv';
import { ago, instantOf, localInput } from '../../main/web/app/model/format';
import { describeScope, parseResourceId, scopeOf } from '../../main/web/app/model/resource-id';
import { sortedRows } from '../../main/web/app/model/sort';
import { pointAt, stepPath } from '../../main/web/app/model/trend';
import { scrollTo, windowOf } from '../../main/web/app/model/window';

describe('resource ids', () => {
  const id = '/subscriptions/S1/resourceGroups/Web/providers/Microsoft.Compute/virtualMachines/vm-1/extensions/VMAppExtension';
  it('are taken apart', () => {
    expect(parseResourceId(id)).toMatchObject({ subscription: 'S1', resourceGroup: 'Web', type: 'microsoft.compute/virtualmachines/extensions', name: 'VMAppExtension' });
  });
  it('tell the scope they sit on', () => {
    const assignment = '/providers/Microsoft.Management/managementGroups/contoso/providers/Microsoft.Authorization/policyAssignments/a';
    expect(scopeOf(assignment)).toBe('/providers/Microsoft.Management/managementGroups/contoso');
    expect(describeScope(scopeOf(assignment))).toBe('management group contoso');
    expect(describeScope('/subscriptions/S1/resourceGroups/Web')).toBe('resource group Web');
  });
});

describe('compliance', () => {
  it('names effects and states as people read them', () => {
    expect(effectName('auditifnotexists')).toBe('auditIfNotExists');
    expect(effectName('ofAnother')).toBe('ofAnother');
    expect(spaced('AwaitingApproval')).toBe('Awaiting approval');
    expect(spaced('Succeeded')).toBe('Succeeded');
  });
  it('counts as Azure does: exempt and unknown are fine, errors are not, protected is in neither', () => {
    const details = [
      { complianceState: 'compliant', count: 6 },
      { complianceState: 'NonCompliant', count: 2 },
      { complianceState: 'exempt', count: 1 },
      { complianceState: 'error', count: 1 },
      { complianceState: 'protected', count: 50 },
    ];
    expect(compliancePercent(details)).toBe(70);
  });
  it('nothing evaluated has no percentage', () => {
    expect(percentText(compliancePercent([]))).toBe('–');
  });
  it('is never rounded to all or nothing', () => {
    expect(percentText(99.99)).toBe('99.9 %');
    expect(percentText(0.001)).toBe('0.1 %');
    expect(percentText(100)).toBe('100 %');
  });
});

describe('CSV', () => {
  it('quotes what needs it, keeps numbers and defuses formulas', () => {
    const text = toCsv([{ name: 'a,b' }, { name: 'c' }], [['say "hi"', -1], ['=1+1', { x: 1 }], [null, 'line\nbreak']]);
    expect(text).toBe(`"a,b",c\r\n"say ""hi""",-1\r\n'=1+1,"{""x"":1}"\r\n,"line\nbreak"\r\n`);
  });
});

describe('charts', () => {
  const columns = [{ name: 'location', type: 'string' }, { name: 'count_', type: 'integer' }];
  it('two columns that end in a number are bars', () => {
    expect(chartOf(columns, [['east', 2], ['west', 1]], null)).toEqual({ kind: 'bars', categories: ['east', 'west'], series: [{ name: 'count_', values: [2, 1] }] });
  });
  it('a text beside the category parts the bars into series', () => {
    const chart = chartOf([columns[0]!, { name: 'os', type: 'string' }, columns[1]!], [['east', 'Linux', 2], ['east', 'Windows', 1], ['west', 'Linux', 4]], 'columnchart');
    expect(chart).toMatchObject({ categories: ['east', 'west'], series: [{ name: 'Linux', values: [2, 4] }, { name: 'Windows', values: [1, null] }] });
  });
  it('time makes lines, in order', () => {
    const chart = chartOf([{ name: 't', type: 'datetime' }, columns[1]!], [['2026-01-02T00:00:00Z', 5], ['2026-01-01T00:00:00Z', 3]], null);
    expect(chart).toMatchObject({ kind: 'lines', time: true, series: [{ values: [3, 5] }] });
  });
  it('a list of resources has none', () => {
    expect(chartOf([{ name: 'id', type: 'string' }, { name: 'name', type: 'string' }], [['a', 'b']], null)).toBeNull();
  });
  it('ticks are round and enclose the values', () => {
    expect(ticks(0, 87, 5)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(ticks(5, 5, 5)).toEqual([5]);
  });
});

describe('the result grid', () => {
  it('draws only the rows in view and a few around them', () => {
    expect(windowOf(100_000, 28, 28_000, 280, 5)).toEqual({ first: 995, end: 1015 });
    expect(windowOf(3, 28, 0, 280, 5)).toEqual({ first: 0, end: 3 });
    expect(windowOf(3, 28, 9_000, 280, 5)).toEqual({ first: 3, end: 3 });
  });
  it('scrolls no further than needed', () => {
    expect(scrollTo(50, 28, 0, 280)).toBe(51 * 28 - 280);
    expect(scrollTo(2, 28, 280, 280)).toBe(56);
    expect(scrollTo(12, 28, 280, 280)).toBe(280);
  });
  it('sorts stably, null first, texts ignoring case', () => {
    const rows = [['b', 1], [null, 2], ['A', 3], ['b', 4]];
    expect([...sortedRows(rows, 0, false)]).toEqual([1, 2, 0, 3]);
    expect([...sortedRows(rows, 1, true)]).toEqual([3, 2, 1, 0]);
  });
});

describe('times', () => {
  it('are told in the largest unit', () => {
    const now = Date.parse('2026-11-21T12:00:00Z');
    expect(ago('2026-11-21T11:59:55Z', now)).toBe('just now');
    expect(ago('2026-11-21T11:00:00Z', now)).toBe('1 hour ago');
    expect(ago('2026-11-18T12:00:00Z', now)).toBe('3 days ago');
  });
});

describe('the past', () => {
  it('is chosen in the reader\'s own zone and asked for as an instant', () => {
    const iso = '2026-11-21T08:00:05.000Z';
    expect(instantOf(localInput(iso))).toBe(iso);
    expect(instantOf('')).toBeNull();
  });
  it('is drawn in steps, with a gap where nothing was evaluated', () => {
    expect(stepPath([0, 50, null, 100], 300, 100)).toBe('M0.0 100.0H100.0V50.0M300.0 0.0');
    expect(stepPath([40], 300, 100)).toBe('M0.0 60.0');
  });
  it('is found by its place', () => {
    expect([-1, 0, 0.49, 0.51, 2].map(place => pointAt(place, 3))).toEqual([0, 0, 1, 1, 2]);
  });
});
