package io.muster.policy.alias;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.policy.alias.Alias.Modifiable;
import io.muster.policy.alias.FieldResolver.Resolution;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Paths, attributes and types of an alias by API version (azure-policy.md section 6).
final class AliasVersionsTest {
    private static final String TYPE = "Microsoft.Storage/storageAccounts";
    private static final String NAME = TYPE + "/tier";

    @TempDir private Path folder;

    private AliasCatalog catalog(String row) throws Exception {
        var file =
                Files.writeString(
                        folder.resolve("aliases.jsonl"),
                        "{\"name\":\"%s\",\"resourceType\":\"%s\",%s}"
                                .formatted(NAME, TYPE, row.replace('\'', '"')));
        return AliasCatalog.complete(AliasImport.read(file));
    }

    @Test
    void pathIsThatOfTheVersionWhateverItsCase() throws Exception {
        var catalog =
                catalog(
                        "'defaultPath':'properties.tier','paths':[{'path':'properties.old','apiVersions':['2018-03-01-Preview']}]");
        assertThat(catalog.resolve(NAME, TYPE, "2018-03-01-preview"))
                .isEqualTo(new Resolution.Found(FieldPath.parse("properties.old")));
        assertThat(catalog.resolve(NAME, TYPE, "2024-01-01"))
                .isEqualTo(new Resolution.Found(FieldPath.parse("properties.tier")));
        assertThat(catalog.resolve(NAME, TYPE, null))
                .isEqualTo(new Resolution.Found(FieldPath.parse("properties.tier")));
    }

    @Test
    void whatOldVersionsMayNotBeModifiedTheOthersMay() throws Exception {
        var catalog =
                catalog(
                        "'defaultPath':'properties.tier','defaultMetadata':{'type':'String','attributes':'Modifiable'},'paths':[{'path':'properties.tier','apiVersions':['2016-01-01'],'metadata':{'type':'NotSpecified','attributes':'None'}}]");
        assertThat(catalog.modifiable(NAME, TYPE, "2016-01-01")).isEqualTo(Modifiable.NO);
        assertThat(catalog.modifiable(NAME, TYPE, "2024-01-01")).isEqualTo(Modifiable.YES);
        assertThat(catalog.modifiable(NAME, TYPE, null)).isEqualTo(Modifiable.YES);
        assertThat(catalog.takes(NAME, TYPE, "2016-01-01", Dynamic.of(1))).isTrue();
        assertThat(catalog.takes(NAME, TYPE, "2024-01-01", Dynamic.of(1))).isFalse();
    }

    /// `type` of a row of the provider's answer is PlainText, Mask or NotSpecified (specs: resources-2024-07-01, Alias).
    @Test
    void whetherTheValueIsSecretIsNotItsJsonType() throws Exception {
        for (var type : List.of("PlainText", "Mask", "NotSpecified")) {
            var catalog =
                    catalog(
                            "'type':'%s','defaultPath':'properties.tier','defaultMetadata':{'type':'Array','attributes':'Modifiable'},'paths':[]"
                                    .formatted(type));
            assertThat(catalog.takes(NAME, TYPE, null, Dynamic.of("x"))).as(type).isFalse();
            assertThat(catalog.takes(NAME, TYPE, null, Dynamic.EMPTY_ARRAY)).as(type).isTrue();
            assertThat(catalog.isArray(NAME, TYPE)).as(type).isTrue();
        }
        assertThat(
                        catalog("'path':'properties.tier','type':'Array'")
                                .takes(NAME, TYPE, null, Dynamic.of("x")))
                .isFalse();
    }

    @Test
    void whatIsSaidOfOldVersionsIsNotSaidOfTheLatest() throws Exception {
        var catalog =
                catalog(
                        "'defaultPath':'properties.tier','paths':[{'path':'properties.tier','apiVersions':['2016-01-01'],'metadata':{'attributes':'None'}}]");
        assertThat(catalog.modifiable(NAME, TYPE, null)).isEqualTo(Modifiable.UNKNOWN);
    }
}
