package io.muster.kql.exec;

import io.muster.kql.vector.MemoryMeter;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The first values of the keys that `parse-kv` is asked for, in the text at hand; with it goes the look at whether the run must stop.
final class KvFound {
    private final Set<String> keys;
    private final Map<String, String> values = new HashMap<>();
    private final MemoryMeter.Pace pace = new MemoryMeter.Pace();

    KvFound(Set<String> keys) {
        this.keys = keys;
    }

    void clear() {
        pace.did(256);
        values.clear();
    }

    boolean wants(String key) {
        return keys.contains(key) && !values.containsKey(key);
    }

    void add(String key, String value) {
        if (wants(key)) {
            values.put(key, value);
        }
    }

    @Nullable String get(String key) {
        return values.get(key);
    }

    void did(long work) {
        pace.did(work);
    }
}
