package io.muster.simulator.arm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ActionPatternTest {
    @Test
    void wildcardStandsForAnyTextOfAnyCase() {
        assertThat(ActionPattern.matches("*/read", "Microsoft.Compute/virtualMachines/read"))
                .isTrue();
        assertThat(ActionPattern.matches("microsoft.compute/*", "Microsoft.Compute/disks/WRITE"))
                .isTrue();
        assertThat(ActionPattern.matches("Microsoft.Compute/*/read", "Microsoft.Compute/read"))
                .isFalse();
        assertThat(ActionPattern.matches("a.b", "axb")).isFalse();
    }

    @Test
    void twoPatternsMeetInWhatBothMatch() {
        assertThat(ActionPattern.both("*", "*/read")).containsExactly("*/read");
        assertThat(ActionPattern.both("Microsoft.Compute/*", "*/read"))
                .containsExactlyInAnyOrder("Microsoft.Compute/*/read", "Microsoft.Compute/read");
        assertThat(ActionPattern.both("Microsoft.Compute/*", "Microsoft.Network/*")).isEmpty();
    }

    @Test
    void patternOfMoreWildcardsThanAnyRoleHasMeetsNothing() {
        assertThat(ActionPattern.both("*a*b*c*d", "*d*c*b*a")).isEmpty();
        assertThat(ActionPattern.both("*a".repeat(400), "*b".repeat(400))).isEmpty();
    }

    @Test
    void longPatternsOfManyWildcardsMeetNothingRatherThanWorkForMinutes() {
        String x = "a".repeat(80);
        assertThat(ActionPattern.both("*" + x + "*" + x + "b*", "*c" + x + "*" + x + "*"))
                .isEmpty();
        assertThat(ActionPattern.both("*a*a/read", "Microsoft.*")).isNotEmpty();
        assertThat(ActionPattern.both("a".repeat(255) + "*", "*" + "a".repeat(255))).isNotEmpty();
    }

    @Test
    void meetingMatchesExactlyWhatBothMatch() {
        long seed = 20261121;
        var random = new SplittableRandom(seed);
        var texts = texts();
        for (int round = 0; round < 400; round++) {
            String one = pattern(random);
            String other = pattern(random);
            var both = ActionPattern.both(one, other);
            for (String text : texts) {
                assertThat(both.stream().anyMatch(p -> ActionPattern.matches(p, text)))
                        .as("seed %d: %s and %s meet in %s; '%s'", seed, one, other, both, text)
                        .isEqualTo(
                                ActionPattern.matches(one, text)
                                        && ActionPattern.matches(other, text));
            }
        }
    }

    /// Every text of up to six letters of two.
    private static List<String> texts() {
        var out = new ArrayList<>(List.of(""));
        int from = 0;
        for (int length = 1; length <= 6; length++) {
            int to = out.size();
            for (int i = from; i < to; i++) {
                out.add(out.get(i) + "a");
                out.add(out.get(i) + "b");
            }
            from = to;
        }
        return out;
    }

    private static String pattern(SplittableRandom random) {
        var out = new StringBuilder();
        int stars = 0;
        int length = random.nextInt(6);
        for (int i = 0; i < length; i++) {
            int draw = random.nextInt(3);
            if (draw == 2 && stars < 3) {
                stars++;
                out.append('*');
            } else {
                out.append(draw == 0 ? 'a' : 'b');
            }
        }
        return out.toString();
    }
}
