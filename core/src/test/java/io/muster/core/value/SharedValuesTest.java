package io.muster.core.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SharedValuesTest {
    private final SharedValues values = new SharedValues();

    private Dynamic share(Dynamic value) {
        return values.share(value, Dynamic.NULL);
    }

    private static Dynamic machine(String name) {
        return Dynamic.bag()
                .put("name", name)
                .put("sku", Dynamic.bag().put("name", "Standard_D2s_v5").put("tier", 1).build())
                .put("zones", Dynamic.array(Dynamic.of("1"), Dynamic.of("2")))
                .build();
    }

    @Test
    void equalPartsOfTwoValuesAreOneInstance() {
        var first = share(machine("vm1"));
        var second = share(machine("vm2"));
        assertThat(second).isEqualTo(machine("vm2"));
        assertThat(second.get("sku")).isSameAs(first.get("sku"));
        assertThat(second.get("zones")).isSameAs(first.get("zones"));
        assertThat(share(machine("vm1"))).isSameAs(first);
    }

    @Test
    void membersInAnotherOrderStayInIt() {
        var oneWay = Dynamic.bag().put("a", 1).put("b", 2).build();
        var other = Dynamic.bag().put("b", 2).put("a", 1).build();
        assertThat(oneWay).isEqualTo(other);
        share(oneWay);
        assertThat(share(other).members().keySet()).containsExactly("b", "a");
    }

    @Test
    void numbersOfOtherTypesStayOthers() {
        share(Dynamic.of(1));
        assertThat(share(Dynamic.of(1.0))).isEqualTo(new Dynamic.Real(1.0));
        share(Dynamic.of(0.0));
        assertThat(share(Dynamic.of(-0.0))).isEqualTo(new Dynamic.Real(-0.0));
    }

    @Test
    void whatIsTheSameAsBeforeIsLeftAsItIs() {
        var before = share(machine("vm1"));
        var after = values.share(before.with("name", Dynamic.of("vm2")), before);
        assertThat(after).isEqualTo(machine("vm2"));
        assertThat(after.get("sku")).isSameAs(before.get("sku"));
        assertThat(values.share(before, before)).isSameAs(before);
    }

    @Test
    void longTextsAndManyItemsAreLeftAlone() {
        var text = Dynamic.of("x".repeat(5_000));
        share(text);
        var again = Dynamic.of("x".repeat(5_000));
        assertThat(share(again)).isSameAs(again);
        var many = Dynamic.bag();
        for (int i = 0; i < 100; i++) {
            many.put("m" + i, i);
        }
        var bag = many.build();
        assertThat(share(bag)).isSameAs(bag);
    }

    @Test
    void randomValuesStayWhatTheyAre() {
        var random = new Random(7);
        Dynamic before = Dynamic.NULL;
        for (int i = 0; i < 20_000; i++) {
            var value = random(random, 5);
            var shared = values.share(value, before);
            // As printed: order counts.
            assertThat(shared.toString()).as("value %d of seed 7", i).isEqualTo(value.toString());
            before = shared;
        }
    }

    private static Dynamic random(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 5 : 8)) {
            case 0 -> Dynamic.NULL;
            case 1 -> Dynamic.of(random.nextBoolean());
            case 2 -> Dynamic.of(random.nextInt(5));
            case 3 -> Dynamic.of((double) random.nextInt(3));
            case 4 -> Dynamic.of("t" + random.nextInt(9));
            case 5 ->
                    Dynamic.array(
                            random.ints(random.nextInt(4))
                                    .mapToObj(_ -> random(random, depth - 1))
                                    .toList());
            default -> {
                var bag = Dynamic.bag();
                for (int i = random.nextInt(4); i > 0; i--) {
                    bag.put("m" + random.nextInt(5), random(random, depth - 1));
                }
                yield bag.build();
            }
        };
    }
}
