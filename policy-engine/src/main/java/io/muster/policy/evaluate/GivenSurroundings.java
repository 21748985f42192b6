package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Surroundings of exactly these resources, as a test case gives them: that they are related is taken for granted, so type and name alone decide. There is no group and no
/// subscription around. Immutable.
public record GivenSurroundings(List<Dynamic> related) implements Surroundings {
    public GivenSurroundings {
        related = List.copyOf(related);
    }

    @Override
    public Dynamic resourceGroup(Dynamic resource) {
        return Dynamic.NULL;
    }

    @Override
    public Dynamic subscription(Dynamic resource) {
        return Dynamic.NULL;
    }

    @Override
    public List<Dynamic> find(Search search) {
        return related.stream()
                .filter(r -> r.getIgnoreCase("type").textOr("").equalsIgnoreCase(search.type()))
                .filter(r -> isNamed(r.getIgnoreCase("name").textOr(""), search.name()))
                .toList();
    }

    private static boolean isNamed(String own, @Nullable String wanted) {
        return wanted == null
                || wanted.endsWith("/?")
                || own.equalsIgnoreCase(wanted)
                || own.equalsIgnoreCase(wanted.substring(wanted.lastIndexOf('/') + 1));
    }
}
