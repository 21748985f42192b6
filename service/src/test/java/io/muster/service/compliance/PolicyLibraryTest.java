package io.muster.service.compliance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PolicyLibraryTest {

    @Test
    void every_object_is_a_resource_with_its_properties_below() throws Exception {
        assertThat(PolicyLibrary.read())
                .isNotEmpty()
                .allSatisfy(item -> {
                    assertThat(item.document().get("id").textOr("")).startsWith("/");
                    assertThat(item.document().path("properties", "displayName").textOr(""))
                            .isNotEmpty();
                });
    }
}
