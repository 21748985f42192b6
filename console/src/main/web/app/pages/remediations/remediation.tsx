import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { cancelRemediation, deleteRemediation, deployments, isActive, remediation, type Deployment, type Remediation } from '../../api/insights';
import { names } from '../../api/names';
import { counted, moment } from '../../model/format';
import { describeScope, parseResourceId, scopeOf } from '../../model/resource-id';
import { emptyText } from '../../model/task-text';
import { Badge, Empty, Failure, Notice, ResourceName, Waiting } from '../../parts/basics';
import { say } from '../../parts/toast';
import { useData } from '../../parts/use-data';
import { link } from '../../router';
import { aimOf } from './goal';
import { Progress, TaskState, toneOfTask } from './remediations';

const WATCH = 1_500;

/** Where the list of resources is long enough to be worth sparing. */
const WATCH_LONG = 10_000;
const LONG = 2_000;

/** One remediation, watched while it works: its progress, its settings, and what became of each resource. */
export function RemediationPage({ id }: { readonly id: string }): JSX.Element {
  const loaded = useData(
    `remediation ${id}`,
    async signal => {
      const [task, done, known] = await Promise.all([remediation(id, signal), deployments(id, signal), names()]);
      return { task, deployments: done, known };
    },
    data => (data === null || isActive(data.task) ? ((data?.deployments.length ?? 0) > LONG ? WATCH_LONG : WATCH) : null),
  );
  const data = loaded.data;
  return (
    <div class="page stack">
      <div class="page-head" style={{ marginBottom: 0 }}>
        <div class="grow">
          <div class="crumbs"><a href={link('remediations')}>Remediations</a> /</div>
          <h1>{parseResourceId(id).name}</h1>
          {data !== null && <p>{aimOf(data.task.properties, data.known)}{data.task.properties.application?.applicationId && ` ${parseResourceId(data.task.properties.application.applicationId).name}`}, on {describeScope(scopeOf(id))}</p>}
        </div>
        {data !== null && <Actions task={data.task} reload={loaded.reload} />}
      </div>
      {loaded.failure !== null && <Failure failure={loaded.failure} retry={loaded.reload} />}
      {data === null && loaded.failure === null && <div class="card card-body"><Waiting lines={6} /></div>}
      {data !== null && (
        <>
          {data.task.properties.statusMessage && data.task.properties.provisioningState?.toLowerCase() === 'failed' && <Notice tone="bad">{data.task.properties.statusMessage}</Notice>}
          <div class="cards">
            <section class="card span-6">
              <header><h2>Progress</h2><TaskState task={data.task} /></header>
              <div class="card-body stack">
                <Progress task={data.task} />
                {data.task.properties.statusMessage && <p class="soft">{data.task.properties.statusMessage}</p>}
              </div>
            </section>
            <section class="card span-6">
              <header><h2>Settings</h2></header>
              <div class="card-body"><Settings task={data.task} /></div>
            </section>
          </div>
          <section class="card">
            <header><h2>Resources</h2><span class="soft">{counted(data.deployments.length, 'resource')}</span></header>
            <Deployments deployments={data.deployments} task={data.task} />
          </section>
        </>
      )}
    </div>
  );
}

function Actions({ task, reload }: { readonly task: Remediation; readonly reload: () => void }): JSX.Element {
  const [busy, setBusy] = useState(false);
  const attempt = async (action: () => Promise<void>): Promise<void> => {
    setBusy(true);
    try {
      await action();
    } catch (failure) {
      say('bad', (failure as Error).message);
    } finally {
      setBusy(false);
    }
  };
  const cancel = (): Promise<void> => attempt(async () => {
    await cancelRemediation(task.id);
    say('info', 'Cancelling; what is under way is finished first.');
    reload();
  });
  const remove = (): Promise<void> => attempt(async () => {
    await deleteRemediation(task.id);
    location.hash = link('remediations');
  });
  return isActive(task) ? (
    <button type="button" class="button danger" disabled={busy || task.properties.provisioningState === 'Cancelling'} onClick={() => void cancel()}>Cancel</button>
  ) : (
    <button type="button" class="button" disabled={busy} onClick={() => void remove()}>Delete the record</button>
  );
}

function Settings({ task }: { readonly task: Remediation }): JSX.Element {
  const { properties } = task;
  const locations = properties.filters?.locations ?? [];
  return (
    <dl class="facts">
      <dt>Started</dt><dd>{moment(properties.createdOn)}</dd>
      <dt>Last change</dt><dd>{moment(properties.lastUpdatedOn)}</dd>
      {properties.policyDefinitionReferenceId && <><dt>Member</dt><dd><code>{properties.policyDefinitionReferenceId}</code></dd></>}
      <dt>Resources</dt><dd>{properties.policyAssignmentId === undefined ? 'named in the request' : properties.resourceDiscoveryMode === 'ReEvaluateCompliance' ? 'evaluated again' : 'known as non-compliant'}, at most {properties.resourceCount ?? 500}</dd>
      <dt>At the same time</dt><dd>{properties.parallelDeployments ?? 10}</dd>
      <dt>Stops above</dt><dd>{Math.round((properties.failureThreshold?.percentage ?? 1) * 100)} % failures</dd>
      {locations.length > 0 && <><dt>Locations</dt><dd>{locations.join(', ')}</dd></>}
      {properties.correlationId && <><dt>Correlation id</dt><dd class="mono">{properties.correlationId}</dd></>}
    </dl>
  );
}

/** What was done to a resource that has no deployment of its own; nothing is said while it is under way. */
const OUTCOMES: Readonly<Record<string, string>> = {
  VERIFIED: 'changed, and found as wanted',
  ALREADY_COMPLIANT: 'nothing: it was as wanted',
  NOT_APPLICABLE: 'nothing: not concerned',
  REFUSED: 'nothing was sent',
  FAILED: 'tried',
  DRIFTED: 'changed, then undone by somebody else',
  CANCELED: 'not begun',
};

function Deployments({ deployments: all, task }: { readonly deployments: readonly Deployment[]; readonly task: Remediation }): JSX.Element {
  const [shown, setShown] = useState(200);
  if (all.length === 0) {
    return <Empty title={emptyText(task.properties, isActive(task))} />;
  }
  // Trouble first, then what is under way.
  const rank = (deployment: Deployment): number => ({ bad: 0, info: 1, warn: 2, mute: 3, good: 4 })[toneOfTask(deployment.status)];
  const sorted = [...all].sort((left, right) => rank(left) - rank(right) || left.remediatedResourceId.localeCompare(right.remediatedResourceId));
  return (
    <div class="table-wrap">
      <table class="list">
        <thead><tr><th>Resource</th><th class="roomy">Location</th><th>State</th><th class="roomy">Change</th><th class="roomy">Last change</th></tr></thead>
        <tbody>
          {sorted.slice(0, shown).map(deployment => (
            <tr key={deployment.remediatedResourceId}>
              <td><ResourceName id={deployment.remediatedResourceId} /></td>
              <td class="roomy">{deployment.resourceLocation}</td>
              <td>
                <Badge tone={toneOfTask(deployment.status)}>{deployment.status}</Badge>
                {deployment.error?.message && <div class="sub" style={{ color: 'var(--bad)', maxWidth: '34rem', marginTop: '0.3rem' }}>{deployment.error.code && <strong>{deployment.error.code}: </strong>}{deployment.error.message}</div>}
              </td>
              <td class="sub roomy">{deployment.deploymentId ? <span class="mono" title={deployment.deploymentId}>{parseResourceId(deployment.deploymentId).name}</span> : (OUTCOMES[deployment.outcome ?? ''] ?? '')}</td>
              <td class="nowrap roomy">{moment(deployment.lastUpdatedOn)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {sorted.length > shown && (
        <div style={{ textAlign: 'center', padding: '0.8rem' }}>
          <button type="button" class="button" onClick={() => setShown(old => old + 500)}>Show more</button>
        </div>
      )}
    </div>
  );
}
