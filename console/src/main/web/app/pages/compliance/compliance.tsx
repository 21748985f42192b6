import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { report, summarize, triggerEvaluation, type AssignmentSummary, type DefinitionSummary, type Summary } from '../../api/insights';
import { nameOf, names, subscriptions, type Named, type Names } from '../../api/names';
import type { Status } from '../../api/server';
import { compliancePercent, countOf, effectName, percentText } from '../../model/compliance';
import { ago, counted, whole } from '../../model/format';
import { describeScope, scopeOf } from '../../model/resource-id';
import { Empty, Failure, StateMeter, Waiting } from '../../parts/basics';
import { AsOf, PastNotice } from '../../parts/as-of';
import { downloadHtml } from '../../parts/download';
import { Icon } from '../../parts/icons';
import { say } from '../../parts/toast';
import { useData, type Loaded } from '../../parts/use-data';
import { link, type Route } from '../../router';
import { StartRemediation } from '../remediations/start';
import { AssignmentPage } from './assignment';
import { TrendCard } from './trend';

/** The assignments and how the fleet stands against each; `#/compliance/assignment?id=` goes into one. */
export function CompliancePage({ route, server }: { readonly route: Route; readonly server: Loaded<Status> }): JSX.Element {
  const assignment = route.parameters.get('id');
  return route.path[1] === 'assignment' && assignment !== null ? (
    <AssignmentPage assignment={assignment} route={route} />
  ) : (
    <Assignments server={server} at={route.parameters.get('at')} />
  );
}

function goTo(at: string | null): void {
  location.hash = link('compliance', { at });
}

function Assignments({ server, at }: { readonly server: Loaded<Status>; readonly at: string | null }): JSX.Element {
  const loaded = useData(`compliance ${at ?? ''}`, async signal => ({ summary: await summarize(at, signal), names: await names() }), at === null ? 20_000 : undefined);
  const scanned = server.data?.scan?.finishedAt;
  return (
    <div class="page">
      <div class="page-head">
        <div class="grow">
          <h1>Compliance</h1>
          <p>{scanned === null || scanned === undefined ? 'Every assignment, and how the fleet stands against it.' : `Evaluated ${ago(scanned, Date.now())}.`}</p>
        </div>
        <AsOf at={at} onPick={goTo} />
        <ReportButton at={at} />
        {at === null && <ScanButton onDone={loaded.reload} />}
      </div>
      {at !== null && <PastNotice at={at} now={link('compliance')} />}
      {loaded.failure !== null && <Failure failure={loaded.failure} retry={loaded.reload} />}
      {loaded.data === null && loaded.failure === null && <div class="card card-body"><Waiting lines={6} /></div>}
      {loaded.data !== null && <SummaryTable summary={loaded.data.summary} known={loaded.data.names} at={at} />}
    </div>
  );
}

/** Downloads a page to hand over. */
function ReportButton({ at }: { readonly at: string | null }): JSX.Element {
  const [making, setMaking] = useState(false);
  const make = async (): Promise<void> => {
    setMaking(true);
    try {
      downloadHtml(`compliance-${(at ?? new Date().toISOString()).slice(0, 10)}.html`, await report(at));
    } catch (failure) {
      say('bad', (failure as Error).message);
    } finally {
      setMaking(false);
    }
  };
  return (
    <button type="button" class="button" disabled={making} onClick={() => void make()}>
      {making ? <span class="spinner" /> : <Icon name="download" />}Report
    </button>
  );
}

/** Scans every subscription now; the answer comes when all of them are done. */
export function ScanButton({ onDone }: { readonly onDone: () => void }): JSX.Element {
  const [scanning, setScanning] = useState(false);
  const scan = async (): Promise<void> => {
    setScanning(true);
    try {
      const all = await subscriptions();
      await Promise.all(all.map(subscription => triggerEvaluation(`/subscriptions/${subscription.id}`)));
      say('good', `Evaluated ${counted(all.length, 'subscription')}.`);
      onDone();
    } catch (failure) {
      say('bad', (failure as Error).message);
    } finally {
      setScanning(false);
    }
  };
  return (
    <button type="button" class="button primary" disabled={scanning} onClick={() => void scan()}>
      {scanning ? <span class="spinner" /> : <Icon name="refresh" />}
      {scanning ? 'Evaluating…' : 'Evaluate now'}
    </button>
  );
}

function SummaryTable({ summary, known, at }: { readonly summary: Summary; readonly known: Names; readonly at: string | null }): JSX.Element {
  const [starting, setStarting] = useState<{ assignment: AssignmentSummary; definition: DefinitionSummary } | null>(null);
  if (summary.policyAssignments.length === 0) {
    return <div class="card"><Empty title="No assignment has been evaluated">Assign a policy, then evaluate now.</Empty></div>;
  }
  const worst = [...summary.policyAssignments].sort(
    (left, right) =>
      right.results.nonCompliantResources - left.results.nonCompliantResources ||
      nameOf(known, left.policyAssignmentId).localeCompare(nameOf(known, right.policyAssignmentId)),
  );
  return (
    <div class="stack">
      <div class="cards">
        <Total label="Resources compliant" value={percentText(compliancePercent(summary.results.resourceDetails))} note={`of ${counted(total(summary), 'evaluated resource')}`} />
        <Total label="Non-compliant resources" value={whole(summary.results.nonCompliantResources)} note={`under ${counted(summary.policyAssignments.filter(found => found.results.nonCompliantResources > 0).length, 'assignment')}`} />
        <Total label="Non-compliant policies" value={whole(summary.results.nonCompliantPolicies ?? 0)} note={`of ${counted(summary.policyAssignments.reduce((sum, found) => sum + found.policyDefinitions.length, 0), 'assigned definition')}`} />
        <Total label="Exempt or in error" value={whole(countOf(summary.results.resourceDetails, 'Exempt') + countOf(summary.results.resourceDetails, 'Error'))} note="resources" />
      </div>
      <TrendCard assignment={null} onPick={goTo} />
      <div class="card table-wrap">
        <table class="list">
          <thead>
            <tr><th>Assignment and policies</th><th class="roomy">Effect</th><th class="roomy" style={{ width: '22%' }}>Resources</th><th class="number">Compliant</th><th class="number">Not compliant</th><th><span class="sr-only">Actions</span></th></tr>
          </thead>
          <tbody>
            {worst.map(assignment => (
              <AssignmentRows key={assignment.policyAssignmentId} assignment={assignment} known={known} at={at} onRemediate={definition => setStarting({ assignment, definition })} />
            ))}
            {at === null && withoutResources(summary, known).map(assignment => (
              <tr key={assignment.id}>
                <td>
                  <a class="title" href={link('compliance/assignment', { id: assignment.id })} title={assignment.id}>{nameOf(known, assignment.id)}</a>
                  <div class="sub">{nameOf(known, assignment.definition)} on {describeScope(scopeOf(assignment.id))}{assignment.enforcementMode === 'DoNotEnforce' && ', not enforced'}</div>
                </td>
                <td class="roomy" />
                <td class="roomy soft">No resource is evaluated under it</td>
                <td class="number faint">–</td>
                <td class="number faint">0</td>
                <td />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {starting !== null && (
        <StartRemediation
          assignment={starting.assignment.policyAssignmentId}
          reference={starting.definition.policyDefinitionReferenceId ?? ''}
          title={nameOf(known, starting.definition.policyDefinitionId)}
          nonCompliant={countOf(starting.definition.results.resourceDetails, 'NonCompliant')}
          onClose={() => setStarting(null)}
        />
      )}
    </div>
  );
}

/** A summary counts resources: an assignment under which there is none is not in it, and is told of all the same. */
function withoutResources(summary: Summary, known: Names): readonly Named[] {
  const counted = new Set(summary.policyAssignments.map(assignment => assignment.policyAssignmentId.toLowerCase()));
  return [...known.values()]
    .filter(named => named.definition !== '' && !counted.has(named.id.toLowerCase()))
    .sort((left, right) => nameOf(known, left.id).localeCompare(nameOf(known, right.id)));
}

function total(summary: Summary): number {
  return summary.results.resourceDetails.reduce((sum, detail) => sum + detail.count, 0);
}

function Total({ label, value, note }: { readonly label: string; readonly value: string; readonly note: string }): JSX.Element {
  return (
    <div class="card figure span-3">
      <span class="label">{label}</span>
      <span class="value">{value}</span>
      <span class="note">{note}</span>
    </div>
  );
}

interface RowsProps {
  readonly assignment: AssignmentSummary;
  readonly known: Names;
  /** The instant that the figures are of; what is past is not remediated. */
  readonly at: string | null;
  readonly onRemediate: (definition: DefinitionSummary) => void;
}

function AssignmentRows({ assignment, known, at, onRemediate }: RowsProps): JSX.Element {
  const initiative = (assignment.policySetDefinitionId ?? '') !== '' && assignment.policySetDefinitionId !== null;
  const id = assignment.policyAssignmentId;
  const single = initiative ? undefined : assignment.policyDefinitions[0];
  return (
    <>
      <tr>
        <td>
          <a class="title" href={link('compliance/assignment', { id, at })} title={id}>{nameOf(known, id)}</a>
          <div class="sub">
            {initiative ? `initiative ${nameOf(known, assignment.policySetDefinitionId!)}` : 'policy'} on {describeScope(scopeOf(id))}
            {known.get(id.toLowerCase())?.enforcementMode === 'DoNotEnforce' && ', not enforced'}
          </div>
        </td>
        <td class="roomy">{single?.effect && <span class="tag">{effectName(single.effect)}</span>}</td>
        <Figures details={assignment.results.resourceDetails} href={link('compliance/assignment', { id, at, state: 'NonCompliant' })} />
        <td>{single !== undefined && at === null && <RemediateButton definition={single} onRemediate={onRemediate} />}</td>
      </tr>
      {initiative && assignment.policyDefinitions.map(definition => (
        <tr key={definition.policyDefinitionReferenceId ?? definition.policyDefinitionId} class="child">
          <td>
            <a href={link('compliance/assignment', { id, at, reference: definition.policyDefinitionReferenceId })} title={definition.policyDefinitionId}>{nameOf(known, definition.policyDefinitionId)}</a>
            <div class="sub">{definition.policyDefinitionReferenceId}</div>
          </td>
          <td class="roomy">{definition.effect && <span class="tag">{effectName(definition.effect)}</span>}</td>
          <Figures details={definition.results.resourceDetails} href={link('compliance/assignment', { id, at, reference: definition.policyDefinitionReferenceId, state: 'NonCompliant' })} />
          <td>{at === null && <RemediateButton definition={definition} onRemediate={onRemediate} />}</td>
        </tr>
      ))}
    </>
  );
}

function Figures({ details, href }: { readonly details: DefinitionSummary['results']['resourceDetails']; readonly href: string }): JSX.Element {
  const not = countOf(details, 'NonCompliant');
  return (
    <>
      <td class="roomy"><StateMeter details={details} /></td>
      <td class="number">{percentText(compliancePercent(details))}</td>
      <td class="number">{not === 0 ? <span class="faint">0</span> : <a href={href}>{whole(not)}</a>}</td>
    </>
  );
}

const REMEDIABLE = new Set(['modify', 'deployifnotexists']);

function RemediateButton({ definition, onRemediate }: { readonly definition: DefinitionSummary; readonly onRemediate: (definition: DefinitionSummary) => void }): JSX.Element | null {
  const possible = REMEDIABLE.has((definition.effect ?? '').toLowerCase()) && countOf(definition.results.resourceDetails, 'NonCompliant') > 0;
  return possible ? <button type="button" class="button small" aria-label="Remediate" onClick={() => onRemediate(definition)}><Icon name="remediations" /><span class="roomy">Remediate</span></button> : null;
}
