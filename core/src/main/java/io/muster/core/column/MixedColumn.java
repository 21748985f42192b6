package io.muster.core.column;

import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import java.util.ArrayList;
import java.util.List;

/// Values of several kinds under one path: each row is non-null in at most one of the variants.
public record MixedColumn(int size, List<Column> variants) implements Column {
    public MixedColumn {
        variants = List.copyOf(variants);
        for (var variant : variants) {
            if (variant.size() != size) {
                throw new IllegalArgumentException(variant.size() + " rows of a variant, " + size);
            }
        }
    }

    @Override
    public KqlType type() {
        return KqlType.DYNAMIC;
    }

    @Override
    public boolean isNull(int row) {
        for (var variant : variants) {
            if (!variant.isNull(row)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public Dynamic dynamic(int row) {
        for (var variant : variants) {
            if (!variant.isNull(row)) {
                return variant.dynamic(row);
            }
        }
        return Dynamic.NULL;
    }

    @Override
    public Column at(String member) {
        return merge(variants.stream().map(v -> v.at(member)).toList());
    }

    @Override
    public Column at(int index) {
        return merge(variants.stream().map(v -> v.at(index)).toList());
    }

    private Column merge(List<Column> parts) {
        var found = parts.stream().filter(p -> !(p instanceof NullColumn)).toList();
        return switch (found.size()) {
            case 0 -> new NullColumn(size);
            case 1 -> found.getFirst();
            default -> new MixedColumn(size, found);
        };
    }

    /// Only one variant can hold arrays, for a builder makes one list variant a path; a merged path may hold more, then rows are collected one by one.
    @Override
    public Elements elements() {
        var lists = new ArrayList<Elements>();
        for (var variant : variants) {
            var elements = variant.elements();
            if (!elements.arrays().isEmpty()) {
                lists.add(elements);
            }
        }
        if (lists.isEmpty()) {
            return Elements.none(size);
        }
        if (lists.size() == 1) {
            return lists.getFirst();
        }
        var arrays = new Bits.Builder(size);
        int[] offsets = new int[size + 1];
        var values = new ArrayList<Dynamic>();
        for (int row = 0; row < size; row++) {
            for (var list : lists) {
                if (list.arrays().get(row)) {
                    arrays.set(row);
                    for (int e = list.offsets()[row]; e < list.offsets()[row + 1]; e++) {
                        values.add(list.values().dynamic(e));
                    }
                }
            }
            offsets[row + 1] = values.size();
        }
        return new Elements(
                arrays.build(size), offsets, new DynamicColumn(values.toArray(Dynamic[]::new)));
    }

    @Override
    public Column gather(int[] rows) {
        return new MixedColumn(rows.length, variants.stream().map(v -> v.gather(rows)).toList());
    }
}
