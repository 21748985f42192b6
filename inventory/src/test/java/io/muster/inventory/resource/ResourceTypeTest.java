package io.muster.inventory.resource;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResourceTypeTest {
    @Test
    void comparesIgnoringCaseAndKnowsItsParent() {
        var type = ResourceType.parse("Microsoft.Compute/galleries/applications/versions");
        assertThat(type).isEqualTo(ResourceType.parse(type.lower()));
        assertThat(type.is("MICROSOFT.COMPUTE/galleries/applications/versions")).isTrue();
        assertThat(type.namespace()).isEqualTo("Microsoft.Compute");
        assertThat(type.names()).isEqualTo(List.of("galleries", "applications", "versions"));
        assertThat(type.parent())
                .contains(ResourceType.parse("microsoft.compute/galleries/applications"));
        assertThat(ResourceType.parse("A.B/c").parent()).isEmpty();
        assertThat(ResourceType.parse("A.B/c").isTopLevel()).isTrue();
    }

    @Test
    void refusesWhatIsNoType() {
        assertThat(ResourceType.tryParse("Microsoft.Compute")).isEmpty();
        assertThat(ResourceType.tryParse("/x")).isEmpty();
        assertThat(ResourceType.tryParse("A/b/")).isEmpty();
        assertThat(ResourceType.tryParse("A//b")).isEmpty();
    }
}
