package io.muster.core.column;

import io.muster.core.value.Dynamic;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SplittableRandom;

/// Random JSON values that share member names often enough to fill columns.
final class RandomJson {
    private static final List<String> NAMES =
            List.of(
                    "id",
                    "name",
                    "tags",
                    "properties",
                    "a",
                    "b",
                    "c",
                    "wide",
                    "ünï",
                    "",
                    "a.b",
                    "with space");
    private static final List<String> TEXTS =
            List.of(
                    "",
                    "x",
                    "eastus",
                    "Größe",
                    "日本",
                    "😀",
                    "\ud800lone",
                    "null",
                    "/subscriptions/1/x",
                    "7f1c2c0e-5a7e-4f4b-9d9b-0a6a3f1f2b11",
                    "2026-01-01T00:00:00Z",
                    "\u0000\u001f\"\\");
    private final SplittableRandom random;

    RandomJson(long seed) {
        random = new SplittableRandom(seed);
    }

    Dynamic value(int depth) {
        return switch (random.nextInt(depth > 0 ? 14 : 9)) {
            case 0 -> Dynamic.NULL;
            case 1 -> Dynamic.of(random.nextBoolean());
            case 2 -> Dynamic.of((long) random.nextInt(5));
            case 3 -> Dynamic.of(random.nextLong());
            case 4 -> Dynamic.of(random.nextDouble());
            case 5 ->
                    new Dynamic.Decimal(new BigDecimal("1234567890123456789012345.67890123456789"));
            case 6, 7 -> Dynamic.of(TEXTS.get(random.nextInt(TEXTS.size())));
            case 8 -> Dynamic.of("unique-" + random.nextLong());
            case 9, 10 -> {
                var items = new ArrayList<Dynamic>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    items.add(value(depth - 1));
                }
                yield new Dynamic.Array(items);
            }
            default -> {
                var members = new LinkedHashMap<String, Dynamic>();
                for (int i = random.nextInt(6); i > 0; i--) {
                    members.put(NAMES.get(random.nextInt(NAMES.size())), value(depth - 1));
                }
                yield new Dynamic.Bag(members);
            }
        };
    }
}
