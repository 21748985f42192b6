import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { deleteCampaign, isBusy, isOver, steer, type Campaign, type Ring, type Steering } from '../../api/campaigns';
import { nameOf, type Names } from '../../api/names';
import { ago, counted, moment, whole } from '../../model/format';
import { describeScope, parseResourceId } from '../../model/resource-id';
import { Badge } from '../../parts/basics';
import { say } from '../../parts/toast';
import { link } from '../../router';
import { toneOfTask } from './remediations';

/** The campaigns: each with its rings, and what can be done about it now. */
export function Campaigns({ campaigns, known, reload }: { readonly campaigns: readonly Campaign[]; readonly known: Names; readonly reload: () => void }): JSX.Element {
  return (
    <table class="list">
      <thead><tr><th>Campaign</th><th>What for</th><th>State</th><th style={{ width: '34%' }}>Rings</th><th>Started</th><th /></tr></thead>
      <tbody>
        {campaigns.map(campaign => (
          <tr key={campaign.id}>
            <td>
              <span class="title">{campaign.name}</span>
              <div class="sub">on {describeScope(scopeOfCampaign(campaign.id))}{campaign.properties.run > 1 && `, run ${campaign.properties.run}`}</div>
            </td>
            <td><Goal campaign={campaign} known={known} /></td>
            <td>
              <Badge tone={toneOf(campaign)}>{campaign.properties.paused ? 'Paused' : campaign.properties.provisioningState}</Badge>
              {isBusy(campaign) && <span class="spinner soft" />}
              {campaign.properties.statusMessage && <div class="sub">{campaign.properties.statusMessage}</div>}
              {campaign.properties.nextRun && <div class="sub">next run {moment(campaign.properties.nextRun)}</div>}
            </td>
            <td><Rings rings={campaign.properties.rings} /></td>
            <td class="nowrap" title={moment(campaign.properties.createdOn)}>{ago(campaign.properties.createdOn, Date.now())}</td>
            <td class="nowrap"><Actions campaign={campaign} reload={reload} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function scopeOfCampaign(id: string): string {
  return id.slice(0, id.toLowerCase().lastIndexOf('/providers/muster.remediation/'));
}

function Goal({ campaign, known }: { readonly campaign: Campaign; readonly known: Names }): JSX.Element {
  const { policyAssignmentId, policyDefinitionReferenceId, application } = campaign.properties;
  if (policyAssignmentId !== undefined) {
    return <>{nameOf(known, policyAssignmentId)}{policyDefinitionReferenceId && <div class="sub">{policyDefinitionReferenceId}</div>}</>;
  }
  return <>{application?.kind}{application?.applicationId && <div class="sub">{parseResourceId(application.applicationId).name}</div>}</>;
}

function toneOf(campaign: Campaign): 'good' | 'bad' | 'warn' | 'info' | 'mute' {
  const state = campaign.properties.provisioningState;
  if (campaign.properties.paused || state === 'AwaitingApproval') {
    return 'warn';
  }
  return state === 'Waiting' ? 'mute' : toneOfTask(state);
}

/** One bar a ring: done, failed and open machines, and what it waits for. */
function Rings({ rings }: { readonly rings: readonly Ring[] }): JSX.Element {
  return (
    <ol class="rings">
      {rings.map(ring => {
        const machines = ring.machines ?? 0;
        const done = ring.successful ?? 0;
        const failed = ring.failed ?? 0;
        const text = `${ring.state ?? 'Planned'}: ${whole(done)} of ${counted(machines, 'machine')}${failed > 0 ? `, ${whole(failed)} failed` : ''}`;
        const name = ring.taskId === undefined ? ring.name : <a href={link('remediations/task', { id: ring.taskId })}>{ring.name}</a>;
        return (
          <li key={ring.name}>
            <span>{name}</span> <span class="sub">{text}{ring.message ? ` – ${ring.message}` : ''}</span>
            {machines > 0 && (
              <div class="meter" role="progressbar" aria-valuemin={0} aria-valuemax={machines} aria-valuenow={done + failed} aria-label={`${ring.name}: ${text}`}>
                {done > 0 && <span class="fill-good" style={{ flexGrow: done }} />}
                {failed > 0 && <span class="fill-bad" style={{ flexGrow: failed }} />}
                {machines - done - failed > 0 && <span style={{ flexGrow: machines - done - failed }} />}
              </div>
            )}
          </li>
        );
      })}
    </ol>
  );
}

function Actions({ campaign, reload }: { readonly campaign: Campaign; readonly reload: () => void }): JSX.Element {
  const [busy, setBusy] = useState(false);
  const attempt = async (action: () => Promise<void>, done: string): Promise<void> => {
    setBusy(true);
    try {
      await action();
      say('info', done);
      reload();
    } catch (failure) {
      say('bad', (failure as Error).message);
    } finally {
      setBusy(false);
    }
  };
  const button = (label: string, how: Steering, done: string, danger = false): JSX.Element => (
    <button type="button" class={danger ? 'button danger' : 'button'} disabled={busy} onClick={() => void attempt(() => steer(campaign.id, how), done)}>{label}</button>
  );
  const state = campaign.properties.provisioningState;
  return (
    <span class="row">
      {state === 'AwaitingApproval' && button('Approve', 'approve', 'Approved; it begins now.')}
      {!isOver(campaign) && state !== 'Cancelling' && (campaign.properties.paused
        ? button('Resume', 'resume', 'It goes on.')
        : button('Pause', 'pause', 'Paused; what is under way is finished first.'))}
      {!isOver(campaign) && state !== 'Cancelling' && button('Cancel', 'cancel', 'Cancelling; what is under way is finished first.', true)}
      {(isOver(campaign) || state === 'Waiting') && button('Roll back', 'rollback', 'Its machines get their earlier values back.', true)}
      {isOver(campaign) && (
        <button type="button" class="button" disabled={busy} onClick={() => void attempt(() => deleteCampaign(campaign.id), 'Deleted.')}>Delete the record</button>
      )}
    </span>
  );
}
