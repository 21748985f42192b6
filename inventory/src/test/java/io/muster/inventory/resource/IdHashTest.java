package io.muster.inventory.resource;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.json.JsonBytes;
import io.muster.core.json.JsonException;
import io.muster.core.json.JsonLimits;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class IdHashTest {
    private static final String MACHINES =
            "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/";

    @Test
    void idsThatDifferInCaseAloneHashAlike() {
        assertThat(IdHash.of(MACHINES.toUpperCase(Locale.ROOT) + "WEB"))
                .isEqualTo(IdHash.of(MACHINES + "web"));
        assertThat(IdHash.of(MACHINES + "Ärger")).isEqualTo(IdHash.of(MACHINES + "ärger"));
        // The sign for kelvin is a capital of k.
        assertThat(IdHash.of(MACHINES + "\u212A")).isEqualTo(IdHash.of(MACHINES + "k"));
    }

    @Test
    void bitsThatUndidEachOtherNoLongerDo() {
        assertThat(IdHash.of(MACHINES + "000061web11-b1"))
                .isNotEqualTo(IdHash.of(MACHINES + "00006qweb13-bq"));
        // Any two bits of a name, so that no flip is taken back by another.
        var hashes = new HashSet<Long>();
        byte[] name = new byte[24];
        int ids = 0;
        for (int first = 0; first < name.length * 4; first++) {
            for (int second = first; second < name.length * 4; second++) {
                Arrays.fill(name, (byte) '0');
                name[first / 4] ^= (byte) (1 << first % 4);
                name[second / 4] ^= (byte) (second == first ? 0 : 1 << second % 4);
                hashes.add(IdHash.of(new String(name, StandardCharsets.US_ASCII)));
                ids++;
            }
        }
        assertThat(hashes).hasSize(ids);
    }

    @Test
    void halvesOfSurrogatePairsAreToldApart() throws JsonException {
        var hashes = new HashSet<Long>();
        for (String half : new String[] {"\\ud800", "\\ud801", "?", "\\ufffd"}) {
            byte[] text =
                    ("{\"id\":\"/a/" + half + "\",\"name\":\"a\",\"type\":\"b/c\"}")
                            .getBytes(StandardCharsets.US_ASCII);
            var in = new JsonBytes(JsonLimits.DEFAULT);
            in.reset(text, 0, text.length);
            var heading = new ResourceHeading();
            heading.read(in);
            assertThat(heading.idHash()).isEqualTo(IdHash.of(heading.id()));
            hashes.add(heading.idHash());
        }
        assertThat(hashes).hasSize(4);
    }
}
