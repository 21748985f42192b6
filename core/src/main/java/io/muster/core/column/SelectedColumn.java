package io.muster.core.column;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.LinkedHashMap;

/// Rows picked from a nested column, not copied until a path below is asked for: a filter on a table of objects moves no objects.
///
/// @param base a [ShreddedColumn] or [ListColumn]
/// @param rows rows of `base`, -1 for null; not to be written
public record SelectedColumn(Column base, int[] rows) implements Column {

    @Override
    public KqlType type() {
        return base.type();
    }

    @Override
    public int size() {
        return rows.length;
    }

    @Override
    public boolean isNull(int row) {
        return rows[row] < 0 || base.isNull(rows[row]);
    }

    @Override
    public Bits present() {
        return base.present().gather(rows);
    }

    @Override
    public Dynamic dynamic(int row) {
        return rows[row] < 0 ? Dynamic.NULL : base.dynamic(rows[row]);
    }

    @Override
    public Column at(String member) {
        return base.at(member).gather(rows);
    }

    @Override
    public Column at(int index) {
        return base.at(index).gather(rows);
    }

    @Override
    public Elements elements() {
        return base.elements().gather(rows);
    }

    @Override
    public Column gather(int[] wanted) {
        int[] composed = new int[wanted.length];
        for (int i = 0; i < wanted.length; i++) {
            composed[i] = wanted[i] < 0 ? -1 : rows[wanted[i]];
        }
        return new SelectedColumn(base, composed);
    }

    @Override
    public Column dense() {
        return switch (base) {
            case ListColumn list -> {
                var elements = list.elements().gather(rows);
                yield new ListColumn(elements.arrays(), elements.offsets(), elements.values());
            }
            case ShreddedColumn shredded -> {
                var members = new LinkedHashMap<String, ShreddedColumn.Member>();
                for (var member : shredded.members().entrySet()) {
                    var nulls = member.getValue().jsonNulls();
                    var picked = new Bits.Builder(rows.length);
                    for (int i = 0; nulls != null && i < rows.length; i++) {
                        if (rows[i] >= 0 && nulls.get(rows[i])) {
                            picked.set(i);
                        }
                    }
                    members.put(
                            member.getKey(),
                            new ShreddedColumn.Member(
                                    member.getValue().values().gather(rows),
                                    nulls == null ? null : picked.build(rows.length)));
                }
                yield new ShreddedColumn(present(), members);
            }
            default -> base.gather(rows);
        };
    }
}
