import type { ComponentChildren, JSX } from 'preact';
import { isActive, remediations, summarize, type Summary } from '../../api/insights';
import { subscriptions } from '../../api/names';
import type { Status } from '../../api/server';
import { compliancePercent, countOf, percentText, stateName, STATES, toneOf } from '../../model/compliance';
import { ago, counted, moment, whole } from '../../model/format';
import { describeScope } from '../../model/resource-id';
import { Badge, Empty, Failure, Notice, Waiting } from '../../parts/basics';
import { Bars, Donut, type Bar } from '../../parts/charts';
import { useData, type Loaded } from '../../parts/use-data';
import { link } from '../../router';
import { applications, machinesByLocation, machinesByPower, machinesBySystem, readings, troubledMachines, typeCounts, type ApplicationFigures, type Count, type Reading } from './figures';
import { literal } from '../../model/query-text';

const EVERY = 30_000;

/** What there is, how well it is known, and where it hurts. */
export function OverviewPage({ server }: { readonly server: Loaded<Status> }): JSX.Element {
  const types = useData('overview/types', typeCounts, EVERY);
  const locations = useData('overview/locations', machinesByLocation, EVERY);
  const systems = useData('overview/systems', machinesBySystem, EVERY);
  const power = useData('overview/power', machinesByPower, EVERY);
  const apps = useData('overview/applications', applications, EVERY);
  const read = useData('overview/readings', readings, EVERY);
  const compliance = useData('overview/summary', signal => summarize(null, signal), EVERY);
  const running = useData('overview/remediations', async signal => remediations((await subscriptions(signal)).map(found => found.id), signal), EVERY);

  const countOfType = (type: string): number | null => types.data && (types.data.find(found => found.name === type)?.count ?? 0);
  const machines = countOfType('microsoft.compute/virtualmachines');
  const scaleSets = countOfType('microsoft.compute/virtualmachinescalesets');
  const percent = compliance.data && compliancePercent(compliance.data.results.resourceDetails);
  const active = running.data?.filter(isActive) ?? null;
  const failed = apps.data?.reduce((sum, app) => sum + app.failed + app.skipped, 0) ?? null;
  const behind = apps.data?.reduce((sum, app) => sum + app.behind, 0) ?? null;

  return (
    <div class="page stack">
      <div class="page-head" style={{ marginBottom: 0 }}>
        <div class="grow">
          <h1>Overview</h1>
          <p>The estate as it was last collected, and how it stands against its policies.</p>
        </div>
      </div>
      <Completeness status={server.data} readings={read.data ?? []} />
      <div class="cards">
        <Figure
          label="Virtual machines"
          value={machines}
          note={scaleSets === null ? '' : `and ${counted(scaleSets, 'scale set')}`}
          href={link('query', { q: "resources\n| where type =~ 'microsoft.compute/virtualmachines'\n| project id, name, location, resourceGroup, size = tostring(properties.hardwareProfile.vmSize)\n| order by name asc" })}
        />
        <Figure
          label="Compliant resources"
          text={compliance.data === null ? null : percentText(percent)}
          note={compliance.data === null ? '' : `${counted(compliance.data.results.nonCompliantResources, 'resource')} not compliant`}
          tone={percent === null ? '' : percent >= 95 ? 'good' : percent >= 75 ? 'warn' : 'bad'}
          href={link('compliance')}
        />
        <Figure
          label="Failed or skipped applications"
          value={failed}
          note="on machines, as their guests reported"
          tone={failed === null || failed === 0 ? '' : 'bad'}
          href="#applications"
        />
        <Figure
          label="Behind the newest version"
          value={behind}
          note={active === null ? '' : active.length === 0 ? 'no remediation is running' : `${counted(active.length, 'remediation')} running`}
          tone={behind === null || behind === 0 ? '' : 'warn'}
          href={link('remediations')}
        />

        <Card title="Compliance" span={5} loaded={compliance} action={<a href={link('compliance')}>Details</a>}>
          {(data: Summary) => <ComplianceDonut summary={data} />}
        </Card>
        <Card title="Machines by location" span={7} loaded={locations}>
          {(data: readonly Count[]) => <Bars label="Machines by location" bars={locationBars(data)} />}
        </Card>
        <Card title="Applications" span={12} loaded={apps} id="applications">
          {(data: readonly ApplicationFigures[]) => <Applications apps={data} />}
        </Card>
        <Card title="Operating system" span={4} loaded={systems}>
          {(data: readonly Count[]) => <Bars label="Machines by operating system" bars={named(data, 'not known')} />}
        </Card>
        <Card title="Power state" span={4} loaded={power}>
          {(data: readonly Count[]) => <Bars label="Machines by power state" bars={named(data, 'not reported')} />}
        </Card>
        <Card title="Resource types" span={4} loaded={types}>
          {(data: readonly Count[]) => <Bars label="Resources by type" bars={named(data.slice(0, 8), 'no type').map(bar => ({ ...bar, name: bar.name.replace(/^microsoft\./, '') }))} />}
        </Card>
        {read.data !== null && read.data.length > 0 && (
          <Card title="Collection" span={12} loaded={read}>
            {(data: readonly Reading[]) => <Readings readings={data} />}
          </Card>
        )}
      </div>
    </div>
  );
}

function Completeness({ status, readings: all }: { readonly status: Status | null; readonly readings: readonly Reading[] }): JSX.Element | null {
  if (status === null) {
    return null;
  }
  if (status.snapshot === null) {
    return <Notice tone="info">Nothing has been collected yet; figures appear with the first snapshot.</Notice>;
  }
  if (!status.snapshot.complete) {
    const partial = all.filter(reading => reading.completeness !== 'Complete');
    return (
      <Notice tone="warn">
        <strong>The last collection is not complete.</strong>
        <div class="sub">
          {partial.length === 0
            ? 'Figures may be too low.'
            : partial.slice(0, 3).map(reading => `${placeOf(reading)}: ${reading.because === '' ? 'cut short' : reading.because}`).join('; ')}
        </div>
      </Notice>
    );
  }
  return null;
}

function placeOf(reading: Reading): string {
  return reading.scope === '' ? reading.source : describeScope(reading.scope);
}

interface FigureProps {
  readonly label: string;
  readonly value?: number | null;
  readonly text?: string | null;
  readonly note: string;
  readonly tone?: string;
  readonly href: string;
}

function Figure({ label, value, text, note, tone = '', href }: FigureProps): JSX.Element {
  const shown = text !== undefined ? text : value === null || value === undefined ? null : whole(value);
  const inPage = href.startsWith('#') && !href.startsWith('#/');
  const jump = (event: Event): void => {
    if (inPage) {
      event.preventDefault();
      document.getElementById(href.slice(1))?.scrollIntoView({ behavior: 'smooth' });
    }
  };
  return (
    <a class="card figure span-3" href={href} onClick={jump}>
      <span class="label">{label}</span>
      <span class={`value ${tone}`}>{shown ?? '…'}</span>
      <span class="note">{note === '' ? '\u00a0' : note}</span>
    </a>
  );
}

interface CardProps<T> {
  readonly title: string;
  readonly span: number;
  readonly loaded: Loaded<T>;
  readonly action?: ComponentChildren;
  readonly id?: string;
  readonly children: (data: T) => ComponentChildren;
}

function Card<T>({ title, span, loaded, action, id, children }: CardProps<T>): JSX.Element {
  return (
    <section class={`card span-${span}`} id={id}>
      <header><h2>{title}</h2>{action}</header>
      <div class="card-body">
        {loaded.failure !== null && <Failure failure={loaded.failure} retry={loaded.reload} />}
        {loaded.data !== null ? children(loaded.data) : loaded.failure === null && <Waiting />}
      </div>
    </section>
  );
}

function ComplianceDonut({ summary }: { readonly summary: Summary }): JSX.Element {
  const details = summary.results.resourceDetails;
  const slices = STATES.map(state => ({ name: stateName(state), count: countOf(details, state), fill: `var(--${toneOf(state)})` })).filter(slice => slice.count > 0);
  if (slices.length === 0) {
    return <Empty title="Nothing evaluated yet">Assign a policy or start a scan on the compliance page.</Empty>;
  }
  return <Donut slices={slices} middle={percentText(compliancePercent(details))} note="compliant" label="Resources by compliance state" />;
}

function named(counts: readonly Count[], unnamed: string): Bar[] {
  return counts.map(found => ({ name: found.name === '' ? unnamed : found.name, count: found.count }));
}

function locationBars(counts: readonly Count[]): Bar[] {
  return counts.map(found => ({
    name: found.name === '' ? 'no location' : found.name,
    count: found.count,
    href: link('query', { q: `resources\n| where type =~ 'microsoft.compute/virtualmachines' and location == ${literal(found.name)}\n| project id, name, resourceGroup, subscriptionId\n| order by name asc` }),
  }));
}

function Applications({ apps }: { readonly apps: readonly ApplicationFigures[] }): JSX.Element {
  if (apps.length === 0) {
    return <Empty title="No VM applications">No machine of this estate has one in its profile.</Empty>;
  }
  return (
    <div class="table-wrap" style={{ margin: '-1.1rem' }}>
      <table class="list">
        <thead>
          <tr><th>Application</th><th class="number">Machines</th><th class="roomy" style={{ width: '34%' }}>State</th><th class="number">Failed or skipped</th><th class="number">Behind</th></tr>
        </thead>
        <tbody>
          {apps.map(app => (
            <tr key={app.application}>
              <td class="title">{app.application}</td>
              <td class="number">{whole(app.machines)}</td>
              <td class="roomy"><AppMeter app={app} /></td>
              <td class="number">{app.failed + app.skipped === 0 ? <span class="faint">0</span> : <a class="bad" href={link('query', { q: troubledMachines(app.application, 'failed') })}>{whole(app.failed + app.skipped)}</a>}</td>
              <td class="number">{app.behind === 0 ? <span class="faint">0</span> : <a class="warn" href={link('query', { q: troubledMachines(app.application, 'behind') })}>{whole(app.behind)}</a>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function AppMeter({ app }: { readonly app: ApplicationFigures }): JSX.Element {
  const parts = [
    { name: 'running', count: app.running, tone: 'good' },
    { name: 'failed', count: app.failed, tone: 'bad' },
    { name: 'skipped', count: app.skipped, tone: 'warn' },
    { name: 'pending', count: app.pending, tone: 'info' },
    { name: 'not known', count: app.other, tone: 'mute' },
  ].filter(part => part.count > 0);
  const text = parts.map(part => `${whole(part.count)} ${part.name}`).join(', ');
  return (
    <div class="meter" role="img" aria-label={text} title={text}>
      {parts.map(part => <span key={part.name} class={`fill-${part.tone}`} style={{ flexGrow: part.count }} />)}
    </div>
  );
}

const READING_TONES = { Complete: 'good', Partial: 'warn', Failed: 'bad' } as const;

function Readings({ readings: all }: { readonly readings: readonly Reading[] }): JSX.Element {
  return (
    <div class="table-wrap" style={{ margin: '-1.1rem' }}>
      <table class="list">
        <thead><tr><th>Scope</th><th class="roomy">Read from</th><th>Reading</th><th class="number roomy">Resources</th><th class="roomy">Read</th><th>Last complete</th></tr></thead>
        <tbody>
          {all.map((reading, at) => (
            <tr key={at}>
              <td class="title">{placeOf(reading)}</td>
              <td class="sub roomy">{reading.source}{reading.table !== '' && `, ${reading.table}`}</td>
              <td>
                <Badge tone={READING_TONES[reading.completeness as keyof typeof READING_TONES] ?? 'mute'}>{reading.completeness}</Badge>{' '}
                <span class="sub">{reading.because}</span>
              </td>
              <td class="number roomy">{whole(reading.rows)}</td>
              <td class="nowrap roomy" title={moment(reading.finishedAt)}>{reading.finishedAt === null ? '–' : ago(reading.finishedAt, Date.now())}</td>
              <td class="nowrap" title={moment(reading.lastCompleteAt)}>{reading.lastCompleteAt === null ? 'never' : ago(reading.lastCompleteAt, Date.now())}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
