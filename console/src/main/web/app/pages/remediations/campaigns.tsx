import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { deleteCampaign, isBusy, isOver, steer, type Campaign, type Ring, type Steering } from '../../api/campaigns';
import type { Remediation } from '../../api/insights';
import type { Names } from '../../api/names';
import { spaced } from '../../model/compliance';
import { ago, counted, moment, whole } from '../../model/format';
import { describeScope } from '../../model/resource-id';
import { refusedText } from '../../model/task-text';
import { Badge } from '../../parts/basics';
import { say } from '../../parts/toast';
import { link } from '../../router';
import { Goal } from './goal';
import { toneOfTask } from './remediations';

/** The campaigns: each with its rings, and what can be done about it now. */
export function Campaigns({ campaigns, tasks, known, reload }: { readonly campaigns: readonly Campaign[]; readonly tasks: readonly Remediation[]; readonly known: Names; readonly reload: () => void }): JSX.Element {
  const byId = new Map(tasks.map(task => [task.id.toLowerCase(), task]));
  return (
    <table class="list stacked">
      <thead><tr><th style={{ minWidth: '10rem' }}>Campaign</th><th class="roomy" style={{ minWidth: '11rem' }}>What for</th><th>State</th><th style={{ width: '30%' }}>Rings</th><th class="roomy">Started</th><th /></tr></thead>
      <tbody>
        {campaigns.map(campaign => (
          <tr key={campaign.id}>
            <td>
              <span class="title">{campaign.name}</span>
              <div class="sub">on {describeScope(scopeOfCampaign(campaign.id))}{campaign.properties.run > 1 && `, run ${campaign.properties.run}`}</div>
            </td>
            <td class="roomy"><Goal aim={campaign.properties} known={known} /></td>
            <td>
              <span class="row nowrap" style={{ display: 'inline-flex', flexWrap: 'nowrap' }}>
                <Badge tone={toneOf(campaign)}>{campaign.properties.paused && !isOver(campaign) ? 'Paused' : spaced(campaign.properties.provisioningState)}</Badge>
                {isBusy(campaign) && <span class="spinner soft" style={{ flex: 'none' }} />}
              </span>
              {campaign.properties.statusMessage && <div class="sub">{campaign.properties.statusMessage}</div>}
              {campaign.properties.nextRun && <div class="sub">next run {moment(campaign.properties.nextRun)}</div>}
            </td>
            <td>
              <Rings rings={campaign.properties.rings} tasks={byId} />
              {(campaign.properties.unassignedMachines ?? 0) > 0 && <div class="sub">{counted(campaign.properties.unassignedMachines ?? 0, 'machine')} in no ring</div>}
            </td>
            <td class="nowrap roomy" title={moment(campaign.properties.createdOn)}>{ago(campaign.properties.createdOn, Date.now())}</td>
            <td><Actions campaign={campaign} reload={reload} /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function scopeOfCampaign(id: string): string {
  return id.slice(0, id.toLowerCase().lastIndexOf('/providers/muster.remediation/'));
}

function toneOf(campaign: Campaign): 'good' | 'bad' | 'warn' | 'info' | 'mute' {
  const state = campaign.properties.provisioningState;
  if (campaign.properties.paused || state === 'AwaitingApproval') {
    return 'warn';
  }
  return state === 'Waiting' ? 'mute' : toneOfTask(state);
}

/** One bar a ring: done, failed and open machines, and what it waits for. */
function Rings({ rings, tasks }: { readonly rings: readonly Ring[]; readonly tasks: ReadonlyMap<string, Remediation> }): JSX.Element {
  return (
    <ol class="rings">
      {rings.map(ring => {
        const machines = ring.machines ?? 0;
        // A ring keeps its figures when it has ended; while it runs its task has them.
        const running = ring.state === 'Running' && ring.taskId !== undefined ? tasks.get(ring.taskId.toLowerCase())?.properties : undefined;
        const live = running?.deploymentStatus ?? undefined;
        const done = live?.successfulDeployments ?? ring.successful ?? 0;
        const failed = live?.failedDeployments ?? ring.failed ?? 0;
        const refused = (live === undefined ? ring.refused : running?.refused) ?? 0;
        const text = `${ring.state ?? 'Planned'}: ${whole(done)} of ${counted(machines, 'machine')}${failed > 0 ? `, ${whole(failed)} failed${refusedText(refused, failed)}` : ''}`;
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
  const [asking, setAsking] = useState(false);
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
      {(isOver(campaign) || state === 'Waiting') && !asking && <button type="button" class="button danger" disabled={busy} onClick={() => setAsking(true)}>Roll back…</button>}
      {asking && (
        <>
          <span class="sub">Give all machines of run {campaign.properties.run} their earlier values back?</span>
          {button('Roll back', 'rollback', 'Its machines get their earlier values back.', true)}
          <button type="button" class="button" onClick={() => setAsking(false)}>Keep them</button>
        </>
      )}
      {isOver(campaign) && (
        <button type="button" class="button" disabled={busy} onClick={() => void attempt(() => deleteCampaign(campaign.id), 'Deleted.')}>Delete the record</button>
      )}
    </span>
  );
}
