package io.muster.inventory.table;

import io.muster.core.column.Column;
import io.muster.core.column.Schema;
import io.muster.core.column.Sharing;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The tables of Azure Resource Graph and the resource types that feed each. A type that no table names is in `resources`.
///
/// Source: azure/governance/resource-graph/reference/supported-tables-resources.
public final class ResourceGraphTables implements TableLayout {

    public static final ResourceGraphTables STANDARD = new ResourceGraphTables();

    /// Table name to the types in it, as prefixes in lower case; the longest prefix that fits decides.
    private static Map<String, List<String>> typePrefixes() {
        var tables = new LinkedHashMap<String, List<String>>();
        tables.put("resources", List.of(""));
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
                        "microsoft.authorization/policyexemptions"));
        tables.put(
                "authorizationresources",
                List.of(
                        "microsoft.authorization/roleassignments",
                        "microsoft.authorization/roledefinitions",
                        "microsoft.authorization/classicadministrators"));
        tables.put("resourcechanges", List.of("microsoft.resources/changes"));
        tables.put("resourcecontainerchanges", List.of());
        tables.put("healthresourcechanges", List.of());
        tables.put("guestconfigurationresources", List.of("microsoft.guestconfiguration/"));
        tables.put(
                "computeresources",
                List.of("microsoft.compute/virtualmachinescalesets/virtualmachines"));
        tables.put("maintenanceresources", List.of("microsoft.maintenance/"));
        tables.put(
                "patchassessmentresources",
                List.of(
                        "microsoft.compute/virtualmachines/patchassessmentresults",
                        "microsoft.hybridcompute/machines/patchassessmentresults"));
        tables.put(
                "patchinstallationresources",
                List.of(
                        "microsoft.compute/virtualmachines/patchinstallationresults",
                        "microsoft.hybridcompute/machines/patchinstallationresults"));
        tables.put(
                "healthresources",
                List.of(
                        "microsoft.resourcehealth/availabilitystatuses",
                        "microsoft.resourcehealth/resourceannotations"));
        tables.put("servicehealthresources", List.of("microsoft.resourcehealth/events"));
        tables.put("securityresources", List.of("microsoft.security/"));
        tables.put("advisorresources", List.of("microsoft.advisor/"));
        tables.put("alertsmanagementresources", List.of("microsoft.alertsmanagement/alerts"));
        tables.put(
                "insightsresources", List.of("microsoft.insights/datacollectionruleassociations"));
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
                List.of("microsoft.web/sites/config", "microsoft.web/sites/slots/config"));
        tables.put(
                "recoveryservicesresources",
                List.of(
                        "microsoft.recoveryservices/vaults/",
                        "microsoft.dataprotection/backupvaults/"));
        tables.put("iotsecurityresources", List.of("microsoft.iotsecurity/"));
        tables.put("spotresources", List.of("microsoft.compute/skuspot"));
        for (String name :
                List.of(
                        "awsresources",
                        "cdnresources",
                        "chaosresources",
                        "desktopvirtualizationresources",
                        "dnsresources",
                        "edgeorderresources",
                        "elasticsanresources",
                        "featureresources",
                        "kustoresources",
                        "managedservicesresources",
                        "migrateresources",
                        "networkresources",
                        "orbitalresources",
                        "quotaresources",
                        "relationshipresources",
                        "servicefabricresources",
                        "supportresources",
                        "tagsresources",
                        "workloadmonitorresources")) {
            tables.put(name, List.of());
        }
        return tables;
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

    private record Prefix(String text, ResourceTable table) {}

    private final List<ResourceTable> tables = new ArrayList<>();
    private final List<Prefix> prefixes = new ArrayList<>();

    private ResourceGraphTables() {
        typePrefixes()
                .forEach((name, types) -> {
                    var table = new Named(name, !name.equals("resourcecontainers"));
                    tables.add(table);
                    types.forEach(type -> prefixes.add(new Prefix(type, table)));
                });
        prefixes.sort((a, b) -> Integer.compare(b.text().length(), a.text().length()));
    }

    @Override
    public ResourceTable tableOf(String type) {
        for (var prefix : prefixes) {
            if (type.startsWith(prefix.text())) {
                return prefix.table();
            }
        }
        throw new IllegalStateException("the empty prefix fits every type");
    }

    @Override
    public List<ResourceTable> tables() {
        return List.copyOf(tables);
    }
}
