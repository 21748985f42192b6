import type { JSX } from 'preact';
import { campaigns, isBusy } from '../../api/campaigns';
import { isActive, remediations, type Remediation } from '../../api/insights';
import { names, subscriptions, type Names } from '../../api/names';
import type { Tone } from '../../model/compliance';
import { ago, moment } from '../../model/format';
import { describeScope, scopeOf } from '../../model/resource-id';
import { leftOutText, progressText } from '../../model/task-text';
import { Badge, Empty, Failure, Waiting } from '../../parts/basics';
import { useData } from '../../parts/use-data';
import { link, type Route } from '../../router';
import { Campaigns } from './campaigns';
import { Goal } from './goal';
import { RemediationPage } from './remediation';

/** Every remediation with its progress; `#/remediations/task?id=` watches one. */
export function RemediationsPage({ route }: { readonly route: Route }): JSX.Element {
  const id = route.parameters.get('id');
  return route.path[1] === 'task' && id !== null ? <RemediationPage id={id} /> : <List />;
}

function List(): JSX.Element {
  const loaded = useData(
    'remediations',
    async signal => ({
      campaigns: await campaigns(signal),
      tasks: await remediations((await subscriptions(signal)).map(found => found.id), signal),
      names: await names(),
    }),
    data => (data?.tasks.some(isActive) === true || data?.campaigns.some(isBusy) === true ? 2_000 : 15_000),
  );
  return (
    <div class="page">
      <div class="page-head">
        <div class="grow">
          <h1>Remediations</h1>
          <p>Tasks that bring non-compliant resources in line. Start one from an assignment on the <a href={link('compliance')}>compliance page</a>; a campaign, ring by ring, by <code>muster remediate create --campaign</code>.</p>
        </div>
      </div>
      {loaded.failure !== null && <div style={{ marginBottom: '1rem' }}><Failure failure={loaded.failure} retry={loaded.reload} /></div>}
      {loaded.data !== null && loaded.data.campaigns.length > 0 && (
        <section class="card table-wrap" style={{ marginBottom: '1rem' }}>
          <header><h2>Campaigns</h2><span class="soft">ring by ring, with gates between</span></header>
          <Campaigns campaigns={loaded.data.campaigns} tasks={loaded.data.tasks} known={loaded.data.names} reload={loaded.reload} />
        </section>
      )}
      <div class="card table-wrap">
        {loaded.data === null ? (
          loaded.failure === null && <div class="card-body"><Waiting lines={5} /></div>
        ) : loaded.data.tasks.length === 0 ? (
          <Empty title="No remediation has been started">
            Policies with the effects modify and deployIfNotExists can be remediated. <a href={link('compliance')}>See what is not compliant</a>
          </Empty>
        ) : (
          <Tasks tasks={loaded.data.tasks} known={loaded.data.names} />
        )}
      </div>
    </div>
  );
}

function Tasks({ tasks, known }: { readonly tasks: readonly Remediation[]; readonly known: Names }): JSX.Element {
  return (
    <table class="list">
      <thead><tr><th>Remediation</th><th class="roomy">What for</th><th>State</th><th class="roomy" style={{ width: '24%' }}>Progress</th><th>Started</th></tr></thead>
      <tbody>
        {tasks.map(task => (
          <tr key={task.id}>
            <td>
              <a class="title" href={link('remediations/task', { id: task.id })}>{task.name}</a>
              <div class="sub">on {describeScope(scopeOf(task.id))}</div>
            </td>
            <td class="roomy"><Goal aim={task.properties} known={known} /></td>
            <td><TaskState task={task} /></td>
            <td class="roomy"><Progress task={task} /></td>
            <td class="nowrap" title={moment(task.properties.createdOn)}>{task.properties.createdOn ? ago(task.properties.createdOn, Date.now()) : '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function toneOfTask(state: string): Tone {
  switch (state.toLowerCase()) {
    case 'succeeded':
    case 'complete':
      return 'good';
    case 'failed':
      return 'bad';
    case 'canceled':
    case 'cancelled':
    case 'cancelling':
      return 'warn';
    case 'accepted':
    case 'evaluating':
    case 'running':
    case 'inprogress':
      return 'info';
    default:
      return 'mute';
  }
}

export function TaskState({ task }: { readonly task: Remediation }): JSX.Element {
  const state = task.properties.provisioningState ?? 'Unknown';
  return (
    <span class="row" style={{ display: 'inline-flex' }}>
      <Badge tone={toneOfTask(state)}>{task.properties.paused && isActive(task) ? 'Paused' : state}</Badge>
      {isActive(task) && !task.properties.paused && <span class="spinner soft" />}
    </span>
  );
}

/** Done, failed and open deployments as one bar with its figures below. */
export function Progress({ task }: { readonly task: Remediation }): JSX.Element {
  const status = task.properties.deploymentStatus;
  const text = progressText(task.properties);
  if (!status || text === null) {
    return <span class="sub">{isActive(task) ? 'looking for resources' : 'nothing to do'}</span>;
  }
  const open = Math.max(0, status.totalDeployments - status.successfulDeployments - status.failedDeployments);
  const leftOut = leftOutText(task.properties);
  return (
    <div>
      <div class="meter" role="progressbar" aria-valuemin={0} aria-valuemax={status.totalDeployments} aria-valuenow={status.successfulDeployments + status.failedDeployments} aria-label={text}>
        {status.successfulDeployments > 0 && <span class="fill-good" style={{ flexGrow: status.successfulDeployments }} />}
        {status.failedDeployments > 0 && <span class="fill-bad" style={{ flexGrow: status.failedDeployments }} />}
        {open > 0 && <span style={{ flexGrow: open }} />}
      </div>
      <div class="sub" style={{ marginTop: '0.25rem' }}>{text}</div>
      {leftOut !== null && <div class="sub">{leftOut}</div>}
    </div>
  );
}
