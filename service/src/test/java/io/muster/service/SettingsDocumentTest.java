package io.muster.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import io.micronaut.core.naming.NameUtils;
import io.muster.service.config.AzureConfig;
import io.muster.service.config.GraphSettings;
import io.muster.service.config.HistorySettings;
import io.muster.service.config.QuerySettings;
import io.muster.service.config.ReportSettings;
import io.muster.service.config.ServerSettings;
import io.muster.service.remediation.RemediationConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// `docs/settings.md` names what there is and nothing else, with the values that hold without it.
class SettingsDocumentTest {
    private static final Path DOCUMENT = Path.of("../docs/settings.md");
    private static final Path SOURCES = Path.of("src/main");

    private static final List<Class<?>> GROUPS =
            List.of(
                    AzureConfig.class,
                    GraphSettings.class,
                    HistorySettings.class,
                    QuerySettings.class,
                    RemediationConfig.class,
                    ReportSettings.class,
                    ServerSettings.class);

    /// By name the default, or "" where it is no literal of the class.
    private static Map<String, String> ofGroups() {
        var all = new TreeMap<String, String>();
        for (var group : GROUPS) {
            String prefix = group.getAnnotation(ConfigurationProperties.class).value();
            var parameters = group.getDeclaredConstructors()[0].getParameters();
            for (int i = 0; i < parameters.length; i++) {
                var bound = parameters[i].getAnnotation(Bindable.class);
                all.put(
                        prefix
                                + "."
                                + NameUtils.hyphenate(group.getRecordComponents()[i].getName()),
                        bound == null ? "" : bound.defaultValue());
            }
        }
        return all;
    }

    private static Map<String, String> documented() throws Exception {
        var rows = Pattern.compile("(?m)^\\| `(muster\\.[^`]+)` \\| (?:`([^`]*)`)? *\\|");
        return rows.matcher(Files.readString(DOCUMENT))
                .results()
                .collect(
                        Collectors.toMap(
                                row -> row.group(1),
                                row -> row.group(2) == null ? "" : row.group(2)));
    }

    @Test
    void settingsOfGroupsAreThereWithTheirDefaults() throws Exception {
        var documented = documented();
        ofGroups()
                .forEach((name, otherwise) -> {
                    assertThat(documented).containsKey(name);
                    if (!otherwise.isEmpty()) {
                        assertThat(documented).containsEntry(name, otherwise);
                    }
                });
    }

    @Test
    void whatIsThereIsRead() throws Exception {
        var groups = ofGroups();
        String sources;
        try (var files = Files.walk(SOURCES)) {
            var texts = new StringBuilder();
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (file.toString().endsWith(".java") || file.toString().endsWith(".yml")) {
                    texts.append(Files.readString(file));
                }
            }
            sources = texts.toString();
        }
        assertThat(groups).isNotEmpty();
        documented()
                .forEach((name, otherwise) -> {
                    if (!groups.containsKey(name)) {
                        assertThat(sources)
                                .contains(
                                        "${"
                                                + name
                                                + (otherwise.isEmpty() ? "" : ":" + otherwise)
                                                + "}");
                    }
                });
    }

    @Test
    void whatIsReadIsThere() throws Exception {
        var documented = documented();
        var placeholders = Pattern.compile("\\$\\{(muster\\.[a-z.-]+)");
        try (var files = Files.walk(SOURCES)) {
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (file.toString().endsWith(".java") || file.toString().endsWith(".yml")) {
                    placeholders
                            .matcher(read(file))
                            .results()
                            .forEach(found ->
                                    assertThat(documented)
                                            .as(file.toString())
                                            .containsKey(found.group(1)));
                }
            }
        }
    }

    @Test
    void allGroupsAreAsked() throws Exception {
        try (var files = Files.walk(SOURCES.resolve("java"))) {
            var declared =
                    files.filter(Files::isRegularFile)
                            .filter(file -> read(file).contains("@ConfigurationProperties("))
                            .map(file -> file.getFileName().toString().replace(".java", ""))
                            .collect(Collectors.toSet());
            assertThat(GROUPS.stream().map(Class::getSimpleName)).hasSameElementsAs(declared);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
