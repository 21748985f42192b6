package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Management groups, subscriptions, tags, registrations and roles, as clients manage them.
class ScopesTest {
    private static final String GROUPS = "/providers/Microsoft.Management/managementGroups";
    private static final String TAGS = "/providers/Microsoft.Resources/tags/default";
    private static final String ROLES = "/providers/Microsoft.Authorization/roleAssignments";
    private static final String DEFINITIONS = "/providers/Microsoft.Authorization/roleDefinitions";
    private static final String READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

    private final Bench bench = new Bench();

    @BeforeEach
    void seed() {
        bench.group();
        bench.gallery();
        bench.application("agent", "Linux");
        bench.machine("vm1", "Linux");
    }

    private static Map<String, String> as(String principal) {
        return Map.of("Authorization", "Bearer " + Bench.token(principal));
    }

    private ArmResponse send(String method, String path, String body) {
        return bench.send(method, path, body.isEmpty() ? Dynamic.NULL : Bench.parse(body));
    }

    private Dynamic done(String method, String path, String body) {
        var answer = send(method, path, body);
        Bench.must(answer);
        return answer.text().isEmpty() ? Dynamic.NULL : Bench.parse(answer.text());
    }

    private void refused(ArmResponse answer, int status, String code) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(Bench.code(answer)).isEqualTo(code);
    }

    private List<String> names(String path) {
        return done("GET", path, "").get("value").items().stream()
                .map(item -> item.get("name").textOr(""))
                .toList();
    }

    private static String inside(String parent) {
        return "{\"properties\":{\"displayName\":\"%s\",\"details\":{\"parent\":{\"id\":\"%s/%s\"}}}}"
                .formatted("Below " + parent, GROUPS, parent);
    }

    private static final String MEMBER = "/subscriptions/" + Bench.SUBSCRIPTION.substring(15);

    @Test
    void managementGroupsFormATreeThatSubscriptionsLieIn() {
        done("PUT", GROUPS + "/root", "{\"properties\":{\"displayName\":\"Root\"}}");
        done("PUT", GROUPS + "/prod", inside("root"));
        done("PUT", GROUPS + "/web", inside("prod"));
        assertThat(names(GROUPS)).containsExactly("prod", "root", "web");
        done("PUT", GROUPS + "/web" + MEMBER, "");
        assertThat(names(GROUPS + "/root/descendants"))
                .containsExactly("prod", "web", Bench.SUBSCRIPTION.substring(15));
        assertThat(names(GROUPS + "/web/subscriptions")).hasSize(1);
        assertThat(
                        done("GET", GROUPS + "/web?$expand=children", "")
                                .path("properties", "children")
                                .items())
                .hasSize(1);
        assertThat(done("GET", GROUPS + "/web", "").path("properties", "details", "parent", "name"))
                .isEqualTo(Dynamic.of("prod"));
        refused(send("DELETE", GROUPS + "/prod", ""), 400, "GroupHasChildren");
        refused(send("PUT", GROUPS + "/root", inside("web")), 400, "InvalidParent");
        refused(send("PUT", GROUPS + "/lost", inside("nowhere")), 404, "NotFound");
        refused(send("GET", GROUPS + "/nowhere", ""), 404, "NotFound");
        done("DELETE", GROUPS + "/web" + MEMBER, "");
        assertThat(names(GROUPS + "/web/subscriptions")).isEmpty();
        assertThat(names(GROUPS + "/root/subscriptions")).hasSize(1);
        assertThat(send("DELETE", GROUPS + "/web", "").status()).isEqualTo(200);
        assertThat(send("DELETE", GROUPS + "/web", "").status()).isEqualTo(204);
    }

    @Test
    void managementGroupsAreNestedSixLevelsDeepAtMost() {
        done("PUT", GROUPS + "/g0", "{}");
        for (int i = 1; i <= 6; i++) {
            done("PUT", GROUPS + "/g" + i, inside("g" + (i - 1)));
        }
        refused(send("PUT", GROUPS + "/g7", inside("g6")), 400, "MaxDepthExceeded");
    }

    @Test
    void rolesAtAManagementGroupHoldWhereASubscriptionIsMovedTo() {
        done("PUT", GROUPS + "/a", "{}");
        done("PUT", GROUPS + "/b", "{}");
        done(
                "PUT",
                GROUPS + "/a" + ROLES + "/11111111-0000-4000-8000-000000000001",
                role("reader", READER));
        done("PUT", GROUPS + "/a" + MEMBER, "");
        assertThat(read("reader")).isEqualTo(200);
        done("PUT", GROUPS + "/b" + MEMBER, "");
        assertThat(read("reader")).isEqualTo(403);
        // A group moved below takes what is in it along.
        done("PUT", GROUPS + "/b", inside("a"));
        assertThat(read("reader")).isEqualTo(200);
        assertThat(bench.send("GET", GROUPS + "/b", Dynamic.NULL, as("reader")).status())
                .isEqualTo(200);
        assertThat(bench.send("GET", GROUPS + "/b", Dynamic.NULL, as("stranger")).status())
                .isEqualTo(403);
        refused(
                bench.send("PUT", GROUPS + "/c", Dynamic.EMPTY_BAG, as("reader")),
                403,
                "AuthorizationFailed");
    }

    private int read(String principal) {
        return bench.send("GET", Bench.machineId("vm1"), Dynamic.NULL, as(principal)).status();
    }

    private static String role(String principal, String definition) {
        return "{\"properties\":{\"principalId\":\"%s\",\"roleDefinitionId\":\"%s/%s\"}}"
                .formatted(principal, DEFINITIONS, definition);
    }

    @Test
    void tagsAreWrittenWithoutTheRestOfTheResource() {
        String tags = Bench.GROUP + TAGS;
        done("PUT", tags, "{\"properties\":{\"tags\":{\"a\":\"1\",\"b\":\"2\"}}}");
        done("PATCH", tags, "{\"operation\":\"Merge\",\"properties\":{\"tags\":{\"A\":\"3\"}}}");
        assertThat(done("GET", Bench.GROUP, "").get("tags"))
                .isEqualTo(Bench.parse("{\"b\":\"2\",\"A\":\"3\"}"));
        done("PATCH", tags, "{\"operation\":\"Delete\",\"properties\":{\"tags\":{\"b\":\"2\"}}}");
        assertThat(done("GET", tags, "").path("properties", "tags"))
                .isEqualTo(Bench.parse("{\"A\":\"3\"}"));
        done("PATCH", tags, "{\"operation\":\"Replace\",\"properties\":{\"tags\":{\"c\":\"4\"}}}");
        assertThat(done("GET", tags, "").path("properties", "tags"))
                .isEqualTo(Bench.parse("{\"c\":\"4\"}"));
        assertThat(send("DELETE", tags, "").status()).isEqualTo(200);
        assertThat(done("GET", tags, "").path("properties", "tags")).isEqualTo(Dynamic.EMPTY_BAG);
        refused(
                send("PATCH", tags, "{\"operation\":\"Stir\",\"properties\":{\"tags\":{}}}"),
                400,
                "InvalidRequestContent");
        refused(
                send(
                        "PUT",
                        tags,
                        "{\"properties\":{\"tags\":{\"a\":\"" + "x".repeat(257) + "\"}}}"),
                400,
                "InvalidTagValueLength");
        assertThat(send("PUT", Bench.machineId("none") + TAGS, "{}").status()).isEqualTo(404);
    }

    @Test
    void taggingMindsLocksAndRights() {
        String tags = Bench.machineId("vm1") + TAGS;
        String body = "{\"properties\":{\"tags\":{\"a\":\"1\"}}}";
        done(
                "PUT",
                Bench.GROUP + ROLES + "/11111111-0000-4000-8000-000000000002",
                role("tagger", "4a9ae827-6dc8-4573-8ac7-8239d42aa03f"));
        assertThat(bench.send("PUT", tags, Bench.parse(body), as("tagger")).status())
                .isEqualTo(200);
        refused(
                bench.send("PUT", tags, Bench.parse(body), as("stranger")),
                403,
                "AuthorizationFailed");
        done(
                "PUT",
                Bench.GROUP + "/providers/Microsoft.Authorization/locks/l",
                "{\"properties\":{\"level\":\"ReadOnly\"}}");
        refused(send("PUT", tags, body), 409, "ScopeLocked");
        refused(
                send(
                        "PUT",
                        Bench.GROUP + "/providers/Microsoft.Authorization/locks/m",
                        "{\"properties\":{\"level\":\"Sometimes\"}}"),
                400,
                "InvalidRequestContent");
    }

    @Test
    void writesNeedTheProvidersRegistration() {
        String provider = Bench.SUBSCRIPTION + "/providers/Microsoft.Compute";
        refused(
                bench.send("POST", provider + "/unregister", Dynamic.NULL, as("stranger")),
                403,
                "AuthorizationFailed");
        done("POST", provider + "/unregister", "");
        refused(
                send("PATCH", Bench.galleryId(), "{\"tags\":{}}"),
                409,
                "MissingSubscriptionRegistration");
        assertThat(send("GET", Bench.galleryId(), "").status()).isEqualTo(200);
        assertThat(done("GET", Bench.SUBSCRIPTION + "/providers", "").get("value").items())
                .anyMatch(p ->
                        p.get("namespace").textOr("").equals("Microsoft.Compute")
                                && p.get("registrationState").textOr("").equals("NotRegistered"));
        done("POST", provider + "/register", "");
        done("PATCH", Bench.galleryId(), "{\"tags\":{}}");
        String features = Bench.SUBSCRIPTION + "/providers/Microsoft.Features";
        done("POST", features + "/providers/Microsoft.Compute/features/New/register", "");
        assertThat(names(features + "/features")).containsExactly("microsoft.compute/new");
        assertThat(names(features + "/providers/Microsoft.Compute/features")).hasSize(1);
        assertThat(names(features + "/providers/Microsoft.Storage/features")).isEmpty();
    }

    @Test
    void rolesAreAssignedOnceAndByKnownDefinitions() {
        String at = Bench.GROUP + ROLES + "/11111111-0000-4000-8000-00000000000";
        var created = done("PUT", at + 1, role("alice", READER));
        assertThat(created.path("properties", "scope")).isEqualTo(Dynamic.of(Bench.GROUP));
        done("PUT", at + 1, role("alice", READER));
        refused(send("PUT", at + 2, role("alice", READER)), 409, "RoleAssignmentExists");
        refused(send("PUT", at + 1, role("bob", READER)), 400, "RoleAssignmentUpdateNotPermitted");
        refused(
                send("PUT", Bench.GROUP + ROLES + "/short", role("bob", READER)),
                400,
                "InvalidRoleAssignmentId");
        refused(
                send("PUT", at + 3, role("bob", "22222222-0000-4000-8000-000000000000")),
                400,
                "RoleDefinitionDoesNotExist");
        refused(send("PUT", at + 3, "{\"properties\":{}}"), 400, "BadRequestFormat");
        assertThat(done("DELETE", at + 1, "").path("properties", "principalId"))
                .isEqualTo(Dynamic.of("alice"));
        assertThat(read("alice")).isEqualTo(403);
    }

    @Test
    void assignmentsAreListedAtAndAboveAScopeAndBelowItUnlessFiltered() {
        String name = "/11111111-0000-4000-8000-00000000000";
        done("PUT", Bench.SUBSCRIPTION + ROLES + name + 1, role("alice", READER));
        done("PUT", Bench.GROUP + ROLES + name + 2, role("bob", READER));
        done("PUT", Bench.machineId("vm1") + ROLES + name + 3, role("carol", READER));
        assertThat(names(Bench.GROUP + ROLES)).hasSize(3);
        assertThat(names(Bench.GROUP + ROLES + "?$filter=atScope()")).hasSize(2);
        assertThat(names(Bench.GROUP + ROLES + "?$filter=principalId eq 'bob'")).hasSize(1);
        assertThat(names(Bench.GROUP + ROLES + "?$filter=atScope() and assignedTo('carol')"))
                .isEmpty();
        assertThat(names(Bench.machineId("vm1") + ROLES)).hasSize(3);
        refused(
                send("GET", Bench.GROUP + ROLES + "?$filter=colour eq 'red'", ""),
                400,
                "InvalidFilterInQueryString");
    }

    @Test
    void builtInRolesAreReadAndCustomOnesWritten() {
        assertThat(names(Bench.SUBSCRIPTION + DEFINITIONS + "?$filter=roleName eq 'Reader'"))
                .containsExactly(READER);
        assertThat(
                        done("GET", Bench.SUBSCRIPTION + DEFINITIONS + "/" + READER, "")
                                .path("properties", "type"))
                .isEqualTo(Dynamic.of("BuiltInRole"));
        String custom = Bench.SUBSCRIPTION + DEFINITIONS + "/33333333-0000-4000-8000-000000000000";
        String body =
                "{\"properties\":{\"roleName\":\"%s\",\"assignableScopes\":[\"/\"],\"permissions\":[{\"actions\":[\"*/read\"]}]}}";
        refused(
                send("PUT", custom, body.formatted("Reader")),
                409,
                "RoleDefinitionWithSameNameExists");
        done("PUT", custom, body.formatted("Watcher"));
        assertThat(names(Bench.SUBSCRIPTION + DEFINITIONS + "?$filter=type eq 'CustomRole'"))
                .hasSize(1);
        done(
                "PUT",
                Bench.GROUP + ROLES + "/11111111-0000-4000-8000-000000000009",
                role("alice", "33333333-0000-4000-8000-000000000000"));
        assertThat(read("alice")).isEqualTo(200);
        refused(send("DELETE", custom, ""), 400, "RoleDefinitionHasAssignments");
        refused(
                send(
                        "PUT",
                        Bench.SUBSCRIPTION + DEFINITIONS + "/" + READER,
                        body.formatted("Mine")),
                400,
                "RoleDefinitionCannotBeUpdated");
    }

    @Test
    void movingNeedsTheRightToAndNoReadOnlyLock() {
        String move = Bench.GROUP + "/moveResources";
        var body =
                Bench.parse(
                        "{\"resources\":[],\"targetResourceGroup\":\"%s\"}".formatted(Bench.GROUP));
        refused(bench.send("POST", move, body, as("stranger")), 403, "AuthorizationFailed");
        done(
                "PUT",
                Bench.GROUP + "/providers/Microsoft.Authorization/locks/l",
                "{\"properties\":{\"level\":\"ReadOnly\"}}");
        refused(bench.send("POST", move, body), 409, "ScopeLocked");
    }
}
