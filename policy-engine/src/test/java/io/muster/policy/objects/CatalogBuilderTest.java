package io.muster.policy.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinition;
import io.muster.policy.definition.PolicyDefinitionReader;
import org.junit.jupiter.api.Test;

final class CatalogBuilderTest {
    private static final String ID = "/providers/Microsoft.Authorization/policyDefinitions/";

    private static PolicyDefinition definition(String name, String version) throws Exception {
        var json =
                Json.parse(
                        """
                        {"mode":"All","version":"%s","policyRule":
                        {"if":{"field":"type","equals":"a/b"},"then":{"effect":"audit"}}}\
                        """
                                .formatted(version));
        return new PolicyDefinitionReader(AliasCatalog.conventional())
                .read(name, json)
                .orThrow()
                .withId(ID + name, name);
    }

    @Test
    void manyAtOnceGiveWhatOneAfterTheOtherGives() throws Exception {
        var one = PolicyCatalog.empty();
        var builder = PolicyCatalog.empty().changed();
        for (var each :
                new PolicyDefinition[] {
                    definition("b", "1.1.0"),
                    definition("a", "1.0.0"),
                    definition("B", "1.0.0"),
                    definition("b", "1.1.0")
                }) {
            one = one.with(each);
            builder.add(each);
        }

        var many = builder.build();

        assertThat(many.definitions()).isEqualTo(one.definitions()).hasSize(2);
        assertThat(many.versions(ID + "b")).isEqualTo(one.versions(ID + "b")).hasSize(2);
    }

    @Test
    void aBuiltCatalogueStaysAsItIs() throws Exception {
        var empty = PolicyCatalog.empty();
        var builder = empty.changed();
        builder.add(definition("a", "1.0.0"));
        var first = builder.build();

        builder.add(definition("b", "1.0.0"));

        assertThat(empty.definitions()).isEmpty();
        assertThat(first.definitions()).hasSize(1);
        assertThat(builder.build().definitions()).hasSize(2);
    }
}
