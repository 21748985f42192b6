package io.muster.inventory.resource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceIdTest {
    private static final String VM =
            "/subscriptions/S1/resourceGroups/Rg1/providers/Microsoft.Compute/virtualMachines/vm1";

    @Test
    void takesApartAResourceInAGroup() {
        var id = ResourceId.parse(VM + "/extensions/VMAppExtension");
        assertThat(id.subscriptionId()).contains("S1");
        assertThat(id.resourceGroup()).contains("Rg1");
        assertThat(id.type().text()).isEqualTo("Microsoft.Compute/virtualMachines/extensions");
        assertThat(id.name()).isEqualTo("VMAppExtension");
        assertThat(id.names()).isEqualTo(List.of("vm1", "VMAppExtension"));
        assertThat(id.fullName()).isEqualTo("vm1/VMAppExtension");
        assertThat(id.parent()).contains(ResourceId.parse(VM));
        assertThat(id.top()).isEqualTo(ResourceId.parse(VM));
        assertThat(id.scope()).isEqualTo(new Scope.ResourceGroup("s1", "RG1"));
        assertThat(id.isExtension()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "/subscriptions/S,Microsoft.Resources/subscriptions,S,/",
        "/subscriptions/S/resourceGroups/G,Microsoft.Resources/subscriptions/resourceGroups,G,/subscriptions/S",
        "/subscriptions/S/providers/Microsoft.Authorization/policyAssignments/a,Microsoft.Authorization/policyAssignments,a,/subscriptions/S",
        "/providers/Microsoft.Management/managementGroups/M,Microsoft.Management/managementGroups,M,/",
        "/providers/Microsoft.Management/managementGroups/M/providers/Microsoft.Authorization/policyDefinitions/d,Microsoft.Authorization/policyDefinitions,d,/providers/Microsoft.Management/managementGroups/M",
    })
    void knowsTypeNameAndScopeOfEveryKindOfId(String text, String type, String name, String scope) {
        var id = ResourceId.parse(text);
        assertThat(id.type().text()).isEqualTo(type);
        assertThat(id.name()).isEqualTo(name);
        assertThat(id.scope().id()).isEqualTo(scope);
        assertThat(id.parent().isPresent()).isEqualTo(type.split("/").length > 2);
    }

    @Test
    void anExtensionResourceHasTheTypeAfterTheLastProviders() {
        var id = ResourceId.parse(VM).extension("Microsoft.Resources", "changes", "c1");
        assertThat(id.type().text()).isEqualTo("Microsoft.Resources/changes");
        assertThat(id.scope()).isEqualTo(new Scope.Resource(ResourceId.parse(VM)));
        assertThat(id.isExtension()).isTrue();
        assertThat(id.parent()).isEmpty();
        assertThat(id.isUnder(ResourceId.parse(VM))).isTrue();
    }

    @Test
    void comparesIgnoringCaseAndKeepsTheCaseWritten() {
        var id = ResourceId.parse(VM + "/");
        assertThat(id).isEqualTo(ResourceId.parse(VM.toUpperCase(java.util.Locale.ROOT)));
        assertThat(id).hasSameHashCodeAs(ResourceId.parse(VM.toLowerCase(java.util.Locale.ROOT)));
        assertThat(id.text()).isEqualTo(VM);
        assertThat(id.valueOf("VIRTUALMACHINES")).contains("vm1");
    }

    @Test
    void isUnderAScopeByWholeSegmentsOnly() {
        var id = ResourceId.parse(VM);
        assertThat(id.isUnder(Scope.TENANT)).isTrue();
        assertThat(id.isUnder(Scope.parse("/subscriptions/s1"))).isTrue();
        assertThat(id.isUnder(Scope.parse("/subscriptions/s"))).isFalse();
        assertThat(id.isUnder(Scope.parse("/subscriptions/s1/resourcegroups/rg1"))).isTrue();
        assertThat(id.isUnder(Scope.parse("/subscriptions/s1/resourcegroups/rg"))).isFalse();
        assertThat(id.isUnder(id)).isTrue();
    }

    @Test
    void aResourceMayBeNamedProviders() {
        var id =
                ResourceId.parse(
                        "/subscriptions/s/resourceGroups/providers/providers/A.B/cs/providers");
        assertThat(id.resourceGroup()).contains("providers");
        assertThat(id.type().text()).isEqualTo("A.B/cs");
        assertThat(id.name()).isEqualTo("providers");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "subscriptions/s",
                "/subscriptions",
                "/subscriptions//resourceGroups/g",
                "/subscriptions/s/resourceGroups",
                "/subscriptions/s/providers",
                "/subscriptions/s/providers/Microsoft.Compute",
                "/subscriptions/s/providers/Microsoft.Compute/virtualMachines",
                "/elsewhere/x",
                "/providers/A/providers/B/c/d"
            })
    void refusesWhatIsNoId(String text) {
        assertThat(ResourceId.tryParse(text)).isEmpty();
        assertThatThrownBy(() -> ResourceId.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no resource id");
    }

    @Test
    void aManagementGroupHoldsWhatItsSubscriptionsHold() {
        ManagementHierarchy hierarchy =
                scope ->
                        scope.equals(new Scope.Subscription("S1"))
                                ? List.of("team", "root")
                                : scope.equals(new Scope.ManagementGroup("team"))
                                        ? List.of("root")
                                        : List.of();
        var root = Scope.parse("/providers/Microsoft.Management/managementGroups/ROOT");
        assertThat(hierarchy.contains(root, ResourceId.parse(VM))).isTrue();
        assertThat(hierarchy.contains(new Scope.ManagementGroup("other"), ResourceId.parse(VM)))
                .isFalse();
        assertThat(
                        hierarchy.contains(
                                root,
                                ResourceId.parse(
                                        "/providers/Microsoft.Management/managementGroups/team/providers/Microsoft.Authorization/policyAssignments/a")))
                .isTrue();
        assertThat(ManagementHierarchy.NONE.contains(Scope.TENANT, ResourceId.parse(VM))).isTrue();
    }
}
