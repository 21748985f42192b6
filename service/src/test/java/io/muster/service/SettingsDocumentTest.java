package io.muster.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.context.annotation.ConfigurationProperties;
import io.micronaut.core.bind.annotation.Bindable;
import io.micronaut.core.naming.NameUtils;
import io.muster.service.config.AzureConfig;
import io.muster.service.config.HistorySettings;
import io.muster.service.config.QuerySettings;
import io.muster.service.config.ReportSettings;
import io.muster.service.config.ServerSettings;
import io.muster.service.remediation.RemediationConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `docs/settings.md` names what there is, with the values that hold without it.
class SettingsDocumentTest {
    private static final Path DOCUMENT = Path.of("../docs/settings.md");

    @ParameterizedTest
    @ValueSource(
            classes = {
                AzureConfig.class,
                HistorySettings.class,
                QuerySettings.class,
                RemediationConfig.class,
                ReportSettings.class,
                ServerSettings.class
            })
    void eachSettingIsThere(Class<?> settings) throws Exception {
        String document = Files.readString(DOCUMENT);
        String prefix = settings.getAnnotation(ConfigurationProperties.class).value();
        var parameters = settings.getDeclaredConstructors()[0].getParameters();
        for (int i = 0; i < parameters.length; i++) {
            String name = settings.getRecordComponents()[i].getName();
            var bound = parameters[i].getAnnotation(Bindable.class);
            assertThat(document)
                    .contains(
                            "| `%s.%s` | %s"
                                    .formatted(
                                            prefix,
                                            NameUtils.hyphenate(name),
                                            bound == null
                                                    ? ""
                                                    : "`" + bound.defaultValue() + "` |"));
        }
    }
}
