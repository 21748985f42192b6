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
    about: 'as the guests reported, and what makes them try again',
    text: `vmapplications
| where state in ('Failed', 'Skipped', 'StoppedByReboot')
| project machineId, machineName, application, wantedVersion, state, because, needsRemoveThenAdd
| order by application asc, machineName asc`,
  },
  {
    name: 'Machines behind the newest version',
    about: 'by application, with the version they could get',
    text: `vmapplications
| where behind and machineKind != 'scaleset'
| summarize machines = count() by application, runningVersion, latestVersion, behindReason
| order by machines desc`,
  },
  {
    name: 'What latest means where',
    about: 'the versions of the galleries and the regions in which each is the newest',
    text: `galleryversions
| mv-expand latestIn
| where isnotempty(tostring(latestIn))
| project region = tostring(latestIn), application, version, osType, endOfLifeDate
| order by application asc, region asc`,
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
