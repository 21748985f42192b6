package io.muster.kql;

import io.muster.core.column.Catalog;
import io.muster.core.column.Column;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.Table;
import io.muster.core.column.TableSource;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.vector.ColumnBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Small tables of resources for tests.
final class Tables {
    private static final List<String> TEXTS =
            List.of(
                    "id",
                    "name",
                    "type",
                    "tenantId",
                    "kind",
                    "location",
                    "resourceGroup",
                    "subscriptionId",
                    "managedBy",
                    "apiVersion");
    private static final List<String> DYNAMICS =
            List.of("sku", "plan", "properties", "tags", "identity", "zones", "extendedLocation");

    private Tables() {}

    /// A table with the columns that every Resource Graph table has, one row a JSON document, in segments of two rows.
    static Table resources(String name, String... documents) {
        var fields = new ArrayList<Field>();
        TEXTS.forEach(n -> fields.add(new Field(n, KqlType.STRING)));
        DYNAMICS.forEach(n -> fields.add(new Field(n, KqlType.DYNAMIC)));
        var schema = new Schema(fields);
        var segments = new ArrayList<Segment>();
        for (int from = 0; from < documents.length; from += 2) {
            var rows = List.of(documents).subList(from, Math.min(documents.length, from + 2));
            var columns = new ArrayList<Column>();
            for (var field : fields) {
                var builder = new ColumnBuilder(field.type(), rows.size());
                for (var row : rows) {
                    builder.add(parse(row).get(field.name()));
                }
                columns.add(builder.build());
            }
            segments.add(new Segment(rows.size(), columns));
        }
        return new Table(name, schema, segments);
    }

    static Dynamic parse(String json) {
        try {
            return Json.parse(json);
        } catch (JsonException bad) {
            throw new IllegalArgumentException(bad);
        }
    }

    /// Any table of Resource Graph's, without rows.
    static Catalog emptyResourceGraph() {
        return new Catalog() {
            @Override
            public Optional<TableSource> table(String name) {
                String lower = name.toLowerCase(Locale.ROOT);
                return lower.matches("[a-z]*resources|resourcecontainers|[a-z]*changes")
                        ? Optional.of(resources(lower))
                        : Optional.empty();
            }

            @Override
            public List<TableSource> tables() {
                return List.of();
            }
        };
    }

    static Catalog catalog(TableSource... tables) {
        return Catalog.of(List.of(tables));
    }
}
