/** Queries to start from. The first two are the patterns of Microsoft's manage page for VM applications. */
export const SAMPLES: readonly { readonly name: string; readonly about: string; readonly text: string }[] = [
  {
    name: 'Published application versions',
    about: 'every version in the galleries, and where it is replicated to',
    text: `resources
| where type == "microsoft.compute/galleries/applications/versions"
| parse id with "/subscriptions/" sub "/resourceGroups/" rg "/providers/Microsoft.Compute/galleries/" gallery "/applications/" app "/versions/" version
| extend pp = properties["publishingProfile"]
| project subscriptionId, location, gallery, app, version, provisioningState = properties["provisioningState"],
    excludeFromLatest = pp["excludeFromLatest"], targetRegions = pp["targetRegions"], publishedDate = pp["publishedDate"]`,
  },
  {
    name: 'Applications on machines and scale sets',
    about: 'who asks for which application, in one table',
    text: `resources
| where type == "microsoft.compute/virtualmachines" or type == "microsoft.compute/virtualmachinescalesets"
| where properties has "applicationProfile"
| extend kind = iff(type == "microsoft.compute/virtualmachines", "VM", "VMSS")
| extend apps = iff(kind == "VM", parse_json(properties["applicationProfile"]["galleryApplications"]),
    parse_json(properties["virtualMachineProfile"]["applicationProfile"]["galleryApplications"]))
| mv-expand apps
| extend ref = apps["packageReferenceId"], autoUpgrade = apps["enableAutomaticUpgrade"], failHard = apps["treatFailureAsDeploymentFailure"]
| parse ref with "/subscriptions/" pubSub "/resourceGroups/" pubRg "/providers/Microsoft.Compute/galleries/" gallery "/applications/" app "/versions/" version
| project tenantId, subscriptionId, resourceGroup, name, kind, location, app, version, gallery, autoUpgrade, failHard`,
  },
  {
    name: 'Machines without any application',
    about: 'virtual machines whose profile is empty',
    text: `resources
| where type =~ 'microsoft.compute/virtualmachines'
| where isnull(properties.applicationProfile.galleryApplications) or array_length(properties.applicationProfile.galleryApplications) == 0
| project id, name, location, resourceGroup, os = tostring(properties.storageProfile.osDisk.osType)
| order by name asc`,
  },
  {
    name: 'Applications that failed or were skipped',
    about: 'as the guests reported, with their messages',
    text: `resources
| where type =~ 'muster.vmapplications/assessments'
| mv-expand app = properties.applications
| where tostring(app.state) in ('Failed', 'Skipped')
| project id, machine = name, application = tostring(app.applicationName), state = tostring(app.state), message = tostring(app.message)
| order by application asc, machine asc`,
  },
  {
    name: 'Machines behind the newest version',
    about: 'by application, with the version they could get',
    text: `resources
| where type =~ 'muster.vmapplications/assessments'
| mv-expand app = properties.applications
| where tobool(app.behindLatest)
| summarize machines = count() by application = tostring(app.applicationName), running = tostring(app.runningVersion), newest = tostring(app.newestVersion)
| order by machines desc`,
  },
  {
    name: 'Machines by location (chart)',
    about: 'a bar for each location',
    text: `resources
| where type =~ 'microsoft.compute/virtualmachines'
| summarize machines = count() by location
| order by machines desc
| render barchart`,
  },
  {
    name: 'Machines by location and operating system (chart)',
    about: 'bars in two colours',
    text: `resources
| where type =~ 'microsoft.compute/virtualmachines'
| summarize machines = count() by location, os = tostring(properties.storageProfile.osDisk.osType)
| order by location asc
| render barchart`,
  },
  {
    name: 'Non-compliant resources by policy',
    about: 'from the table policyresources',
    text: `policyresources
| where type =~ 'microsoft.policyinsights/policystates'
| where tostring(properties.complianceState) == 'NonCompliant'
| summarize resources = dcount(tostring(properties.resourceId)) by policy = tostring(properties.policyDefinitionName)
| order by resources desc`,
  },
];
