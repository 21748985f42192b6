package io.muster.inventory.table;

import io.muster.core.column.Column;
import io.muster.core.column.Schema;
import io.muster.core.column.Sharing;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// The tables of Azure Resource Graph and the resource types that feed each. A type that no table names is in `resources`. Where Azure
/// lists a type in two tables (vaults, clusters, profiles: the thing itself beside what lies below it), it is in `resources` here.
///
/// Source: azure/governance/resource-graph/reference/supported-tables-resources.
public final class ResourceGraphTables implements TableLayout {

    public static final ResourceGraphTables STANDARD = new ResourceGraphTables();

    /// Table name to the types in it, in lower case: a type with all that lies below it, or, where it ends in a slash, only what lies below.
    /// The longest that fits decides.
    private static Map<String, List<String>> feeds() {
        var tables = new LinkedHashMap<String, List<String>>();
        tables.put(
                "resources",
                List.of(
                        "",
                        "microsoft.cdn/profiles/afdendpoints",
                        "microsoft.cdn/profiles/endpoints",
                        "microsoft.kubernetesconfiguration/privatelinkscopes",
                        "microsoft.maintenance/maintenanceconfigurations",
                        "microsoft.maintenance/maintenancepolicies",
                        "microsoft.network/networkmanagers/ipampools",
                        "microsoft.network/networkmanagers/verifierworkspaces",
                        "microsoft.security/assignments",
                        "microsoft.security/automations",
                        "microsoft.security/customassessmentautomations",
                        "microsoft.security/customentitystoreassignments",
                        "microsoft.security/datascanners",
                        "microsoft.security/iotsecuritysolutions",
                        "microsoft.security/securityconnectors",
                        "microsoft.security/standards"));
        tables.put(
                "resourcecontainers",
                List.of(
                        "microsoft.resources/subscriptions",
                        "microsoft.management/managementgroups",
                        "microsoft.management/servicegroups"));
        tables.put(
                "policyresources",
                List.of(
                        "microsoft.policyinsights/",
                        "microsoft.authorization/policyassignments",
                        "microsoft.authorization/policydefinitions",
                        "microsoft.authorization/policysetdefinitions",
                        "microsoft.authorization/policyenrollments",
                        "microsoft.authorization/policyexemptions"));
        tables.put(
                "authorizationresources",
                List.of(
                        "microsoft.authorization/roleassignments",
                        "microsoft.authorization/roledefinitions",
                        "microsoft.authorization/classicadministrators"));
        tables.put("resourcechanges", List.of("microsoft.resources/changes"));
        // Of the same type, told apart by what changed.
        tables.put("resourcecontainerchanges", List.of());
        tables.put("healthresourcechanges", List.of());
        tables.put("guestconfigurationresources", List.of("microsoft.guestconfiguration/"));
        tables.put(
                "computeresources",
                List.of("microsoft.compute/virtualmachinescalesets/virtualmachines"));
        tables.put(
                "maintenanceresources",
                List.of(
                        "microsoft.maintenance/",
                        "microsoft.maintenance/maintenanceconfigurations/",
                        "microsoft.containerservice/managedclusters/scheduledevents"));
        tables.put("patchassessmentresources", ofMachines("patchassessmentresults"));
        tables.put("patchinstallationresources", ofMachines("patchinstallationresults"));
        tables.put(
                "healthresources",
                List.of(
                        "microsoft.resourcehealth/availabilitystatuses",
                        "microsoft.resourcehealth/resourceannotations"));
        tables.put("servicehealthresources", List.of("microsoft.resourcehealth/events"));
        tables.put(
                "securityresources",
                List.of("microsoft.security/", "microsoft.security/securityconnectors/"));
        tables.put("advisorresources", List.of("microsoft.advisor/"));
        tables.put("alertsmanagementresources", List.of("microsoft.alertsmanagement/alerts"));
        tables.put(
                "insightsresources",
                List.of(
                        "microsoft.insights/datacollectionruleassociations",
                        "microsoft.insights/tenantactiongroups"));
        tables.put(
                "kubernetesconfigurationresources", List.of("microsoft.kubernetesconfiguration/"));
        tables.put(
                "extendedlocationresources",
                List.of("microsoft.extendedlocation/customlocations/enabledresourcetypes"));
        tables.put(
                "communitygalleryresources",
                List.of("microsoft.compute/locations/communitygalleries"));
        tables.put(
                "appserviceresources",
                List.of(
                        "microsoft.web/sites/config",
                        "microsoft.web/sites/slots/config",
                        "microsoft.web/sites/workflows"));
        tables.put(
                "recoveryservicesresources",
                List.of(
                        "microsoft.recoveryservices/vaults/",
                        "microsoft.recoveryservices/locations/deletedvaults",
                        "microsoft.dataprotection/backupvaults/",
                        "microsoft.azurebusinesscontinuity/deletedunifiedprotecteditems"));
        tables.put(
                "iotsecurityresources",
                List.of("microsoft.iotsecurity/", "microsoft.iotfirmwaredefense/firmwaregroups/"));
        tables.put(
                "spotresources",
                List.of(
                        "microsoft.compute/skualternativespotvmsize",
                        "microsoft.compute/skuspotevictionrate",
                        "microsoft.compute/skuspotpricehistory"));
        tables.put(
                "awsresources",
                List.of(
                        "microsoft.awsconnector/ec2instances",
                        "microsoft.awsconnector/eksclusters"));
        tables.put(
                "cdnresources",
                List.of(
                        "microsoft.cdn/profiles/",
                        "microsoft.cdn/profiles/afdendpoints/",
                        "microsoft.cdn/profiles/endpoints/"));
        tables.put(
                "chaosresources",
                List.of("microsoft.chaos/experiments/", "microsoft.chaos/targets"));
        tables.put(
                "desktopvirtualizationresources",
                List.of("microsoft.desktopvirtualization/hostpools/sessionhosts"));
        tables.put("dnsresources", recordSets());
        tables.put("edgeorderresources", List.of("microsoft.edgeorder/orders"));
        tables.put("elasticsanresources", List.of("microsoft.elasticsan/elasticsans/"));
        tables.put("featureresources", List.of("microsoft.features/"));
        tables.put("kustoresources", List.of("microsoft.kusto/clusters/databases/dataconnections"));
        tables.put("managedservicesresources", List.of("microsoft.managedservices/"));
        tables.put(
                "migrateresources",
                List.of(
                        "microsoft.migrate/assessmentprojects/",
                        "microsoft.migrate/migrateprojects/waves",
                        "microsoft.offazure/hypervsites/",
                        "microsoft.offazure/importsites/",
                        "microsoft.offazure/mastersites/",
                        "microsoft.offazure/serversites/",
                        "microsoft.offazure/vmwaresites/",
                        "microsoft.offazurespringboot/springbootsites/"));
        tables.put(
                "networkresources",
                List.of(
                        "microsoft.network/effectiveconnectivityconfigurations",
                        "microsoft.network/effectivesecurityadminrules",
                        "microsoft.network/firewallpolicies/",
                        "microsoft.network/networkgroupmemberships",
                        "microsoft.network/networkmanagerconnections",
                        "microsoft.network/networkmanagers/",
                        "microsoft.network/networkmanagers/verifierworkspaces/",
                        "microsoft.network/networksecurityperimeters/",
                        "microsoft.network/rulecollectiongroups",
                        "microsoft.network/virtualnetworks/subnets/effectiveroutingrules",
                        "microsoft.network/virtualnetworks/subnets/effectivesecurityuserrules"));
        tables.put("orbitalresources", List.of("microsoft.orbital/spacecrafts/contacts"));
        tables.put(
                "quotaresources",
                List.of("microsoft.quota/", "microsoft.compute/locations/usages"));
        tables.put("relationshipresources", List.of("microsoft.relationships/"));
        tables.put(
                "servicefabricresources",
                List.of(
                        "microsoft.servicefabric/clusters/",
                        "microsoft.servicefabric/managedclusters/"));
        tables.put("supportresources", List.of("microsoft.support/"));
        tables.put("tagsresources", List.of("microsoft.resources/tagnamespaces"));
        tables.put("workloadmonitorresources", List.of("microsoft.workloadmonitor/"));
        return tables;
    }

    private static List<String> ofMachines(String child) {
        return Stream.of(
                        "microsoft.compute/virtualmachines/",
                        "microsoft.hybridcompute/machines/",
                        "microsoft.connectedvmwarevsphere/virtualmachines/")
                .map(machine -> machine + child)
                .toList();
    }

    /// Other children of zones, links to networks above all, are in `resources`.
    private static List<String> recordSets() {
        return Stream.of("dnszones/", "privatednszones/")
                .flatMap(zones ->
                        Stream.of(
                                        "a", "aaaa", "caa", "cname", "ds", "mx", "naptr", "ns",
                                        "ptr", "soa", "srv", "tlsa", "txt")
                                .map(kind -> "microsoft.network/" + zones + kind))
                .toList();
    }

    private record Named(String name, boolean lowerCaseGroups) implements ResourceTable {
        @Override
        public Schema schema() {
            return CommonColumns.SCHEMA;
        }

        @Override
        public List<Column> columns(Column root, Sharing sharing) {
            return CommonColumns.of(root, lowerCaseGroups, sharing);
        }
    }

    private final List<ResourceTable> tables = new ArrayList<>();

    /// By what [#feeds] says.
    private final Map<String, ResourceTable> byFeed = new HashMap<>();

    private ResourceGraphTables() {
        feeds().forEach((name, types) -> {
            var table = new Named(name, !name.equals("resourcecontainers"));
            tables.add(table);
            types.forEach(type -> byFeed.put(type, table));
        });
    }

    @Override
    public ResourceTable tableOf(String type) {
        var known = byFeed.get(type);
        for (int end = type.length(); known == null && end > 0; ) {
            end = type.lastIndexOf('/', end - 1);
            if (end > 0) {
                known = byFeed.get(type.substring(0, end + 1));
                known = known == null ? byFeed.get(type.substring(0, end)) : known;
            }
        }
        return known == null ? Objects.requireNonNull(byFeed.get("")) : known;
    }

    @Override
    public List<ResourceTable> tables() {
        return List.copyOf(tables);
    }
}
