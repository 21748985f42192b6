// Serves the built console beside answers in the shapes of Azure's REST, made of a small estate, so that the pages can be tested without a server.
// It knows the console's own queries only; what a query means is tested elsewhere.

import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { extname, join, normalize } from 'node:path';

const ROOT = '/providers/Microsoft.Management/managementGroups/contoso';
const SUBSCRIPTIONS = ['11111111-0000-4000-8000-000000000001', '11111111-0000-4000-8000-000000000002'];
const LOCATIONS = ['westeurope', 'northeurope', 'eastus', 'eastus2', 'southeastasia'];
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.ttf': 'font/ttf' };
export const POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; font-src 'self' data:; img-src 'self' data:; frame-ancestors 'none'";

const ASSIGNMENTS = [
  assignment('inject-agent', 'Security agent on every virtual machine', 'modify', ['inject-vm-application-vm'], 143),
  assignment('health', 'Applications are current and none has failed', 'auditIfNotExists', ['current-version', 'not-failed'], 87),
  assignment('deploy-monitor', 'Monitor on Windows machines', 'deployIfNotExists', ['deploy-vm-application-vm'], 35),
  assignment('forbid-legacy', 'No legacy tooling', 'audit', ['forbid-vm-application'], 0),
];

/** Starts on a free port; `close()` ends it. */
export async function startFixtureServer(folder) {
  const tokens = { wanted: null };
  const remediations = new Map();
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url, 'http://fixture');
      const body = chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString('utf8'));
      const isFile = url.pathname === '/' || url.pathname.startsWith('/assets/') || url.pathname.endsWith('.svg');
      if (tokens.wanted !== null && !isFile && request.headers.authorization !== `Bearer ${tokens.wanted}`) {
        response.writeHead(401, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: { code: 'AuthenticationFailed', message: 'Authentication failed.' } }));
        return;
      }
      const answer = api(request.method, url, body, remediations) ?? file(folder, url.pathname);
      response.writeHead(answer.status ?? 200, { 'content-security-policy': POLICY, 'content-type': answer.type ?? 'application/json', ...answer.headers });
      response.end(answer.bytes ?? (answer.body === undefined ? '' : JSON.stringify(answer.body)));
    });
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close(), tokens };
}

function file(folder, path) {
  try {
    const name = normalize(path === '/' ? '/index.html' : path);
    return { bytes: readFileSync(join(folder, name)), type: TYPES[extname(name)] ?? 'application/octet-stream' };
  } catch {
    return { status: 404, body: { error: { code: 'NotFound', message: `There is no ${path}.` } } };
  }
}

/** A campaign between its second and third ring. */
function campaign() {
  const ring = (name, state, machines, successful, failed, message) => ({ name, state, machines, successful, failed, message });
  return {
    id: '/subscriptions/a1000000-0000-4000-8000-000000000001/providers/Muster.Remediation/campaigns/agent-2-1',
    name: 'agent-2-1',
    type: 'Muster.Remediation/campaigns',
    properties: {
      application: { kind: 'require', applicationId: '/subscriptions/a1000000-0000-4000-8000-000000000001/resourceGroups/tools/providers/Microsoft.Compute/galleries/tools/applications/agent' },
      provisioningState: 'Running',
      paused: false,
      run: 1,
      statusMessage: '',
      createdOn: '2026-11-20T08:00:00Z',
      rings: [ring('canary', 'Passed', 5, 5, 0, ''), ring('early', 'Soaking', 40, 39, 1, 'Of its machines 97.5 % are as wanted, 99 % must be.'), ring('rest', 'Pending', 155, 0, 0, '')],
    },
  };
}

function api(method, url, body, remediations) {
  const path = url.pathname.toLowerCase();
  if (path === '/api/status') {
    return { body: status() };
  }
  if (path === '/api/schema') {
    return { body: schema() };
  }
  if (path === '/api/remediations') {
    return { body: { campaigns: [campaign()], remediations: [...remediations.values()].map(progressed) } };
  }
  if (path === '/providers/microsoft.resourcegraph/resources') {
    return graph(body.query, body.options ?? {});
  }
  if (path.endsWith('/policystates/latest/summarize')) {
    return { body: { '@odata.count': 1, value: [summary(url.searchParams.has('$to') ? 2 : 1)] } };
  }
  if (path === '/api/compliance/trend') {
    return { body: trend() };
  }
  if (path === '/api/report') {
    return { type: 'text/html', bytes: '<!doctype html><title>Muster: compliance</title><h1>Compliance</h1>' };
  }
  if (path.endsWith('/policystates/latest/queryresults')) {
    return { body: states(decodeURIComponent(url.pathname), url.searchParams) };
  }
  if (path.endsWith('/triggerevaluation')) {
    return { status: 202, headers: { location: `http://${'fixture'}/subscriptions/x/providers/Microsoft.PolicyInsights/asyncOperationResults/1?api-version=2024-10-01`, 'retry-after': '0' } };
  }
  if (path.includes('/asyncoperationresults/')) {
    return {};
  }
  const remediation = /^(.*)\/providers\/microsoft\.policyinsights\/remediations(?:\/([^/]+)(?:\/([^/]+))?)?$/i.exec(url.pathname);
  return remediation === null ? null : remediate(method, remediation, body, remediations, url.searchParams);
}

function remediate(method, [, scope, name, action], body, kept, parameters) {
  const id = `${scope}/providers/Microsoft.PolicyInsights/remediations/${name}`;
  if (name === undefined) {
    return { body: { value: [...kept.values()].filter(task => task.id.startsWith(scope)).map(progressed) } };
  }
  if (method === 'PUT') {
    const task = { id, name, type: 'Microsoft.PolicyInsights/remediations', started: Date.now(), properties: { ...body.properties, createdOn: new Date().toISOString(), correlationId: 'c0ffee00-0000-4000-8000-000000000000' } };
    kept.set(id, task);
    return { status: 201, body: progressed(task) };
  }
  const task = kept.get(id);
  if (task === undefined) {
    return { status: 404, body: { error: { code: 'RemediationNotFound', message: `The remediation '${name}' was not found.` } } };
  }
  if (action === 'cancel') {
    task.canceled = true;
  }
  if (action?.toLowerCase() === 'listdeployments') {
    return { body: { value: deployments(task).slice(0, Number(parameters.get('$top') ?? 50_000)) } };
  }
  if (method === 'DELETE') {
    kept.delete(id);
  }
  return { body: progressed(task) };
}

function done(task) {
  return Math.min(24, Math.floor((Date.now() - task.started) / 120));
}

function progressed(task) {
  const { started, canceled, ...shown } = task;
  const count = done(task);
  const failed = count >= 10 ? 1 : 0;
  const state = canceled ? 'Canceled' : count < 24 ? 'Evaluating' : 'Succeeded';
  return {
    ...shown,
    properties: { ...task.properties, provisioningState: state, lastUpdatedOn: new Date().toISOString(), deploymentStatus: { totalDeployments: 24, successfulDeployments: count - failed, failedDeployments: failed } },
  };
}

function deployments(task) {
  // The one at another scope is of many.
  const all = task.name === 'elsewhere' ? 1_204 : Math.min(24, done(task) + 4);
  return Array.from({ length: all }, (_, at) => {
    const failed = at === 9;
    return {
      remediatedResourceId: machine(at * 7),
      deploymentId: '',
      status: at >= done(task) ? 'Running' : failed ? 'Failed' : 'Succeeded',
      resourceLocation: LOCATIONS[at % 5],
      lastUpdatedOn: new Date().toISOString(),
      ...(failed ? { error: { code: 'VMExtensionProvisioningError', message: "Enable failed: install of 'agent' ended with exit code 7." } } : {}),
    };
  });
}

function status() {
  const minutesAgo = minutes => new Date(Date.now() - minutes * 60_000).toISOString();
  return {
    version: '0.1.0',
    managementGroup: 'contoso',
    snapshot: {
      version: 12,
      takenAt: minutesAgo(4),
      resources: 6_412,
      complete: false,
    },
    scan: { state: 'Idle', finishedAt: minutesAgo(3), snapshotVersion: 12 },
  };
}

function schema() {
  const columns = ['id', 'name', 'type', 'tenantId', 'kind', 'location', 'resourceGroup', 'subscriptionId', 'managedBy']
    .map(name => ({ name, type: 'string' }))
    .concat(['sku', 'plan', 'properties', 'tags', 'identity', 'zones'].map(name => ({ name, type: 'dynamic' })));
  return {
    tables: ['resources', 'resourcecontainers', 'policyresources', 'computeresources', 'resourcechanges'].map(name => ({ name, description: `The table ${name}.`, columns })),
    functions: ['tostring', 'tolower', 'iff', 'isnull', 'array_length', 'parse_json', 'tobool', 'split', 'strcat'],
    aggregates: ['count', 'dcount', 'countif', 'sum', 'max', 'min'],
  };
}

function graph(query, options) {
  const table = (columns, rows, more = {}) => ({
    body: { totalRecords: rows.length, count: rows.length, resultTruncated: 'false', data: { columns: columns.map(([name, type]) => ({ name, type })), rows }, ...more },
  });
  const counted = rows => table([['name', 'string'], ['found', 'integer']], rows);
  if (query.includes('nosuch')) {
    const line = query.split('\n').findIndex(text => text.includes('nosuch'));
    const column = query.split('\n')[line].indexOf('nosuch');
    return {
      status: 400,
      body: {
        error: {
          code: 'BadRequest',
          message: 'Please provide below info when asking for support: timestamp = 2026-11-21T00:00:00Z, correlationId = c0ffee.',
          details: [
            { code: 'InvalidQuery', message: 'Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.' },
            { code: 'SemanticError', message: "The name 'nosuch' does not refer to any known column, table, variable or function.", line: line + 1, characterPositionInLine: column, token: 'nosuch', help: "Did you mean 'name'?" },
          ],
        },
      },
    };
  }
  if (query.includes('policyassignments')) {
    const rows = ASSIGNMENTS.flatMap(found => [
      [found.id, found.displayName, found.displayName + ', wherever it runs.', 'Compute', found.definitionId, 'Default'],
      ...found.members.map(member => [member.definitionId, member.title, '', 'Compute', '', '']),
    ]);
    return table([['id', 'string'], ['displayName', 'string'], ['description', 'string'], ['category', 'string'], ['definition', 'string'], ['enforcementMode', 'string']], rows);
  }
  if (query.startsWith('resourcecontainers')) {
    return table([['subscriptionId', 'string'], ['name', 'string']], SUBSCRIPTIONS.map((id, at) => [id, ['production', 'development'][at]]));
  }
  if (query.includes('summarize machines = count() by application, state, behind')) {
    const rows = [['agent', 'Running', false, 1_480], ['agent', 'Behind', true, 190], ['agent', 'Failed', true, 41], ['agent', 'Pending', false, 12], ['monitor', 'Running', false, 610], ['monitor', 'Skipped', false, 22], ['runtime', 'Running', false, 333]];
    return table([['application', 'string'], ['state', 'string'], ['behind', 'boolean'], ['machines', 'integer']], rows);
  }
  if (query === 'collections') {
    const at = minutes => new Date(Date.now() - minutes * 60_000).toISOString();
    const columns = ['source', 'scope', 'table', 'completeness', 'rows', 'finishedAt', 'lastCompleteAt', 'because'].map(name => [name, name === 'rows' ? 'integer' : name.endsWith('At') ? 'datetime' : 'string']);
    return table(columns, [
      ['azure', `/subscriptions/${SUBSCRIPTIONS[0]}`, 'resources', 'Complete', 3_206, at(4), at(4), ''],
      ['azure', `/subscriptions/${SUBSCRIPTIONS[1]}`, 'resources', 'Partial', 2_100, at(4), at(64), 'throttled after 4 tries; what was read an hour ago is kept'],
    ]);
  }
  if (query.includes('found = count()')) {
    if (query.includes('tostring(location)')) {
      return counted([['westeurope', 812], ['northeurope', 540], ['eastus', 377], ['eastus2', 160], ['southeastasia', 111]]);
    }
    if (query.includes('osType')) {
      return counted([['Linux', 1_240], ['Windows', 760]]);
    }
    if (query.includes('powerState')) {
      return counted([['VM running', 1_822], ['VM deallocated', 151], ['', 27]]);
    }
    return counted([['microsoft.compute/virtualmachines', 2_000], ['microsoft.network/networkinterfaces', 2_000], ['microsoft.compute/disks', 2_300], ['microsoft.compute/virtualmachinescalesets', 36], ['microsoft.compute/galleries/applications/versions', 41]]);
  }
  if (query.includes('by location')) {
    return table([['location', 'string'], ['machines', 'integer']], [['westeurope', 812], ['northeurope', 540], ['eastus', 377]]);
  }
  const all = 2_500;
  const from = options.$skipToken === undefined ? 0 : Number(options.$skipToken);
  const end = Math.min(all, from + (options.$top ?? 100));
  const rows = Array.from({ length: end - from }, (_, at) => {
    const number = from + at;
    return [machine(number), `vm-${String(number).padStart(4, '0')}`, LOCATIONS[number % 5], number % 3 === 0 ? 'Windows' : 'Linux', number * 7, { env: number % 2 === 0 ? 'prod' : 'dev' }, number % 11 === 0 ? null : true];
  });
  return table(
    [['id', 'string'], ['name', 'string'], ['location', 'string'], ['os', 'string'], ['cores', 'integer'], ['tags', 'object'], ['agent', 'boolean']],
    rows,
    { totalRecords: all, ...(end < all ? { $skipToken: String(end) } : {}) },
  );
}

function machine(number) {
  return `/subscriptions/${SUBSCRIPTIONS[number % 2]}/resourceGroups/rg-${['web', 'data', 'edge'][number % 3]}/providers/Microsoft.Compute/virtualMachines/vm-${String(number).padStart(4, '0')}`;
}

function assignment(name, displayName, effect, references, nonCompliant) {
  const of = (kind, what) => `${ROOT}/providers/Microsoft.Authorization/${kind}/${what}`;
  const initiative = references.length > 1;
  return {
    id: of('policyAssignments', name),
    displayName,
    definitionId: of(initiative ? 'policySetDefinitions' : 'policyDefinitions', initiative ? name : references[0]),
    initiative,
    nonCompliant,
    members: references.map((reference, at) => ({
      reference: initiative ? reference : '',
      definitionId: of('policyDefinitions', reference),
      title: reference.replaceAll('-', ' '),
      effect,
      nonCompliant: initiative ? Math.round(nonCompliant * (at === 0 ? 0.7 : 0.4)) : nonCompliant,
    })),
  };
}

function results(nonCompliant) {
  const details = [{ complianceState: 'compliant', count: 2_000 - nonCompliant }, { complianceState: 'noncompliant', count: nonCompliant }, { complianceState: 'exempt', count: 12 }];
  return { nonCompliantResources: nonCompliant, nonCompliantPolicies: nonCompliant > 0 ? 1 : 0, resourceDetails: details, policyDetails: [] };
}

/** Twice as many were not compliant until half of the time had passed. */
function trend() {
  const now = Date.now();
  const points = Array.from({ length: 20 }, (_, at) => ({ at: new Date(now - (19 - at) * 3_600_000).toISOString(), resourceDetails: results(at < 10 ? 462 : 231).resourceDetails }));
  return { knownSince: points[0].at, points };
}

function summary(times) {
  return {
    results: { ...results(231 * times), nonCompliantPolicies: 4 },
    policyAssignments: ASSIGNMENTS.map(found => ({
      policyAssignmentId: found.id,
      policySetDefinitionId: found.initiative ? found.definitionId : '',
      results: results(found.nonCompliant),
      policyDefinitions: found.members.map(member => ({ policyDefinitionId: member.definitionId, policyDefinitionReferenceId: member.reference, effect: member.effect, results: results(member.nonCompliant) })),
    })),
  };
}

function states(scope, parameters) {
  const filter = parameters.get('$filter') ?? '';
  const found = ASSIGNMENTS.find(candidate => filter.includes(`'${candidate.id}'`)) ?? ASSIGNMENTS[0];
  const member = found.members.find(candidate => candidate.reference !== '' && filter.includes(`'${candidate.reference}'`)) ?? found.members[0];
  const only = /ComplianceState eq '(\w+)'/.exec(filter)?.[1];
  const resource = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Compute\/virtualMachines\/[^/]+/i.exec(scope)?.[0];
  const record = (id, state) => ({
    timestamp: new Date().toISOString(),
    resourceId: id,
    resourceType: 'Microsoft.Compute/virtualMachines',
    resourceLocation: 'westeurope',
    policyAssignmentId: found.id,
    policyDefinitionId: member.definitionId,
    policyDefinitionReferenceId: member.reference || null,
    policyDefinitionAction: member.effect.toLowerCase(),
    complianceState: state,
    ...(parameters.get('$expand') === 'PolicyEvaluationDetails'
      ? {
          policyEvaluationDetails: {
            evaluatedExpressions: [
              { result: 'True', expressionKind: 'Field', expression: 'type', path: 'type', expressionValue: 'Microsoft.Compute/virtualMachines', targetValue: 'Microsoft.Compute/virtualMachines', operator: 'Equals' },
              { result: 'True', expressionKind: 'Count', expression: 'Microsoft.Compute/virtualMachines/applicationProfile.galleryApplications[*]', path: 'properties.applicationProfile.galleryApplications[*]', expressionValue: 0, targetValue: 0, operator: 'Equals' },
            ],
          },
        }
      : {}),
  });
  if (resource !== undefined) {
    return { '@odata.count': 1, '@odata.nextLink': null, value: [record(resource, 'NonCompliant')] };
  }
  const value = Array.from({ length: Math.max(found.nonCompliant, 20) }, (_, at) => record(machine(at), only ?? (at < found.nonCompliant ? 'NonCompliant' : 'Compliant')));
  return { '@odata.count': value.length, '@odata.nextLink': null, value };
}
