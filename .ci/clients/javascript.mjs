// The JavaScript SDKs against a demo, over HTTPS: node javascript.mjs ARM_URL SERVER_URL. Every call is the SDK's own, long-running operations included.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

// The packages lie where they were installed, not beside this file.
const require = createRequire(pathToFileURL(`${process.cwd()}/`));
const { ComputeManagementClient } = require('@azure/arm-compute');
const { ResourceGraphClient } = require('@azure/arm-resourcegraph');
const { PolicyClient } = require('@azure/arm-policy');
const { PolicyInsightsClient } = require('@azure/arm-policyinsights');

const [arm, server] = process.argv.slice(2);
const credential = {
  getToken: async () => ({ token: 'any', expiresOnTimestamp: Date.now() + 3_600_000 }),
};
const graph = new ResourceGraphClient(credential, { endpoint: arm });
const found = await graph.resources({
  query: "resources | where type =~ 'microsoft.compute/virtualmachines' | where properties.storageProfile.osDisk.osType =~ 'Linux' | project id, location, subscriptionId, resourceGroup, name | limit 1",
});
assert.equal(found.data.length, 1, 'Resource Graph finds a Linux machine');
const machine = found.data[0];
const group = machine.resourceGroup;
console.log(`machine ${machine.id}`);

const compute = new ComputeManagementClient(credential, machine.subscriptionId, { endpoint: arm });
const gallery = `clients${Date.now() % 1_000_000}`;
const { location } = machine;
const done = async (poller) => (poller.pollUntilDone ? poller.pollUntilDone() : await poller);

await done(compute.galleries.createOrUpdate(group, gallery, { location }));
await done(
  compute.galleryApplications.createOrUpdate(group, gallery, 'tool', { location, supportedOSType: 'Linux' }),
);
const publish = (version, tags) =>
  done(
    compute.galleryApplicationVersions.createOrUpdate(group, gallery, 'tool', version, {
      location,
      tags,
      publishingProfile: {
        source: { mediaLink: 'https://packages.example/tool.tar.gz' },
        manageActions: { install: './install.sh', remove: './remove.sh' },
        targetRegions: [{ name: location, regionalReplicaCount: 1 }],
      },
    }),
  );
const broken = await publish('1.0.0', { 'muster-guest-faults': 'Install=1000' });
assert.equal(broken.provisioningState, 'Succeeded');
const shown = await compute.galleryApplicationVersions.get(group, gallery, 'tool', '1.0.0', { expand: 'ReplicationStatus' });
assert.equal(shown.replicationStatus.aggregatedState, 'Completed');

const before = await compute.virtualMachines.get(group, machine.name);
const others = before.applicationProfile?.galleryApplications ?? [];
const wanted = { packageReferenceId: broken.id };
const assign = (applications) =>
  done(
    compute.virtualMachines.update(group, machine.name, {
      applicationProfile: { galleryApplications: applications },
    }),
  );
const state = async () => {
  const view = await compute.virtualMachines.instanceView(group, machine.name);
  const extension = (view.extensions ?? []).find((e) => e.name === 'VMAppExtension');
  const message = extension?.statuses?.[0]?.message ?? '';
  const json = message.slice(message.indexOf('{'));
  return JSON.parse(json).CurrentState.find((a) => a.applicationName === 'tool')?.result ?? 'absent';
};

await assign([...others, wanted]);
assert.match(await state(), /^Install FAILED /, 'the first install fails');
await publish('1.0.0', {});
await assign([...others, wanted]);
assert.match(await state(), /^Install FAILED /, 'it is not tried again by itself');
await assign(others);
await assign([...others, wanted]);
assert.equal(await state(), 'Install SUCCESS', 'removed and added again it is');

await assert.rejects(assign([...others, { packageReferenceId: broken.id.replace('tool', 'none') }]), (error) => {
  assert.equal(error.statusCode, 404);
  assert.equal(error.code, 'PlatformImageNotFound');
  return true;
});

const policies = new PolicyClient(credential, machine.subscriptionId, { endpoint: arm });
await policies.policyDefinitions.createOrUpdate('clients-deny', {
  mode: 'Indexed',
  policyRule: { if: { field: "tags['stage']", equals: 'wild' }, then: { effect: 'deny' } },
});
const scope = `/subscriptions/${machine.subscriptionId}/resourceGroups/${group}`;
await policies.policyAssignments.create(scope, 'clients-deny', {
  policyDefinitionId: `/subscriptions/${machine.subscriptionId}/providers/Microsoft.Authorization/policyDefinitions/clients-deny`,
});
await assert.rejects(
  done(compute.virtualMachines.update(group, machine.name, { tags: { stage: 'wild' } })),
  (error) => error.code === 'RequestDisallowedByPolicy',
);
await policies.policyAssignments.delete(scope, 'clients-deny');
await policies.policyDefinitions.delete('clients-deny');
await assign(others);

// States are the server's: it scans what it collected from the simulated Azure.
const insights = new PolicyInsightsClient(credential, { endpoint: server });
let states = 0;
const listed =
  insights.policyStates.listQueryResultsForSubscription('latest', machine.subscriptionId, { top: 5 });
for await (const record of listed) {
  assert.ok(record.policyAssignmentId && record.complianceState);
  if (++states === 5) break;
}
assert.ok(states > 0, 'the server has policy states');
console.log(`JavaScript SDKs: all well, ${states} policy states read`);
