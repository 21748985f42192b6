import { get, post, send, ServerFault } from './http';
import type { Remediation } from './insights';

const VERSION = 'api-version=2026-01-01';

/** One ring of a campaign: what was asked, and where it stands once it is planned. */
export interface Ring {
  readonly name: string;
  readonly state?: 'Pending' | 'Running' | 'Soaking' | 'Passed' | 'Failed' | 'Canceled';
  readonly machines?: number;
  readonly successful?: number;
  readonly failed?: number;
  /** Of the failed ones: refused before anything was sent. */
  readonly refused?: number;
  readonly message?: string;
  /** Id of the remediation that runs it. */
  readonly taskId?: string;
}

export interface Campaign {
  readonly id: string;
  readonly name: string;
  readonly properties: {
    readonly provisioningState: string;
    readonly paused: boolean;
    readonly run: number;
    readonly rings: readonly Ring[];
    readonly statusMessage?: string;
    readonly unassignedMachines?: number;
    readonly policyAssignmentId?: string;
    readonly policyDefinitionReferenceId?: string;
    readonly application?: { readonly kind: string; readonly applicationId?: string };
    readonly createdOn: string;
    readonly nextRun?: string;
  };
}

/** Every campaign, newest first; none where the server remediates nothing. */
export async function campaigns(signal?: AbortSignal): Promise<readonly Campaign[]> {
  return (await ofAnyScope(signal)).campaigns;
}

/** Campaigns and remediations of whatever scope, the newest of both; none where the server remediates nothing. */
export async function ofAnyScope(signal?: AbortSignal): Promise<{ readonly campaigns: readonly Campaign[]; readonly remediations: readonly Remediation[] }> {
  try {
    return await get('/api/remediations', signal);
  } catch (failure) {
    if (failure instanceof ServerFault && failure.status === 404) {
      return { campaigns: [], remediations: [] };
    }
    throw failure;
  }
}

/** Whether a campaign works or waits for its next ring; one that waits for a trigger or for somebody does not. */
export function isBusy(campaign: Campaign): boolean {
  return ['Accepted', 'Running', 'Cancelling'].includes(campaign.properties.provisioningState) && !campaign.properties.paused;
}

export function isOver(campaign: Campaign): boolean {
  return ['Succeeded', 'Complete', 'Failed', 'Canceled'].includes(campaign.properties.provisioningState);
}

export type Steering = 'approve' | 'pause' | 'resume' | 'cancel' | 'rollback';

export async function steer(id: string, how: Steering): Promise<void> {
  await post<unknown>(`${id}/${how}?${VERSION}`, {});
}

export async function deleteCampaign(id: string): Promise<void> {
  await send<unknown>('DELETE', `${id}?${VERSION}`);
}
