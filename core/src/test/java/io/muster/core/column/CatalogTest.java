package io.muster.core.column;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.KqlType;
import java.util.List;
import org.junit.jupiter.api.Test;

class CatalogTest {
    private static Table table(String name) {
        return new Table(name, Schema.of(new Field("n", KqlType.LONG)), List.of());
    }

    @Test
    void tablesAreFoundByNameIgnoringCaseAndShownInTheirOrder() {
        var vms = table("Vms");
        var disks = table("disks");
        var catalog = Catalog.of(List.of(vms, disks));
        assertThat(catalog.table("vMS")).containsSame(vms);
        assertThat(catalog.table("vm")).isEmpty();
        assertThat(catalog.tables()).containsExactly(vms, disks);
    }

    @Test
    void catalogMayBeEmpty() {
        var nothing = Catalog.of(List.of());
        assertThat(nothing.table("vms")).isEmpty();
        assertThat(nothing.tables()).isEmpty();
    }
}
