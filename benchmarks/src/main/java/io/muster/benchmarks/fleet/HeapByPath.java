package io.muster.benchmarks.fleet;

import io.muster.core.column.Column;
import io.muster.core.column.ListColumn;
import io.muster.core.column.MixedColumn;
import io.muster.core.column.ShreddedColumn;
import io.muster.core.column.SparseColumn;
import io.muster.core.json.JsonException;
import io.muster.inventory.snapshot.Snapshot;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Where a snapshot's bytes are: `HeapByPath FOLDER [LINES]` loads a fleet and lists what each JSON path holds, largest first, in bytes a
/// virtual machine; then the same by class of object. What is shared counts where it is met first.
///
/// Sizes are those of a 64-bit machine with compressed references; objects are found by their fields.
public final class HeapByPath {
    private final Set<Object> met = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Map<String, Long> byPath = new TreeMap<>();
    private final Map<String, Long> byClass = new TreeMap<>();

    private HeapByPath() {}

    public static void main(String[] args)
            throws IOException, JsonException, IllegalAccessException {
        int lines = args.length > 1 ? Integer.parseInt(args[1]) : 60;
        var snapshot = FleetFiles.in(Path.of(args[0])).load();
        int machines =
                snapshot.segmentsOf("microsoft.compute/virtualmachines").stream()
                        .mapToInt(segment -> segment.rows().liveSize())
                        .sum();
        var looked = new HeapByPath();
        looked.look(snapshot);
        print("by path", looked.byPath, lines, machines);
        print("by class", looked.byClass, lines, machines);
    }

    private void look(Snapshot snapshot) throws IllegalAccessException {
        for (var segment : snapshot.segments()) {
            column(segment.type(), segment.root());
            for (int i = 0; i < segment.rows().columns().size(); i++) {
                String name = segment.table().schema().fields().get(i).name();
                add(segment.type() + " column " + name, segment.rows().columns().get(i));
            }
            add(segment.type() + " rest of segment", segment);
        }
        add("rest of snapshot", snapshot);
    }

    private void column(String path, Column column) throws IllegalAccessException {
        switch (column) {
            case ShreddedColumn(var objects, var members) -> {
                for (var member : members.entrySet()) {
                    column(path + "." + member.getKey(), member.getValue().values());
                }
                add(path, objects);
            }
            case ListColumn list -> column(path + "[*]", list.values());
            case SparseColumn sparse -> column(path, sparse.values());
            case MixedColumn(_, var variants) -> {
                for (var variant : variants) {
                    column(path, variant);
                }
            }
            default -> {}
        }
        add(path, column);
    }

    private void add(String path, @Nullable Object object) throws IllegalAccessException {
        long bytes = sizeOf(object);
        if (bytes > 0) {
            byPath.merge(path, bytes, Long::sum);
        }
    }

    /// What an object and all it leads to hold, as far as not met before.
    private long sizeOf(@Nullable Object object) throws IllegalAccessException {
        if (object == null
                || object instanceof Class<?>
                || object instanceof Enum<?>
                || !met.add(object)) {
            return 0;
        }
        var type = object.getClass();
        if (type.isArray()) {
            return arraySize(object, type);
        }
        long own;
        long below = 0;
        switch (object) {
            case String text -> own = 24 + aligned(16L + text.length());
            case Map<?, ?> map -> {
                own = 64 + 48L * map.size();
                for (var entry : map.entrySet()) {
                    below += sizeOf(entry.getKey()) + sizeOf(entry.getValue());
                }
            }
            case Iterable<?> list -> {
                own = 32;
                for (var item : list) {
                    own += 4;
                    below += sizeOf(item);
                }
            }
            default -> {
                own = 12;
                for (Class<?> at = type;
                        at != null && at != Object.class;
                        at = at.getSuperclass()) {
                    for (var field : at.getDeclaredFields()) {
                        if (!Modifier.isStatic(field.getModifiers())) {
                            own += width(field.getType());
                            below += fieldSize(object, field);
                        }
                    }
                }
                own = aligned(own);
            }
        }
        byClass.merge(type.getSimpleName(), own, Long::sum);
        return own + below;
    }

    private long fieldSize(Object object, Field field) throws IllegalAccessException {
        boolean ours = field.getDeclaringClass().getName().startsWith("io.muster");
        if (!ours || field.getType().isPrimitive()) {
            return 0;
        }
        field.setAccessible(true);
        return sizeOf(field.get(object));
    }

    private long arraySize(Object array, Class<?> type) throws IllegalAccessException {
        int length = Array.getLength(array);
        long own = aligned(16 + length * width(type.getComponentType()));
        byClass.merge(type.getSimpleName(), own, Long::sum);
        long below = 0;
        if (array instanceof Object[] items) {
            for (var item : items) {
                below += sizeOf(item);
            }
        }
        return own + below;
    }

    private static long width(Class<?> type) {
        if (type == long.class || type == double.class) {
            return 8;
        }
        if (type == short.class || type == char.class) {
            return 2;
        }
        return type == byte.class || type == boolean.class ? 1 : 4;
    }

    private static long aligned(long bytes) {
        return bytes + 7 & -8;
    }

    private static void print(String title, Map<String, Long> sizes, int lines, int machines) {
        long total = sizes.values().stream().mapToLong(Long::longValue).sum();
        System.out.printf(
                Locale.ROOT, "%s: %.1f bytes a machine%n", title, (double) total / machines);
        sizes.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(lines)
                .forEach(entry ->
                        System.out.printf(
                                Locale.ROOT,
                                "%9.1f  %s%n",
                                (double) entry.getValue() / machines,
                                entry.getKey()));
    }
}
