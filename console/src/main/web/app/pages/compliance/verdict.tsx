import type { JSX } from 'preact';
import { policyStates, type EvaluatedExpression, type Remedy, type StateRecord } from '../../api/insights';
import { nameOf, type Names } from '../../api/names';
import { effectName } from '../../model/compliance';
import { moment } from '../../model/format';
import { parseResourceId, sameId } from '../../model/resource-id';
import { Drawer, Empty, Failure, StateBadge, Waiting } from '../../parts/basics';
import { useData } from '../../parts/use-data';
import { link } from '../../router';
import { literal } from '../../model/query-text';

interface Props {
  readonly record: StateRecord;
  readonly known: Names;
  /** The instant that the record is of; null for now. */
  readonly at: string | null;
  readonly onClose: () => void;
}

/** Why one resource has its state: the expressions as they were evaluated, with what was found and what was wanted. */
export function Verdict({ record, known, at, onClose }: Props): JSX.Element {
  const reference = record.policyDefinitionReferenceId ?? '';
  const loaded = useData(`verdict ${record.resourceId} ${record.policyAssignmentId} ${reference} ${at ?? ''}`, async signal => {
    const answer = await policyStates({ scope: record.resourceId, assignment: record.policyAssignmentId, reference, at, details: true }, signal);
    return (
      answer.records.find(found => sameId(found.policyDefinitionId, record.policyDefinitionId) && (found.policyDefinitionReferenceId ?? '') === reference) ??
      answer.records[0] ??
      null
    );
  });
  const resource = parseResourceId(record.resourceId);
  const shown = loaded.data ?? record;
  return (
    <Drawer title={resource.name} onClose={onClose}>
      <div class="stack">
        <dl class="facts">
          <dt>State</dt><dd><StateBadge state={shown.complianceState} /></dd>
          <dt>Policy</dt><dd>{nameOf(known, record.policyDefinitionId)}{reference !== '' && <span class="sub"> ({reference})</span>}</dd>
          <dt>Assignment</dt><dd>{nameOf(known, record.policyAssignmentId)}</dd>
          <dt>Effect</dt><dd>{shown.policyDefinitionAction ? <span class="tag">{effectName(shown.policyDefinitionAction)}</span> : '–'}</dd>
          {shown.stateSince && <><dt>Since</dt><dd>{moment(shown.stateSince)}{shown.stateCause && <span class="sub"> ({causeText(shown.stateCause)})</span>}</dd></>}
          <dt>Evaluated</dt><dd>{moment(shown.timestamp)}</dd>
          <dt>Resource</dt>
          <dd>
            <span class="mono">{record.resourceId}</span>
            <div><a href={link('query', { q: `resources\n| where id =~ ${literal(record.resourceId)}`, at })}>Show the resource</a></div>
          </dd>
        </dl>
        <h3>Evaluated expressions</h3>
        {loaded.failure !== null && <Failure failure={loaded.failure} retry={loaded.reload} />}
        {loaded.loading && loaded.data === null && <Waiting />}
        {!loaded.loading && loaded.failure === null && <Details record={loaded.data} />}
      </div>
    </Drawer>
  );
}

function Details({ record }: { readonly record: StateRecord | null }): JSX.Element {
  const details = record?.policyEvaluationDetails;
  const expressions = details?.evaluatedExpressions ?? [];
  const related = details?.ifNotExistsDetails;
  if (expressions.length === 0 && !related && !details?.reason) {
    return <Empty title="No details">The server has no evaluated expressions for this verdict. It may have changed since the list was read.</Empty>;
  }
  return (
    <div class="expressions">
      {details?.reason && <p>{details.reason}</p>}
      {expressions.map((expression, at) => <Expression key={at} expression={expression} />)}
      {related && (
        <div class="expression">
          <div class="what">Related resources</div>
          <dl>
            <dt>Looked at</dt><dd>{related.totalResources ?? 0}</dd>
          </dl>
        </div>
      )}
      {(related?.candidates ?? []).map(candidate => (
        <div key={candidate.resourceId}>
          <p><span class="mono">{candidate.resourceId}</span> {candidate.satisfies ? 'satisfies' : 'does not satisfy'}</p>
          {candidate.evaluatedExpressions.map((expression, at) => <Expression key={at} expression={expression} />)}
        </div>
      ))}
      {details?.remedy && <Change remedy={details.remedy} />}
    </div>
  );
}

/** The changes that would help, and what is known of their number. */
function Change({ remedy }: { readonly remedy: Remedy }): JSX.Element {
  return (
    <div class="expression">
      <div class="row">
        <span class="what grow">{remedy.create ? 'Would be met by creating' : 'Would be met by changing'} {remedy.resourceId === '' ? 'a related resource' : (parseResourceId(remedy.resourceId).name || remedy.resourceId)}</span>
        <span class="sub">{remedy.exactness === 'smallest' ? 'fewest changes' : 'no change can be left out'}</span>
      </div>
      <dl>
        {remedy.changes.flatMap(change => [
          <dt key={change.path}>{change.path}</dt>,
          <dd key={`${change.path} to`}>{valueText(change.currentValue)} → {valueText(change.newValue)}</dd>,
        ])}
      </dl>
    </div>
  );
}

const CAUSES: Readonly<Record<string, string>> = {
  policy: 'the policy or its assignment changed',
  resource: 'the resource changed',
  relatedResource: 'a related resource changed',
  container: 'its resource group or subscription changed',
  managementGroups: 'the subscription moved',
  exemption: 'an exemption changed',
  attestation: 'an attestation changed',
  time: 'a date passed',
  scan: 'found by a scan',
};

function causeText(cause: string): string {
  return CAUSES[cause] ?? cause;
}

function Expression({ expression }: { readonly expression: EvaluatedExpression }): JSX.Element {
  const result = (expression.result ?? '').toLowerCase();
  return (
    <div class={`expression ${result}`}>
      <div class="row">
        <span class="what grow">{expression.expression ?? expression.path ?? ''}</span>
        <span class="tag">{expression.operator ?? ''}</span>
        <span class="sub">{result === 'true' ? 'matches' : result === 'false' ? 'does not match' : (expression.result ?? '')}</span>
      </div>
      <dl>
        {expression.path && expression.path !== expression.expression && <><dt>Path</dt><dd>{expression.path}</dd></>}
        <dt>Found</dt><dd>{valueText(expression.expressionValue)}</dd>
        <dt>Asked for</dt><dd>{valueText(expression.targetValue)}</dd>
      </dl>
    </div>
  );
}

function valueText(value: unknown): string {
  if (value === undefined || value === null) {
    return 'nothing';
  }
  return typeof value === 'string' ? (value === '' ? "''" : value) : JSON.stringify(value);
}
