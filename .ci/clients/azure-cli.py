"""Debian's azure-cli against a demo: /usr/bin/python3 azure-cli.py ARM_URL SERVER_URL (with REQUESTS_CA_BUNDLE set).

The commands are azure-cli's own, run in one process: starting `az` anew for each takes five seconds. Its `az vm` does not work with the SDK
that the package brings, so machines go by `az rest`.
"""

import io
import json
import os
import random
import sys
import tempfile
import time

arm, server = (url.rstrip('/') for url in sys.argv[1:3])
scratch = tempfile.TemporaryDirectory()
os.environ.update(
    AZURE_CONFIG_DIR=scratch.name,
    AZURE_CORE_COLLECT_TELEMETRY='no',
    AZURE_CORE_NO_COLOR='1',
    AZURE_CORE_SURVEY_MESSAGE='no',
)

from azure.cli.core import get_default_cli  # noqa: E402  reads the environment

TENANT = '72f9d1a4-5b1e-4c6a-9e0b-3f6f1d2c8a10'
calls = 0


def run(*words):
    """What `az words...` gives: its error (or None) and its answer as an object (or None)."""
    global calls
    calls += 1
    cli, out = get_default_cli(), io.StringIO()
    error = None
    try:
        if cli.invoke([*words, '-o', 'json'], out_file=out):
            error = cli.result.error if cli.result else 'failed'
    except SystemExit as end:
        if end.code:
            error = (cli.result.error if cli.result else None) or f'exit {end.code}'
    text = out.getvalue().strip()
    return error, json.loads(text) if text else None


def az(*words):
    error, answer = run(*words)
    assert error is None, f"az {' '.join(words)}: {error}"
    return answer


def refused(*words):
    error, _ = run(*words)
    assert error is not None, f"az {' '.join(words)} was not refused"
    return str(error)


def rest(method, path, body=None):
    words = ['rest', '--method', method, '--url', arm + path]
    return az(*words, *(['--body', json.dumps(body)] if body is not None else []))


def login(name, url):
    az(
        'cloud', 'register', '-n', name,
        '--endpoint-resource-manager', url + '/', '--endpoint-management', url + '/', '--endpoint-gallery', url + '/',
        '--endpoint-active-directory', url + '/adfs', '--endpoint-active-directory-resource-id', url + '/',
        '--endpoint-active-directory-graph-resource-id', url + '/',
    )  # fmt: skip
    az('cloud', 'set', '-n', name)
    assert az('login', '--service-principal', '-u', 'any', '-p', 'any', '-t', TENANT), 'subscriptions to log in to'


# --- the simulated Azure
login('simulated', arm)
graph = '/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01'
query = (
    "resources | where type =~ 'microsoft.compute/virtualmachines'"
    " | where properties.storageProfile.osDisk.osType =~ 'Linux'"
    " | where isempty(properties.virtualMachineScaleSet.id) | order by id asc"
    ' | project id, resourceGroup, name, location, subscriptionId | limit 1'
)
machine = rest('post', graph, {'query': query})['data'][0]
group, location, subscription = (machine[key] for key in ('resourceGroup', 'location', 'subscriptionId'))
az('account', 'set', '-s', subscription)
print('machine', machine['id'])

gallery = f'cli{random.randrange(1_000_000)}'
az('sig', 'create', '-g', group, '-r', gallery, '-l', location)
az('sig', 'gallery-application', 'create', '-g', group, '-r', gallery, '-n', 'tool', '--os-type', 'Linux', '-l', location)
listed = az('sig', 'gallery-application', 'list', '-g', group, '-r', gallery)
assert [each['name'] for each in listed] == ['tool'], listed


def publish(*faults):
    return az(
        'sig', 'gallery-application', 'version', 'create', '-g', group, '-r', gallery, '--application-name', 'tool',
        '-n', '1.0.0', '-l', location, '--package-file-link', 'https://packages.example/tool.tar.gz',
        '--install-command', './install.sh', '--remove-command', './remove.sh',
        *(['--tags', *faults] if faults else []),
    )  # fmt: skip


vm = machine['id'] + '?api-version=2024-07-01'
view = machine['id'] + '/instanceView?api-version=2024-07-01'


def settled():
    end = time.monotonic() + 60
    while (stands := rest('get', vm))['properties']['provisioningState'] in ('Updating', 'Creating'):
        assert time.monotonic() < end, stands
    return stands


def assign(applications):
    rest('patch', vm, {'properties': {'applicationProfile': {'galleryApplications': applications}}})
    settled()


def result():
    extensions = rest('get', view).get('extensions') or []
    said = [e['statuses'][0]['message'] for e in extensions if e['name'] == 'VMAppExtension']
    state = json.loads(said[0][said[0].index('{') :])['CurrentState'] if said else []
    return next((each['result'] for each in state if each['applicationName'] == 'tool'), 'absent')


others = (settled()['properties'].get('applicationProfile') or {}).get('galleryApplications') or []
version = publish('muster-guest-faults=Install=1000')
wanted = [*others, {'packageReferenceId': version['id']}]
assign(wanted)
assert result().startswith('Install FAILED '), result()
publish()
assign(wanted)
assert result().startswith('Install FAILED '), 'a failed application is not tried again by itself: ' + result()
assign(others)
assign(wanted)
assert result() == 'Install SUCCESS', 'removed and added again it is: ' + result()
assign(others)
missing = refused(
    'rest', '--method', 'patch', '--url', arm + vm, '--body',
    json.dumps({'properties': {'applicationProfile': {'galleryApplications': [
        {'packageReferenceId': version['id'].replace('/tool/', '/none/')}]}}}),
)  # fmt: skip
assert 'PlatformImageNotFound' in missing, missing
print('broken, still broken, removed and added again: installed')

found = az('resource', 'list', '-g', group, '--resource-type', 'Microsoft.Compute/virtualMachines')
assert machine['name'] in [each['name'] for each in found], found

scope = f'/subscriptions/{subscription}/resourceGroups/{group}'
deny = {'if': {'field': "tags['stage']", 'equals': 'wild'}, 'then': {'effect': 'deny'}}
az('policy', 'definition', 'create', '-n', 'cli-deny', '--mode', 'Indexed', '--rules', json.dumps(deny))
az('policy', 'assignment', 'create', '-n', 'cli-deny', '--policy', 'cli-deny', '--scope', scope)
denied = refused(
    'rest', '--method', 'patch', '--url', arm + vm, '--body', json.dumps({'tags': {'stage': 'wild'}})
)
assert 'RequestDisallowedByPolicy' in denied, denied
az('policy', 'assignment', 'delete', '-n', 'cli-deny', '--scope', scope)
az('policy', 'definition', 'delete', '-n', 'cli-deny')
print('denied by a policy of its own')

# --- Muster's own server: what it found by scanning
login('muster', server)
az('account', 'set', '-s', subscription)
audit = {'if': {'field': 'location', 'equals': location}, 'then': {'effect': 'audit'}}
az('policy', 'definition', 'create', '-n', 'cli-audit', '--mode', 'Indexed', '--rules', json.dumps(audit))
assert 'cli-audit' in [each['name'] for each in az('policy', 'definition', 'list')]
az('policy', 'assignment', 'create', '-n', 'cli-audit', '--policy', 'cli-audit', '--scope', scope)
assert 'cli-audit' in [each['name'] for each in az('policy', 'assignment', 'list', '-g', group)]
az('policy', 'state', 'trigger-scan', '-g', group)
states = az('policy', 'state', 'list', '-g', group, '--filter', "policyAssignmentName eq 'cli-audit'", '--top', '1000')
mine = [s for s in states if s['resourceId'].lower() == machine['id'].lower()]
assert [s['complianceState'] for s in mine] == ['NonCompliant'], mine
az('policy', 'assignment', 'delete', '-n', 'cli-audit', '--scope', scope)
az('policy', 'definition', 'delete', '-n', 'cli-audit')
print(f'azure-cli: all well, {calls} commands, {len(states)} policy states read')
