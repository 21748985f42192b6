import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { onRefused, ServerFault } from './api/http';
import { status, type Status } from './api/server';
import { ago, whole } from './model/format';
import { CompliancePage } from './pages/compliance/compliance';
import { OverviewPage } from './pages/overview/overview';
import { QueryPage } from './pages/query/query';
import { RemediationsPage } from './pages/remediations/remediations';
import { Empty, Failure } from './parts/basics';
import { Icon, type IconName } from './parts/icons';
import { SignIn } from './parts/sign-in';
import { Toasts } from './parts/toast';
import { useData, type Loaded } from './parts/use-data';
import { link, useRoute, type Route } from './router';
import { toggleTheme, useTheme } from './theme';

const PAGES: readonly { readonly path: string; readonly name: string; readonly icon: IconName }[] = [
  { path: 'overview', name: 'Overview', icon: 'overview' },
  { path: 'query', name: 'Query', icon: 'query' },
  { path: 'compliance', name: 'Compliance', icon: 'compliance' },
  { path: 'remediations', name: 'Remediations', icon: 'remediations' },
];

/** The frame around every page: where one can go, how fresh the data is, light or dark. */
export function Shell(): JSX.Element {
  const route = useRoute();
  const theme = useTheme();
  const main = useRef<HTMLElement>(null);
  const server = useData('status', status, 15_000);
  const [signIn, setSignIn] = useState(false);
  const here = route.path[0] ?? 'overview';

  useEffect(() => onRefused(() => setSignIn(true)), []);
  useEffect(() => {
    document.title = `${PAGES.find(page => page.path === here)?.name ?? 'Not found'} · Muster`;
    main.current?.scrollTo(0, 0);
  }, [route.path.join('/')]);

  return (
    <>
      <a class="skip" href="#main" onClick={event => { event.preventDefault(); main.current?.focus(); }}>Skip to the page</a>
      <div class="frame">
        <aside class="side">
          <a class="brand" href={link('overview')}><img src="./muster.svg" alt="" /><span>Muster</span></a>
          <nav aria-label="Pages">
            {PAGES.map(page => (
              <a key={page.path} href={link(page.path)} aria-current={page.path === here ? 'page' : undefined}>
                <Icon name={page.icon} />{page.name}
              </a>
            ))}
          </nav>
          <div class="side-foot">
            <Freshness server={server} />
            <button type="button" class="button small quiet" onClick={toggleTheme} aria-label={theme === 'dark' ? 'Use light colours' : 'Use dark colours'}>
              <Icon name={theme === 'dark' ? 'sun' : 'moon'} /><span>{theme === 'dark' ? 'Light' : 'Dark'}</span>
            </button>
          </div>
        </aside>
        <main class="main" id="main" ref={main} tabIndex={-1}>
          {server.failure instanceof ServerFault && server.failure.status === 0 && (
            <div style={{ padding: '1rem 2rem 0' }}><Failure failure={server.failure} retry={server.reload} /></div>
          )}
          <Page name={here} route={route} server={server} />
        </main>
      </div>
      {signIn && <SignIn onClose={() => setSignIn(false)} />}
      <Toasts />
    </>
  );
}

function Page({ name, route, server }: { readonly name: string; readonly route: Route; readonly server: Loaded<Status> }): JSX.Element {
  switch (name) {
    case 'overview':
      return <OverviewPage server={server} />;
    case 'query':
      return <QueryPage route={route} />;
    case 'compliance':
      return <CompliancePage route={route} server={server} />;
    case 'remediations':
      return <RemediationsPage route={route} />;
    default:
      return <div class="page"><Empty title="There is no such page"><a href={link('overview')}>Go to the overview</a></Empty></div>;
  }
}

function Freshness({ server }: { readonly server: Loaded<Status> }): JSX.Element {
  const { data, failure } = server;
  if (failure !== null) {
    return <div class="sub" role="status" style={{ color: 'var(--bad)' }}>{failure.message}</div>;
  }
  if (data === null) {
    return <div class="sub">Asking the server…</div>;
  }
  if (data.snapshot === null) {
    return <div class="sub">Nothing collected yet</div>;
  }
  return (
    <div class="sub" title={data.snapshot.takenAt}>
      {whole(data.snapshot.resources)} resources
      <br />
      {data.snapshot.complete ? 'collected' : <span style={{ color: 'var(--warn)' }}>partly collected</span>} {ago(data.snapshot.takenAt, Date.now())}
      {data.scan?.state === 'Running' && <><br />scan running…</>}
    </div>
  );
}
