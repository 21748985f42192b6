package io.muster.inventory.vm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VersionNumberTest {
    @Test
    void comparesPartByPartAsNumbers() {
        assertThat(
                        Stream.of("1.10.0", "1.9.0", "2.0.0", "1.9.12", "0.0.2147483647")
                                .map(v -> VersionNumber.parse(v).orElseThrow())
                                .sorted()
                                .map(VersionNumber::toString))
                .containsExactly("0.0.2147483647", "1.9.0", "1.9.12", "1.10.0", "2.0.0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.0",
                "1.0.0.0",
                "1.0.0-beta",
                "v1.0.0",
                "1..0",
                "",
                "1.0.-1",
                "1.0.2147483648",
                "latest",
                " 1.0.0",
                "1.0.٣"
            })
    void aGalleryNameIsThreeInt32Parts(String name) {
        assertThat(VersionNumber.parse(name)).isEmpty();
    }

    @Test
    void theGuestCountsMissingPartsAsZeroAndTakesUpToFive() {
        assertThat(VersionNumber.parseLenient("1.2")).isEqualTo(VersionNumber.parse("1.2.0"));
        assertThat(VersionNumber.parseLenient("1.2.3.4.5").orElseThrow())
                .isGreaterThan(VersionNumber.parse("1.2.3").orElseThrow());
        assertThat(VersionNumber.parseLenient("1.2.3.0")).isEqualTo(VersionNumber.parse("1.2.3"));
        assertThat(VersionNumber.parseLenient("1.2.3.4.5.6")).isEmpty();
    }
}
