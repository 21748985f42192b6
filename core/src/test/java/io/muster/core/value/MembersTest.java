package io.muster.core.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// Bags of few and of many members behave as a linked hash map does.
class MembersTest {

    @Test
    void randomChangesLeaveWhatALinkedHashMapHas() {
        for (long seed = 1; seed <= 50; seed++) {
            var random = new SplittableRandom(seed);
            var model = new LinkedHashMap<String, Dynamic>();
            Dynamic bag = Dynamic.EMPTY_BAG;
            int names = random.nextInt(1, 60);
            for (int step = 0; step < 200; step++) {
                String name = "n" + random.nextInt(names);
                if (random.nextInt(3) == 0) {
                    model.remove(name);
                    bag = bag.without(name);
                } else {
                    model.put(name, Dynamic.of(step));
                    bag = bag.with(name, Dynamic.of(step));
                }
                check(bag, model, "seed " + seed + " step " + step);
            }
            check(new Dynamic.Bag(model), model, "seed " + seed);
        }
    }

    private static void check(Dynamic bag, Map<String, Dynamic> model, String at) {
        var members = bag.members();
        assertThat(members).as(at).isEqualTo(model).hasSameHashCodeAs(model);
        assertThat(model).as(at).isEqualTo(members);
        assertThat(members.keySet()).as(at).containsExactlyElementsOf(model.keySet());
        assertThat(members.values()).as(at).containsExactlyElementsOf(model.values());
        for (String name : model.keySet()) {
            assertThat(bag.get(name)).as(at).isEqualTo(model.get(name));
            assertThat(members.containsKey(name)).as(at).isTrue();
        }
        assertThat(bag.get("other")).as(at).isEqualTo(Dynamic.NULL);
        assertThat(members.get("other")).as(at).isNull();
    }

    @Test
    void aBagDoesNotSeeWhatItsMapBecomes() {
        for (int size : List.of(3, 100)) {
            var map = new LinkedHashMap<String, Dynamic>();
            for (int i = 0; i < size; i++) {
                map.put("n" + i, Dynamic.of(i));
            }
            var bag = new Dynamic.Bag(map);
            map.put("n0", Dynamic.NULL);
            assertThat(bag.get("n0")).isEqualTo(Dynamic.of(0));
            assertThatThrownBy(() -> bag.members().put("x", Dynamic.NULL))
                    .isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> bag.members().remove("n1"))
                    .isInstanceOf(UnsupportedOperationException.class);
            var names = new ArrayList<String>();
            bag.members().forEach((name, _) -> names.add(name));
            assertThat(names).containsExactlyElementsOf(map.keySet());
        }
    }
}
