import { get, getText, localPath, pause, post, retryAfter, send } from './http';
import { ofAnyScope } from './campaigns';
import { rootScope } from './server';
import type { StateCount } from '../model/compliance';

const VERSION = 'api-version=2024-10-01';

export interface Results {
  readonly nonCompliantResources: number;
  readonly nonCompliantPolicies?: number;
  readonly resourceDetails: readonly StateCount[];
  readonly policyDetails: readonly StateCount[];
}

export interface DefinitionSummary {
  readonly policyDefinitionId: string;
  readonly policyDefinitionReferenceId?: string | null;
  readonly effect?: string | null;
  readonly results: Results;
}

export interface AssignmentSummary {
  readonly policyAssignmentId: string;
  readonly policySetDefinitionId?: string | null;
  readonly results: Results;
  readonly policyDefinitions: readonly DefinitionSummary[];
}

export interface Summary {
  readonly results: Results;
  readonly policyAssignments: readonly AssignmentSummary[];
}

/** One verdict, as Policy Insights records it. */
export interface StateRecord {
  readonly timestamp?: string;
  readonly resourceId: string;
  readonly resourceType?: string | null;
  readonly resourceLocation?: string | null;
  readonly resourceGroup?: string | null;
  readonly subscriptionId?: string | null;
  readonly policyAssignmentId: string;
  readonly policyDefinitionId: string;
  readonly policyDefinitionReferenceId?: string | null;
  readonly policyDefinitionAction?: string | null;
  readonly policySetDefinitionId?: string | null;
  readonly complianceState: string;
  readonly policyEvaluationDetails?: EvaluationDetails | null;
  /** Since when the state is as it is, and what brought it; absent when the kept history does not reach so far. */
  readonly stateSince?: string;
  readonly stateCause?: string;
}

export interface EvaluationDetails {
  readonly evaluatedExpressions?: readonly EvaluatedExpression[] | null;
  readonly ifNotExistsDetails?: {
    readonly resourceId?: string | null;
    readonly totalResources?: number | null;
    readonly candidates?: readonly Candidate[] | null;
  } | null;
  readonly reason?: string | null;
  readonly remedy?: Remedy | null;
}

/** A related resource that was looked at, with the conditions that decided about it. */
export interface Candidate {
  readonly resourceId: string;
  readonly satisfies: boolean;
  readonly evaluatedExpressions: readonly EvaluatedExpression[];
}

/** Property changes after which the rule would be met. */
export interface Remedy {
  readonly resourceId: string;
  readonly create: boolean;
  readonly exactness: 'smallest' | 'irreducible';
  readonly changes: readonly { readonly path: string; readonly currentValue?: unknown; readonly newValue?: unknown }[];
}

export interface EvaluatedExpression {
  readonly result?: string | null;
  readonly expression?: string | null;
  readonly expressionKind?: string | null;
  readonly path?: string | null;
  readonly expressionValue?: unknown;
  readonly targetValue?: unknown;
  readonly operator?: string | null;
}

interface ODataList<T> {
  readonly '@odata.count'?: number;
  readonly '@odata.nextLink'?: string | null;
  readonly value: T[];
}

/** @param at an instant of the past; null for now */
export async function summarize(at: string | null, signal?: AbortSignal): Promise<Summary> {
  const path = `${await rootScope()}/providers/Microsoft.PolicyInsights/policyStates/latest/summarize?${VERSION}${until(at)}`;
  const answer = await post<ODataList<Summary>>(path, undefined, signal);
  const summary = answer.value[0];
  return summary ?? { results: { nonCompliantResources: 0, resourceDetails: [], policyDetails: [] }, policyAssignments: [] };
}

function until(at: string | null | undefined): string {
  return at === null || at === undefined ? '' : `&$to=${encodeURIComponent(at)}`;
}

export interface TrendPoint {
  readonly at: string;
  readonly resourceDetails: readonly StateCount[];
}

/** How compliance went from where the kept history begins until the latest scan, under all assignments or one. */
export async function trend(assignment: string | null, signal?: AbortSignal): Promise<readonly TrendPoint[]> {
  const only = assignment === null ? '' : `&policyAssignmentId=${encodeURIComponent(assignment)}`;
  return (await get<{ readonly points: readonly TrendPoint[] }>(`/api/compliance/trend?points=120${only}`, signal)).points;
}

/** What the policies in force find, as a page to hand over. */
export function report(at: string | null): Promise<string> {
  return getText(`/api/report?format=html${at === null ? '' : `&asOf=${encodeURIComponent(at)}`}`);
}

export interface StateQuery {
  readonly scope?: string;
  readonly assignment?: string;
  readonly reference?: string;
  readonly definition?: string;
  /** A part of the resource's id, in any case. */
  readonly resource?: string;
  readonly states?: readonly string[];
  readonly details?: boolean;
  readonly limit?: number;
  /** An instant of the past; null for now. */
  readonly at?: string | null;
}

/** The newest records that fit, read page by page up to `limit` (2,000 when not said); `more` tells that the server has further ones. */
export async function policyStates(asked: StateQuery, signal?: AbortSignal): Promise<{ records: StateRecord[]; more: boolean }> {
  const limit = asked.limit ?? 2_000;
  const conditions: string[] = [];
  const equal = (property: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') {
      conditions.push(`${property} eq ${quoted(value)}`);
    }
  };
  equal('PolicyAssignmentId', asked.assignment);
  equal('PolicyDefinitionReferenceId', asked.reference);
  equal('PolicyDefinitionId', asked.definition);
  if (asked.resource !== undefined && asked.resource !== '') {
    conditions.push(`contains(ResourceId, ${quoted(asked.resource)})`);
  }
  if (asked.states !== undefined && asked.states.length > 0) {
    conditions.push(`(${asked.states.map(state => `ComplianceState eq ${quoted(state)}`).join(' or ')})`);
  }
  const options = [VERSION];
  if (conditions.length > 0) {
    options.push(`$filter=${encodeURIComponent(conditions.join(' and '))}`);
  }
  if (asked.at !== null && asked.at !== undefined) {
    options.push(until(asked.at).slice(1));
  }
  if (asked.details === true) {
    options.push('$expand=PolicyEvaluationDetails');
  }
  const scope = asked.scope ?? (await rootScope());
  let next: string | null = `${scope}/providers/Microsoft.PolicyInsights/policyStates/latest/queryResults?${options.join('&')}`;
  const found: StateRecord[] = [];
  while (next !== null && found.length < limit) {
    const page: ODataList<StateRecord> = await post<ODataList<StateRecord>>(next, undefined, signal);
    found.push(...page.value);
    const link = page['@odata.nextLink'];
    next = link === null || link === undefined || link === '' ? null : localPath(link);
  }
  return { records: found.slice(0, limit), more: next !== null || found.length > limit };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Scans one scope (a subscription or a resource group) and waits for its end. */
export async function triggerEvaluation(scope: string, signal?: AbortSignal): Promise<void> {
  const path = `${scope}/providers/Microsoft.PolicyInsights/policyStates/latest/triggerEvaluation?${VERSION}`;
  const started = await send<unknown>('POST', path, undefined, signal);
  let at = started.headers.get('location');
  let wait = 1_000;
  while (at !== null && at !== '') {
    await pause(wait, signal);
    const polled = await send<unknown>('GET', localPath(at), undefined, signal);
    if (polled.status !== 202) {
      return;
    }
    at = polled.headers.get('location') ?? at;
    wait = Math.min(2_000, retryAfter(polled.headers));
  }
}

// Remediations

export interface Remediation {
  readonly id: string;
  readonly name: string;
  readonly properties: {
    /** Absent where applications are remediated, or earlier remediations taken back. */
    readonly policyAssignmentId?: string;
    readonly policyDefinitionReferenceId?: string | null;
    readonly application?: { readonly kind: string; readonly applicationId?: string };
    readonly rollbackOf?: readonly string[];
    readonly paused?: boolean;
    readonly provisioningState?: string;
    readonly createdOn?: string;
    readonly lastUpdatedOn?: string;
    readonly resourceDiscoveryMode?: string;
    readonly resourceCount?: number;
    readonly parallelDeployments?: number;
    readonly failureThreshold?: { readonly percentage: number } | null;
    readonly statusMessage?: string | null;
    readonly correlationId?: string | null;
    readonly filters?: { readonly locations?: readonly string[]; readonly resourceIds?: readonly string[] } | null;
    readonly deploymentStatus?: {
      readonly totalDeployments: number;
      readonly successfulDeployments: number;
      readonly failedDeployments: number;
    } | null;
    /** Of the failed ones: refused before anything was sent. */
    readonly refused?: number;
    /** How many were found, where that is more than the task takes. */
    readonly resourcesFound?: number;
    /** What was done to each resource is no longer kept. */
    readonly deploymentsThinned?: boolean;
  };
}

export interface Deployment {
  readonly remediatedResourceId: string;
  readonly deploymentId?: string | null;
  readonly status: string;
  /** How it ended, more exactly than Azure says: an addition of ours. */
  readonly outcome?: string;
  readonly resourceLocation?: string | null;
  readonly createdOn?: string | null;
  readonly lastUpdatedOn?: string | null;
  readonly error?: { readonly code?: string; readonly message?: string; readonly details?: readonly { readonly message?: string }[] } | null;
}

export interface RemediationRequest {
  readonly policyAssignmentId: string;
  readonly policyDefinitionReferenceId?: string;
  readonly resourceDiscoveryMode: 'ExistingNonCompliant' | 'ReEvaluateCompliance';
  readonly resourceCount?: number;
  readonly parallelDeployments?: number;
  readonly failureThreshold?: { readonly percentage: number };
  readonly filters?: { readonly locations?: readonly string[] };
}

/** Whether a remediation still works; the others are final. */
export function isActive(remediation: Remediation): boolean {
  return ['accepted', 'evaluating', 'running', 'inprogress', 'cancelling'].includes((remediation.properties.provisioningState ?? '').toLowerCase());
}

/** Every remediation of the tenant, newest first: those at the root and those of each subscription, which hold their groups' too, and what the server knows at other management groups. */
export async function remediations(subscriptions: readonly string[], signal?: AbortSignal): Promise<Remediation[]> {
  const scopes = [await rootScope(), ...subscriptions.map(id => `/subscriptions/${id}`)];
  const everywhere = ofAnyScope(signal).then(found => found.remediations);
  // Those of the lists come last: Azure's own answer says more exactly how far one is.
  const lists = await Promise.all([everywhere, ...scopes.map(scope => listAt(scope, signal))]);
  const byId = new Map(lists.flat().map(remediation => [remediation.id.toLowerCase(), remediation]));
  return [...byId.values()].sort((left, right) => (right.properties.createdOn ?? '').localeCompare(left.properties.createdOn ?? ''));
}

async function listAt(scope: string, signal?: AbortSignal): Promise<Remediation[]> {
  const found: Remediation[] = [];
  let next: string | null = `${scope}/providers/Microsoft.PolicyInsights/remediations?${VERSION}`;
  while (next !== null) {
    const page: { value: Remediation[]; nextLink?: string | null } = await get(next, signal);
    found.push(...page.value);
    next = page.nextLink === null || page.nextLink === undefined || page.nextLink === '' ? null : localPath(page.nextLink);
  }
  return found;
}

export function remediation(id: string, signal?: AbortSignal): Promise<Remediation> {
  return get<Remediation>(`${id}?${VERSION}`, signal);
}

export async function startRemediation(scope: string, name: string, request: RemediationRequest): Promise<Remediation> {
  const path = `${scope}/providers/Microsoft.PolicyInsights/remediations/${encodeURIComponent(name)}?${VERSION}`;
  return (await send<Remediation>('PUT', path, { properties: request })).body;
}

export async function cancelRemediation(id: string): Promise<Remediation> {
  return post<Remediation>(`${id}/cancel?${VERSION}`, undefined);
}

export async function deleteRemediation(id: string): Promise<void> {
  await send<unknown>('DELETE', `${id}?${VERSION}`);
}

export async function deployments(id: string, signal?: AbortSignal): Promise<Deployment[]> {
  const found: Deployment[] = [];
  // Without `$top`, which would be how many there are in all.
  let next: string | null = `${id}/listDeployments?${VERSION}`;
  while (next !== null) {
    const page: { value: Deployment[]; nextLink?: string | null } = await post(next, undefined, signal);
    found.push(...page.value);
    next = page.nextLink === null || page.nextLink === undefined || page.nextLink === '' ? null : localPath(page.nextLink);
  }
  return found;
}

