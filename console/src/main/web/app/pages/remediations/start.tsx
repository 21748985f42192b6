import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { startRemediation, type RemediationRequest } from '../../api/insights';
import { counted } from '../../model/format';
import { describeScope, parseResourceId, scopeOf } from '../../model/resource-id';
import { Dialog, Failure, Notice } from '../../parts/basics';
import { link } from '../../router';

interface Props {
  readonly assignment: string;
  /** The member of the initiative; empty when the assignment assigns one definition. */
  readonly reference: string;
  readonly title: string;
  readonly nonCompliant: number;
  readonly onClose: () => void;
}

/** Asks for what a remediation needs, starts it at the assignment's scope, and goes to its page. */
export function StartRemediation({ assignment, reference, title, nonCompliant, onClose }: Props): JSX.Element {
  const scope = scopeOf(assignment);
  const belowGroups = parseResourceId(scope).managementGroup === null;
  const [name, setName] = useState(() => suggestedName(reference === '' ? parseResourceId(assignment).name : reference, new Date()));
  const [count, setCount] = useState(500);
  const [parallel, setParallel] = useState(10);
  const [threshold, setThreshold] = useState(100);
  const [locations, setLocations] = useState('');
  const [reevaluate, setReevaluate] = useState(false);
  const [failure, setFailure] = useState<Error | null>(null);
  const [busy, setBusy] = useState(false);

  const start = async (event: Event): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    const places = locations.split(',').map(place => place.trim()).filter(place => place !== '');
    const request: RemediationRequest = {
      policyAssignmentId: assignment,
      resourceDiscoveryMode: reevaluate ? 'ReEvaluateCompliance' : 'ExistingNonCompliant',
      resourceCount: count,
      parallelDeployments: parallel,
      failureThreshold: { percentage: threshold / 100 },
      ...(reference === '' ? {} : { policyDefinitionReferenceId: reference }),
      ...(places.length === 0 ? {} : { filters: { locations: places } }),
    };
    try {
      const started = await startRemediation(scope, name, request);
      onClose();
      location.hash = link('remediations/task', { id: started.id });
    } catch (problem) {
      setFailure(problem as Error);
      setBusy(false);
    }
  };

  return (
    <Dialog title="Start a remediation" onClose={onClose}>
      <form onSubmit={event => void start(event)}>
        <div>
          <h1 style={{ fontSize: '1.2rem' }}>Start a remediation</h1>
          <p class="soft">{title}, on {describeScope(scope)}. {counted(nonCompliant, 'resource')} not compliant.</p>
        </div>
        {failure !== null && <Failure failure={failure} />}
        {nonCompliant > count && <Notice tone="info">Only the first {count} are changed; raise the limit to reach all of them.</Notice>}
        <label class="field">
          <span>Name</span>
          <input class="input" required maxLength={64} pattern="[^<>%&:\\?\/#]+" value={name} onInput={event => setName(event.currentTarget.value)} />
        </label>
        <div class="pair">
          <label class="field">
            <span>At most this many resources</span>
            <input class="input" type="number" min={1} max={50_000} required value={count} onInput={event => setCount(event.currentTarget.valueAsNumber)} />
          </label>
          <label class="field">
            <span>At the same time</span>
            <input class="input" type="number" min={1} max={30} required value={parallel} onInput={event => setParallel(event.currentTarget.valueAsNumber)} />
          </label>
        </div>
        <div class="pair">
          <label class="field">
            <span>Stop above this share of failures (%)</span>
            <input class="input" type="number" min={0} max={100} required value={threshold} onInput={event => setThreshold(event.currentTarget.valueAsNumber)} />
          </label>
          <label class="field">
            <span>Only these locations</span>
            <input class="input" placeholder="all" value={locations} onInput={event => setLocations(event.currentTarget.value)} />
          </label>
        </div>
        {belowGroups && (
          <label class="row">
            <input type="checkbox" checked={reevaluate} onChange={event => setReevaluate(event.currentTarget.checked)} />
            Evaluate the resources again first
          </label>
        )}
        <footer>
          <button type="button" class="button" onClick={onClose}>Close</button>
          <button type="submit" class="button primary" disabled={busy}>{busy && <span class="spinner" />}Start</button>
        </footer>
      </form>
    </Dialog>
  );
}

/** `{what}-20261121-043012`, at most 64 characters, only what a resource name may hold. */
export function suggestedName(what: string, now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${what.replace(/[^A-Za-z0-9._-]+/g, '-').slice(0, 64 - stamp.length - 1)}-${stamp}`;
}
