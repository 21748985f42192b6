package io.muster.policy.definition;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.policy.alias.AliasCatalog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What the files of a folder are taken for, and that none is left out because of its name or its neighbours.
final class PolicyFolderTest {
    /// @param pathsAndTexts path, text, path, text, ...
    private static PolicyFolder.Result load(String... pathsAndTexts) {
        List<PolicyFile> files = new ArrayList<>();
        for (int i = 0; i < pathsAndTexts.length; i += 2) {
            files.add(new PolicyFile(Path.of(pathsAndTexts[i]), pathsAndTexts[i + 1]));
        }
        var result = PolicyFolder.of(files, AliasCatalog.conventional(), PolicyCatalog.empty());
        assertThat(result.diagnostics()).isEmpty();
        return result;
    }

    private static List<String> names(PolicyFolder.Result result) {
        return result.catalog().definitions().stream().map(PolicyDefinition::name).toList();
    }

    private static String rule(String type) {
        return "{\"if\":{\"field\":\"type\",\"equals\":\"T.x/%s\"},\"then\":{\"effect\":\"audit\"}}"
                .formatted(type);
    }

    private static String whole(String type) {
        return "{\"properties\":{\"mode\":\"All\",\"policyRule\":" + rule(type) + "}}";
    }

    @Test
    void aWholeDefinitionMayBeCalledRulesOrParameters() {
        assertThat(
                        names(
                                load(
                                        "p/nsg-rules.json",
                                        whole("a"),
                                        "p/need-parameters.json",
                                        whole("b"),
                                        "p/other.json",
                                        whole("c"))))
                .containsExactlyInAnyOrder("nsg-rules", "need-parameters", "other");
    }

    @Test
    void partsBesideAnotherDefinitionAreReadAndThoseThatRepeatItAreNot() {
        assertThat(names(load("p/a.json", whole("a"), "p/b.rules.json", rule("b"))))
                .containsExactlyInAnyOrder("a", "b.rules");
        assertThat(
                        names(
                                load(
                                        "p/azurepolicy.json",
                                        whole("a"),
                                        "p/azurepolicy.rules.json",
                                        rule("a"),
                                        "p/azurepolicy.parameters.json",
                                        "{}")))
                .containsExactly("p");
        assertThat(names(load("p/policy.json", whole("a"), "p/rules.json", rule("a"))))
                .containsExactly("p");
    }

    @Test
    void everyRulesFileHasItsOwnParameters() {
        var result =
                load(
                        "p/a.rules.json",
                        rule("a"),
                        "p/a.parameters.json",
                        "{\"x\":{\"type\":\"String\"}}",
                        "p/b.rules.json",
                        rule("b"),
                        "p/b.parameters.json",
                        "{\"y\":{\"type\":\"String\"}}");
        assertThat(result.catalog().definitions())
                .extracting(each -> each.name() + each.parameters().keySet())
                .containsExactlyInAnyOrder("a.rules[x]", "b.rules[y]");
    }

    @Test
    void aCopyIsNoFault() {
        assertThat(names(load("a/tags/policy.json", rule("a"), "b/tags/policy.json", rule("a"))))
                .containsExactly("tags");
    }
}
