package io.muster.core.column;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Objects, a column for each member name.
///
/// @param objects the rows that hold an object, empty ones included
/// @param members in order of first sight; every column has as many rows as this one
public record ShreddedColumn(Bits objects, Map<String, Member> members) implements Column {

    /// @param values null where a row's object lacks the member or has it as JSON null
    /// @param jsonNulls the rows that have the member as JSON null; null when none has
    public record Member(Column values, @Nullable Bits jsonNulls) {
        boolean isMissing(int row) {
            return values.isNull(row) && (jsonNulls == null || !jsonNulls.get(row));
        }
    }

    public ShreddedColumn {
        members = Collections.unmodifiableMap(new LinkedHashMap<>(members));
        for (var member : members.values()) {
            if (member.values.size() != objects.size()) {
                throw new IllegalArgumentException(
                        member.values.size() + " rows of a member, " + objects.size());
            }
        }
    }

    @Override
    public KqlType type() {
        return KqlType.DYNAMIC;
    }

    @Override
    public int size() {
        return objects.size();
    }

    @Override
    public boolean isNull(int row) {
        return !objects.get(row);
    }

    @Override
    public Bits present() {
        return objects;
    }

    /// The object as it was read: a member that was JSON null is there as null, one that was missing is not.
    @Override
    public Dynamic dynamic(int row) {
        if (!objects.get(row)) {
            return Dynamic.NULL;
        }
        var out = new LinkedHashMap<String, Dynamic>();
        for (var member : members.entrySet()) {
            if (!member.getValue().isMissing(row)) {
                out.put(member.getKey(), member.getValue().values.dynamic(row));
            }
        }
        return new Dynamic.Bag(out);
    }

    @Override
    public Column at(String member) {
        var found = members.get(member);
        return found == null ? new NullColumn(size()) : found.values;
    }

    @Override
    public Column gather(int[] rows) {
        return new SelectedColumn(this, rows);
    }
}
