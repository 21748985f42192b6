package io.muster.kql.syntax;

import io.muster.core.diagnostic.SourceSpan;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Trees compared by what they say, not by where it stands.
public final class Trees {
    private Trees() {}

    /// A tree as text without its places: equal texts, equal trees.
    public static String shape(Object node) throws ReflectiveOperationException {
        var out = new StringBuilder();
        append(node, out);
        return out.toString();
    }

    private static void append(Object node, StringBuilder out) throws ReflectiveOperationException {
        switch (node) {
            case null -> out.append("null");
            case List<?> list -> {
                out.append('[');
                for (var item : list) {
                    append(item, out);
                    out.append(' ');
                }
                out.append(']');
            }
            case Map<?, ?> map -> {
                var sorted = new TreeMap<String, Object>();
                map.forEach((key, value) -> sorted.put(String.valueOf(key), value));
                for (var entry : sorted.entrySet()) {
                    out.append(entry.getKey()).append('=');
                    append(entry.getValue(), out);
                    out.append(' ');
                }
            }
            case Record record -> {
                out.append(record.getClass().getSimpleName()).append('(');
                for (RecordComponent component : record.getClass().getRecordComponents()) {
                    if (component.getType() != SourceSpan.class) {
                        var accessor = component.getAccessor();
                        accessor.setAccessible(true);
                        append(accessor.invoke(record), out);
                        out.append(' ');
                    }
                }
                out.append(')');
            }
            default -> out.append(node.getClass().getSimpleName()).append(':').append(node);
        }
    }
}
