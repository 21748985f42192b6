package io.muster.policies;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.fixtures.spec.SpecFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class LibraryTest {
    private static final Set<String> SECTIONS =
            Set.of("parameters", "resource", "related", "state", "changes");

    static List<Path> definitions() {
        return Library.files("policy.json");
    }

    static List<Path> initiatives() {
        return Library.files("policyset.json");
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void aDefinitionIsTheBodyOfAPutToAzure(Path file) {
        var definition = Library.read(file);
        var properties = definition.get("properties");

        assertThat(definition.get("type").textOr(""))
                .isEqualTo("Microsoft.Authorization/policyDefinitions");
        assertThat(definition.get("name").textOr("")).isNotEmpty().hasSizeLessThanOrEqualTo(64);
        assertThat(properties.get("displayName").textOr(""))
                .isNotEmpty()
                .hasSizeLessThanOrEqualTo(128);
        assertThat(properties.get("description").textOr(""))
                .isNotEmpty()
                .hasSizeLessThanOrEqualTo(512);
        assertThat(properties.get("mode").textOr("")).isEqualTo("Indexed");
        assertThat(properties.get("policyRule").members()).containsOnlyKeys("if", "then");
        assertThat(properties.get("parameters").members().size()).isLessThanOrEqualTo(20);
    }

    @ParameterizedTest
    @MethodSource("definitions")
    void everyDefinitionHasCases(Path file) {
        var folder = file.resolveSibling("cases");
        assertThat(folder).isDirectory();
        for (var spec : Library.files(".policy-spec")) {
            if (spec.startsWith(folder)) {
                for (var specCase : SpecFile.read(spec).cases()) {
                    specCase.allowOnly(Set.of("docs"), SECTIONS);
                    specCase.require("state");
                    specCase.require("resource");
                }
            }
        }
        assertThat(Library.files(".policy-spec")).anyMatch(spec -> spec.startsWith(folder));
    }

    @Test
    void namesAreUnique() {
        var seen = new HashSet<String>();
        for (var file : Library.files(".json")) {
            var object = Library.read(file);
            String name = object.get("type").textOr("") + "/" + object.get("name").textOr("");
            assertThat(seen.add(name.toLowerCase(Locale.ROOT))).as(name).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("initiatives")
    void anInitiativeNamesDefinitionsThatAreThereAndGivesThemWhatTheyAskFor(Path file) {
        var properties = Library.read(file).get("properties");
        for (var member : properties.get("policyDefinitions").items()) {
            String id = member.get("policyDefinitionId").textOr("");
            var definition =
                    definitions().stream()
                            .map(Library::read)
                            .filter(d -> id.endsWith("/" + d.get("name").textOr("")))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError(file + " names " + id));
            var given = member.get("parameters").members().keySet();
            var asked = definition.path("properties", "parameters").members();
            assertThat(asked.keySet()).as(id).containsAll(given);
            var needed =
                    asked.entrySet().stream()
                            .filter(p -> p.getValue().get("defaultValue").isNull())
                            .map(Map.Entry::getKey)
                            .collect(Collectors.toSet());
            assertThat(given).as(id).containsAll(needed);
            boolean portable = !musterOnly(definition);
            assertThat(portable || musterOnly(Library.read(file)))
                    .as("%s is for Muster only, its initiative says so", id)
                    .isTrue();
        }
    }

    @Test
    void onlyDefinitionsThatSaySoUseComputedFields() {
        for (var file : definitions()) {
            var definition = Library.read(file);
            boolean computed = Json.write(definition).contains("Muster.VmApplications/");
            assertThat(musterOnly(definition)).as(file.toString()).isEqualTo(computed);
        }
    }

    @Test
    void theJarCarriesTheLibrary() {
        for (var file : Library.files(".json")) {
            String path =
                    "/policies/" + Library.root().relativize(file).toString().replace('\\', '/');
            assertThat(LibraryTest.class.getResource(path)).as(path).isNotNull();
        }
        assertThat(Files.exists(Library.root())).isTrue();
    }

    private static boolean musterOnly(Dynamic object) {
        return object.path("properties", "metadata", "musterOnly").boolOr(false);
    }
}
