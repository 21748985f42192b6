package io.muster.inventory.table;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// The tables of Resource Graph against what is known of Azure's: which type is in which, and each column's name, type and place.
class ResourceGraphTablesTest {
    /// A table, and types in it.
    private static final String TYPES =
            """
            resources microsoft.compute/virtualmachines microsoft.compute/virtualmachines/extensions microsoft.compute/disks
            resources microsoft.network/networkinterfaces microsoft.compute/galleries microsoft.compute/galleries/applications/versions
            resources microsoft.compute/virtualmachinescalesets contoso.unheardof/things
            resourcecontainers microsoft.resources/subscriptions microsoft.resources/subscriptions/resourcegroups
            resourcecontainers microsoft.management/managementgroups microsoft.management/servicegroups
            policyresources microsoft.policyinsights/policystates microsoft.authorization/policyassignments
            policyresources microsoft.authorization/policydefinitions microsoft.authorization/policysetdefinitions
            policyresources microsoft.authorization/policyexemptions
            authorizationresources microsoft.authorization/roleassignments microsoft.authorization/roledefinitions
            authorizationresources microsoft.authorization/classicadministrators
            resourcechanges microsoft.resources/changes
            guestconfigurationresources microsoft.guestconfiguration/guestconfigurationassignments
            computeresources microsoft.compute/virtualmachinescalesets/virtualmachines
            maintenanceresources microsoft.maintenance/maintenanceconfigurations
            patchassessmentresources microsoft.compute/virtualmachines/patchassessmentresults
            patchassessmentresources microsoft.compute/virtualmachines/patchassessmentresults/softwarepatches
            patchinstallationresources microsoft.compute/virtualmachines/patchinstallationresults
            patchinstallationresources microsoft.compute/virtualmachines/patchinstallationresults/softwarepatches
            healthresources microsoft.resourcehealth/availabilitystatuses microsoft.resourcehealth/resourceannotations
            servicehealthresources microsoft.resourcehealth/events microsoft.resourcehealth/events/impactedresources
            securityresources microsoft.security/assessments microsoft.security/assessments/subassessments
            securityresources microsoft.security/securescores microsoft.security/pricings microsoft.security/locations/alerts
            advisorresources microsoft.advisor/recommendations
            alertsmanagementresources microsoft.alertsmanagement/alerts
            insightsresources microsoft.insights/datacollectionruleassociations
            kubernetesconfigurationresources microsoft.kubernetesconfiguration/extensions
            kubernetesconfigurationresources microsoft.kubernetesconfiguration/fluxconfigurations
            extendedlocationresources microsoft.extendedlocation/customlocations/enabledresourcetypes
            communitygalleryresources microsoft.compute/locations/communitygalleries
            communitygalleryresources microsoft.compute/locations/communitygalleries/images/versions
            appserviceresources microsoft.web/sites/config microsoft.web/sites/slots/config
            recoveryservicesresources microsoft.recoveryservices/vaults/backupfabrics
            """;

    private static final String COLUMNS =
            "id:string name:string type:string tenantId:string kind:string location:string resourceGroup:string"
                    + " subscriptionId:string managedBy:string sku:dynamic plan:dynamic properties:dynamic tags:dynamic"
                    + " identity:dynamic zones:dynamic extendedLocation:dynamic apiVersion:string";

    /// Tables that exist, whatever feeds them.
    private static final String NAMES =
            "resourcecontainerchanges healthresourcechanges networkresources dnsresources cdnresources iotsecurityresources"
                    + " desktopvirtualizationresources chaosresources featureresources kustoresources managedservicesresources"
                    + " migrateresources quotaresources relationshipresources servicefabricresources spotresources supportresources"
                    + " tagsresources edgeorderresources elasticsanresources awsresources workloadmonitorresources";

    @Test
    void eachTypeIsInItsTable() {
        TYPES.lines()
                .map(line -> line.split(" "))
                .forEach(words -> {
                    for (int i = 1; i < words.length; i++) {
                        assertThat(ResourceGraphTables.STANDARD.tableOf(words[i]).name())
                                .as(words[i])
                                .isEqualTo(words[0]);
                    }
                });
    }

    @Test
    void eachTableHasAzuresColumnsInAzuresOrder() {
        for (var table : ResourceGraphTables.STANDARD.tables()) {
            assertThat(table.schema().fields())
                    .as(table.name())
                    .extracting(field -> field.name() + ":" + field.type().wireName())
                    .containsExactlyElementsOf(List.of(COLUMNS.split(" ")));
        }
    }

    @Test
    void noTableOfTheReferenceIsMissing() {
        assertThat(ResourceGraphTables.STANDARD.tables())
                .extracting(ResourceTable::name)
                .doesNotHaveDuplicates()
                .contains(NAMES.split(" "))
                .containsAll(TYPES.lines().map(line -> line.split(" ")[0]).toList());
    }
}
