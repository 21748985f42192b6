package io.muster.service.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.table.ResourceGraphTables;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// A tree `root` > `parent` > `child`, the subscriptions `s1` under `parent` and `s2` under `child`, and an assignment of a role at each, in a group of
/// `s1` and at the tenant.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QueryScopeTest {
    private static final String ASSIGNMENT = "/providers/Microsoft.Authorization/roleAssignments/";
    private Snapshot snapshot;

    @BeforeAll
    void collect() throws Exception {
        var resources = new ArrayList<Dynamic>();
        group(resources, "root", "");
        group(resources, "parent", "{'name':'root'}");
        group(resources, "child", "{'name':'Parent'},{'name':'root'}");
        subscription(resources, "s1", "{'name':'parent'},{'name':'root'}");
        subscription(resources, "s2", "{'name':'child'},{'name':'parent'},{'name':'root'}");
        for (String scope :
                List.of(
                        "",
                        "/providers/Microsoft.Management/managementGroups/root",
                        "/providers/Microsoft.Management/managementGroups/parent",
                        "/providers/Microsoft.Management/managementGroups/child",
                        "/subscriptions/s1",
                        "/subscriptions/s1/resourceGroups/g",
                        "/subscriptions/s2")) {
            String name = scope.isEmpty() ? "tenant" : scope.substring(scope.lastIndexOf('/') + 1);
            add(
                    resources,
                    "{'id':'%s','name':'%s','type':'Microsoft.Authorization/roleAssignments'}"
                            .formatted(scope + ASSIGNMENT + "at-" + name, "at-" + name));
        }
        snapshot =
                Snapshot.empty(ResourceGraphTables.STANDARD, Instant.EPOCH)
                        .with(resources, Set.of(), Instant.EPOCH);
    }

    private static void add(List<Dynamic> resources, String json) throws Exception {
        resources.add(Json.parse(json.replace('\'', '"')));
    }

    private static void group(List<Dynamic> resources, String name, String chain) throws Exception {
        add(
                resources,
                "{'id':'/providers/Microsoft.Management/managementGroups/%s','name':'%s','type':'Microsoft.Management/managementGroups','properties':{'details':{'managementGroupAncestorsChain':[%s]}}}"
                        .formatted(name, name, chain));
    }

    private static void subscription(List<Dynamic> resources, String id, String chain)
            throws Exception {
        add(
                resources,
                "{'id':'/subscriptions/%s','name':'%s','type':'Microsoft.Resources/subscriptions','subscriptionId':'%s','properties':{'managementGroupAncestorsChain':[%s]}}"
                        .formatted(id, id, id, chain));
    }

    private List<String> names(
            String table, List<String> subscriptions, List<String> groups, QueryScope.Filter filter)
            throws Exception {
        var scope = QueryScope.of(snapshot, subscriptions, groups, filter).orElseThrow();
        return Kql.run(
                        table + " | project name | order by name asc",
                        new ScopedCatalog(snapshot, scope),
                        QueryOptions.DEFAULT)
                .rows()
                .stream()
                .map(row -> row.getFirst().textOr(""))
                .toList();
    }

    private List<String> assignments(
            List<String> subscriptions, List<String> groups, QueryScope.Filter filter)
            throws Exception {
        return names("authorizationresources", subscriptions, groups, filter).stream()
                .map(name -> name.substring(3))
                .toList();
    }

    @Test
    void managementGroupsHoldWhatLiesInThemAndInThoseBelow() throws Exception {
        var below = QueryScope.Filter.AT_SCOPE_AND_BELOW;
        assertThat(assignments(List.of(), List.of("PARENT"), below))
                .containsExactly("child", "g", "parent", "s1", "s2");
        assertThat(assignments(List.of(), List.of("child"), below)).containsExactly("child", "s2");
        assertThat(names("resourcecontainers", List.of(), List.of("parent"), below))
                .containsExactly("child", "parent", "s1", "s2");
    }

    @Test
    void subscriptionsHoldTheirOwnAlone() throws Exception {
        var below = QueryScope.Filter.AT_SCOPE_AND_BELOW;
        assertThat(assignments(List.of("S1"), List.of(), below)).containsExactly("g", "s1");
        assertThat(names("resourcecontainers", List.of("s1"), List.of(), below))
                .containsExactly("s1");
    }

    @Test
    void filterSaysWhereRightsAndPoliciesLie() throws Exception {
        assertThat(assignments(List.of("s1"), List.of(), QueryScope.Filter.AT_SCOPE_AND_ABOVE))
                .containsExactly("parent", "root", "s1");
        assertThat(
                        assignments(
                                List.of("s1"),
                                List.of(),
                                QueryScope.Filter.AT_SCOPE_ABOVE_AND_BELOW))
                .containsExactly("g", "parent", "root", "s1");
        assertThat(assignments(List.of("s1"), List.of(), QueryScope.Filter.AT_SCOPE_EXACT))
                .containsExactly("s1");
        assertThat(assignments(List.of(), List.of("child"), QueryScope.Filter.AT_SCOPE_AND_ABOVE))
                .containsExactly("child", "parent", "root");
        assertThat(
                        names(
                                "resourcecontainers",
                                List.of(),
                                List.of("child"),
                                QueryScope.Filter.AT_SCOPE_AND_ABOVE))
                .as("containers are no matter of the filter")
                .containsExactly("child", "s2");
    }
}
