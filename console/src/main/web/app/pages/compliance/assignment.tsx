import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { policyStates, type StateRecord } from '../../api/insights';
import { nameOf, names } from '../../api/names';
import { effectName, STATES, stateName } from '../../model/compliance';
import { counted } from '../../model/format';
import { describeScope, parseResourceId, scopeOf } from '../../model/resource-id';
import { Empty, Failure, ResourceName, StateBadge, Waiting } from '../../parts/basics';
import { AsOf, PastNotice } from '../../parts/as-of';
import { downloadCsv } from '../../parts/download';
import { Icon } from '../../parts/icons';
import { useData } from '../../parts/use-data';
import { link, type Route } from '../../router';
import { TrendCard } from './trend';
import { Verdict } from './verdict';

const SHOWN = 200;
/** What a browser holds well and a spreadsheet still opens. */
const EXPORTED_AT_MOST = 200_000;

/** The verdicts of one assignment (or one member of its initiative), filtered by state and text; a click tells why. */
export function AssignmentPage({ assignment, route }: { readonly assignment: string; readonly route: Route }): JSX.Element {
  const reference = route.parameters.get('reference') ?? '';
  const state = route.parameters.get('state') ?? '';
  const at = route.parameters.get('at');
  const [text, setText] = useState('');
  const [shown, setShown] = useState(SHOWN);
  const [opened, setOpened] = useState<StateRecord | null>(null);
  const [sought, setSought] = useState('');
  const [exporting, setExporting] = useState(false);
  const [exportFailure, setExportFailure] = useState<Error | null>(null);
  const asked = { assignment, reference, at, resource: sought, ...(state === '' ? {} : { states: [state] }) };
  const loaded = useData(`verdicts ${assignment} ${reference} ${state} ${at ?? ''} ${sought}`, async signal => ({
    ...(await policyStates({ ...asked, limit: 5_000 }, signal)),
    names: await names(),
  }));
  const cut = loaded.data?.more === true;
  // Of a list that is cut off the server is asked: what is looked for may be in the part that is not here.
  useEffect(() => {
    if (cut || sought !== '') {
      const soon = setTimeout(() => setSought(text.trim()), 300);
      return () => clearTimeout(soon);
    }
    return undefined;
  }, [text, cut, sought]);
  const found = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return (loaded.data?.records ?? []).filter(record => wanted === '' || record.resourceId.toLowerCase().includes(wanted));
  }, [loaded.data, text]);
  const known = loaded.data?.names ?? new Map();
  const description = known.get(assignment.toLowerCase())?.description ?? '';

  // A file is whole or says in its name that it is not: of a list that is cut off here the rest is read for it.
  const exportVerdicts = async (): Promise<void> => {
    setExporting(true);
    setExportFailure(null);
    try {
      const all = cut ? await policyStates({ ...asked, resource: text.trim(), limit: EXPORTED_AT_MOST }) : { records: found, more: false };
      const rows = all.records.map(record => EXPORTED.map(name => record[name]));
      downloadCsv(`compliance-${parseResourceId(assignment).name}${all.more ? `-first-${EXPORTED_AT_MOST}` : ''}.csv`, EXPORTED.map(name => ({ name })), rows);
    } catch (failure) {
      setExportFailure(failure instanceof Error ? failure : new Error(String(failure)));
    } finally {
      setExporting(false);
    }
  };

  const goTo = (picked: string | null): void => {
    location.hash = link('compliance/assignment', { id: assignment, reference, state, at: picked });
  };

  return (
    <div class="page">
      <div class="crumbs"><a href={link('compliance', { at })}>Compliance</a> / </div>
      <div class="page-head">
        <div class="grow">
          <h1>{nameOf(known, assignment)}</h1>
          <p>{description === '' ? `Assigned to ${describeScope(scopeOf(assignment))}.` : description} {reference !== '' && <>Only <code>{reference}</code>. <a href={link('compliance/assignment', { id: assignment, state, at })}>All members</a></>}</p>
        </div>
        <AsOf at={at} onPick={goTo} />
      </div>
      {at !== null && <PastNotice at={at} now={link('compliance/assignment', { id: assignment, reference, state })} />}
      {reference === '' && <TrendCard assignment={assignment} onPick={goTo} />}
      <div class="row wrap" style={{ marginBottom: '0.9rem' }}>
        <nav class="segmented" aria-label="State">
          {['', ...STATES.filter(name => name !== 'Protected')].map(name => (
            <button key={name} type="button" aria-pressed={name === state} onClick={() => { setShown(SHOWN); location.hash = link('compliance/assignment', { id: assignment, reference, state: name, at }); }}>
              {name === '' ? 'All' : stateName(name)}
            </button>
          ))}
        </nav>
        <input class="input" style={{ maxWidth: '20rem' }} type="search" placeholder="Filter by resource, group or subscription" aria-label="Filter" value={text} onInput={event => setText(event.currentTarget.value)} />
        <span class="soft" role="status">{loaded.data !== null && `${cut ? 'the first ' : ''}${counted(found.length, 'verdict')}${cut ? '; a state or a text narrows them' : ''}`}</span>
        <span class="grow" />
        <button type="button" class="button" disabled={found.length === 0 || exporting} aria-busy={exporting} onClick={() => void exportVerdicts()}><Icon name="download" />CSV</button>
      </div>
      {exportFailure !== null && <Failure failure={exportFailure} />}
      {loaded.failure !== null && <Failure failure={loaded.failure} retry={loaded.reload} />}
      <div class="card table-wrap">
        {loaded.data === null ? (
          loaded.failure === null && <div class="card-body"><Waiting lines={8} /></div>
        ) : found.length === 0 ? (
          <Empty title={state === '' ? 'No resource is under this assignment' : `Nothing is ${stateName(state).toLowerCase()}`} />
        ) : (
          <table class="list">
            <thead><tr><th>Resource</th><th class="roomy">Type</th><th class="roomy">Location</th><th class="roomy">Policy</th><th class="roomy">Effect</th><th>State</th><th><span class="sr-only">Actions</span></th></tr></thead>
            <tbody>
              {found.slice(0, shown).map(record => (
                <tr key={`${record.resourceId} ${record.policyDefinitionReferenceId ?? ''} ${record.policyDefinitionId}`}>
                  <td><ResourceName id={record.resourceId} /></td>
                  <td class="sub roomy">{(record.resourceType ?? '').replace(/^\//, '').replace(/^microsoft\./i, '')}</td>
                  <td class="roomy">{record.resourceLocation}</td>
                  <td class="sub roomy">{nameOf(known, record.policyDefinitionId)}</td>
                  <td class="roomy">{record.policyDefinitionAction && <span class="tag">{effectName(record.policyDefinitionAction)}</span>}</td>
                  <td><StateBadge state={record.complianceState} /></td>
                  <td><button type="button" class="button small" onClick={() => setOpened(record)} aria-label={`Why ${record.resourceId}`}>Why?</button></td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
      {found.length > shown && (
        <div style={{ textAlign: 'center', marginTop: '1rem' }}>
          <button type="button" class="button" onClick={() => setShown(old => old + 500)}>Show more</button>
        </div>
      )}
      {opened !== null && <Verdict record={opened} known={known} at={at} onClose={() => setOpened(null)} />}
    </div>
  );
}

const EXPORTED = [
  'resourceId',
  'resourceType',
  'resourceLocation',
  'policyAssignmentId',
  'policyDefinitionId',
  'policyDefinitionReferenceId',
  'policyDefinitionAction',
  'complianceState',
  'timestamp',
] as const;
