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
            maintenanceresources microsoft.maintenance/applyupdates microsoft.maintenance/configurationassignments
            maintenanceresources microsoft.maintenance/maintenanceconfigurations/applyupdates microsoft.maintenance/updates
            resources microsoft.maintenance/maintenanceconfigurations
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
            appserviceresources microsoft.web/sites/config/web microsoft.web/sites/workflows
            resources microsoft.web/sites microsoft.web/sites/slots
            recoveryservicesresources microsoft.recoveryservices/vaults/backupfabrics microsoft.recoveryservices/vaults/backuppolicies
            recoveryservicesresources microsoft.dataprotection/backupvaults/backupinstances
            recoveryservicesresources microsoft.recoveryservices/vaults/replicationfabrics/replicationprotectioncontainers/replicationprotecteditems
            resources microsoft.recoveryservices/vaults microsoft.dataprotection/backupvaults
            networkresources microsoft.network/networkgroupmemberships microsoft.network/networkmanagers/networkgroups/members
            networkresources microsoft.network/firewallpolicies/rulecollectiongroups
            networkresources microsoft.network/networksecurityperimeters/profiles/accessrules
            networkresources microsoft.network/virtualnetworks/subnets/effectiveroutingrules
            resources microsoft.network/networkmanagers microsoft.network/firewallpolicies microsoft.network/virtualnetworks/subnets
            dnsresources microsoft.network/dnszones/a microsoft.network/privatednszones/aaaa microsoft.network/dnszones/txt
            resources microsoft.network/dnszones microsoft.network/privatednszones/virtualnetworklinks
            cdnresources microsoft.cdn/profiles/afdendpoints/routes microsoft.cdn/profiles/origingroups/origins
            resources microsoft.cdn/profiles microsoft.cdn/profiles/afdendpoints microsoft.cdn/profiles/endpoints
            iotsecurityresources microsoft.iotsecurity/locations/devicegroups/devices microsoft.iotsecurity/sensors
            desktopvirtualizationresources microsoft.desktopvirtualization/hostpools/sessionhosts
            resources microsoft.desktopvirtualization/hostpools
            chaosresources microsoft.chaos/experiments/statuses microsoft.chaos/targets microsoft.chaos/targets/capabilities
            resources microsoft.chaos/experiments
            featureresources microsoft.features/featureproviders/subscriptionfeatureregistrations
            kustoresources microsoft.kusto/clusters/databases/dataconnections
            resources microsoft.kusto/clusters microsoft.kusto/clusters/databases
            managedservicesresources microsoft.managedservices/registrationassignments microsoft.managedservices/registrationdefinitions
            migrateresources microsoft.migrate/assessmentprojects/groups microsoft.offazure/vmwaresites/machines
            resources microsoft.migrate/assessmentprojects microsoft.offazure/vmwaresites
            quotaresources microsoft.compute/locations/usages
            relationshipresources microsoft.relationships/servicegroupmember
            servicefabricresources microsoft.servicefabric/clusters/applications microsoft.servicefabric/managedclusters/nodetypes
            resources microsoft.servicefabric/clusters
            spotresources microsoft.compute/skuspotevictionrate/location microsoft.compute/skuspotpricehistory/ostype/location
            supportresources microsoft.support/supporttickets
            tagsresources microsoft.resources/tagnamespaces/tagnames microsoft.resources/tagnamespaces/tags
            edgeorderresources microsoft.edgeorder/orders
            elasticsanresources microsoft.elasticsan/elasticsans/volumegroups/volumes
            awsresources microsoft.awsconnector/ec2instances
            resources microsoft.awsconnector/ec2images
            orbitalresources microsoft.orbital/spacecrafts/contacts
            workloadmonitorresources microsoft.workloadmonitor/monitors
            resources microsoft.security/automations microsoft.security/securityconnectors
            securityresources microsoft.security/regulatorycompliancestandards/regulatorycompliancecontrols
            securityresources microsoft.security/securescores/securescorecontrols microsoft.security/iotalerts
            securityresources microsoft.security/securityconnectors/devops
            """;

    private static final String COLUMNS =
            "id:string name:string type:string tenantId:string kind:string location:string resourceGroup:string"
                    + " subscriptionId:string managedBy:string sku:dynamic plan:dynamic properties:dynamic tags:dynamic"
                    + " identity:dynamic zones:dynamic extendedLocation:dynamic apiVersion:string";

    /// Changes are told apart by what changed, not by their type.
    private static final List<String> FED_OTHERWISE =
            List.of("resourcecontainerchanges", "healthresourcechanges");

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
    void everyTableIsFed() {
        assertThat(ResourceGraphTables.STANDARD.tables())
                .extracting(ResourceTable::name)
                .doesNotHaveDuplicates()
                .filteredOn(name -> !FED_OTHERWISE.contains(name))
                .hasSameElementsAs(
                        TYPES.lines().map(line -> line.split(" ")[0]).distinct().toList());
    }

    @Test
    void aTypeThatOnlyBeginsLikeAnotherIsNotTakenForIt() {
        assertThat(ResourceGraphTables.STANDARD.tableOf("microsoft.web/sites/configurations"))
                .extracting(ResourceTable::name)
                .isEqualTo("resources");
        assertThat(ResourceGraphTables.STANDARD.tableOf("")).isNotNull();
    }
}
