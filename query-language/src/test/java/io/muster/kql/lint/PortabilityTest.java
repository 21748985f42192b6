package io.muster.kql.lint;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.kql.Kql;
import java.util.List;
import org.junit.jupiter.api.Test;

class PortabilityTest {
    private static List<String> warnings(String query) throws Exception {
        return Kql.portability(query).stream()
                .map(d -> d.code() + " " + d.line() + ":" + d.column())
                .toList();
    }

    @Test
    void documentedQueriesPass() throws Exception {
        assertThat(
                        warnings(
                                """
                                resources
                                | where type =~ 'microsoft.compute/virtualmachines'
                                | join kind=leftouter (resourcecontainers | project name, subscriptionId) on subscriptionId
                                | mv-expand disk = properties.storageProfile.dataDisks limit 400
                                | summarize count() by tostring(disk.name)
                                | order by count_ desc
                                """))
                .isEmpty();
    }

    @Test
    void everyFaultIsToldWithItsPlace() throws Exception {
        assertThat(
                        warnings(
                                """
                                vmapplications
                                | join kind=leftanti (resources) on id
                                | lookup (resources) on id
                                | mv-expand tags
                                | mv-expand sku limit 1000
                                """))
                .containsExactly(
                        "DisallowedLogicalTableName 1:1",
                        "arg-join-kind 2:13",
                        "arg-operator 3:3",
                        "arg-mv-expand-limit 4:3",
                        "arg-mv-expand-limit 5:23");
    }

    @Test
    void fourthJoinIsOneTooMany() throws Exception {
        String join = "\n| join (resources) on id";
        assertThat(warnings("resources" + join.repeat(3))).isEmpty();
        assertThat(warnings("resources" + join.repeat(5)))
                .containsExactly("DisallowedMaxNumberOfRemoteTables 5:3");
    }

    @Test
    void secondJoinWithAnotherTableIsOneTooMany() throws Exception {
        String other = "\n| join (securityresources) on id";
        assertThat(warnings("resources" + other)).isEmpty();
        assertThat(warnings("resources" + other + "\n| join (advisorresources) on id"))
                .containsExactly("DisallowedMaxNumberOfRemoteTables 3:3");
        assertThat(warnings("securityresources\n| join (securityresources) on id" + other))
                .isEmpty();
        assertThat(
                        warnings(
                                "resources\n| join (resourcecontainers) on id\n| join (resourcecontainers) on id"))
                .isEmpty();
        assertThat(
                        warnings(
                                "let s = securityresources;\nresources\n| join (s | take 1) on id\n| union (resourcecontainers)"))
                .containsExactly("DisallowedMaxNumberOfRemoteTables 4:3");
    }

    @Test
    void warningsSayHowToMend() throws Exception {
        assertThat(Kql.portability("resources | as x"))
                .singleElement()
                .satisfies(
                        d -> assertThat(d.render()).contains("'as'", "^^", "help: it knows where"));
    }

    @Test
    void eachRuleHasItsWarning() throws Exception {
        assertThat(warnings("let f = (x:long) { x }; resources | extend y = f(1)"))
                .containsExactly("arg-statement 1:1");
        assertThat(warnings("resources | extend d = geo_distance_2points(1.0, 1.0, 2.0, 2.0)"))
                .containsExactly("arg-function 1:24");
        assertThat(warnings("union isfuzzy=true resources, resourcecontainers"))
                .containsExactly("arg-union 1:1");
        assertThat(warnings("union resource*")).containsExactly("arg-union 1:7");
        assertThat(warnings("resources | union (resources), (resourcecontainers)"))
                .containsExactly("arg-union 1:13");
        assertThat(warnings("resources | union (resourcecontainers)")).isEmpty();
        assertThat(warnings("union resources, resourcecontainers")).isEmpty();
        assertThat(warnings("resources | join hint.strategy=broadcast (resources) on id"))
                .containsExactly("arg-join-hint 1:13");
        assertThat(warnings("resources | order by id | take 2000"))
                .containsExactly("arg-rows 1:32");
        assertThat(warnings("let apps = vmapplications; apps | count"))
                .containsExactly("DisallowedLogicalTableName 1:12");
        assertThat(warnings("resources" + "\n| mv-expand tags limit 400".repeat(4)))
                .containsExactly("arg-mv-expand 5:3");
        assertThat(warnings("resources | evaluate bag_unpack(tags)"))
                .containsExactly("arg-operator 1:13");
        assertThat(warnings("set notruncation; resources")).containsExactly("arg-operator 1:1");
    }
}
