package io.muster.simulator.arm;

import io.muster.core.column.Catalog;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.StringColumn;
import io.muster.core.column.Table;
import io.muster.core.column.TableSource;
import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// `POST /providers/Microsoft.ResourceGraph/resources` over the estate: what the collector reads pages from.
final class ResourceGraph {
    private static final int MAX_PAGE = 1000;

    private final Cloud cloud;
    private final GraphQueries queries;

    ResourceGraph(Cloud cloud, GraphQueries queries) {
        this.cloud = cloud;
        this.queries = queries;
    }

    /// The resource as Azure indexes it: the instance view is no part of it but for the power state.
    static Dynamic indexed(Dynamic resource) {
        var view = resource.path("properties", "instanceView");
        if (view.isNull()) {
            return resource;
        }
        var properties = resource.get("properties").without("instanceView");
        Dynamic power = Dynamic.NULL;
        for (var status : view.get("statuses").items()) {
            if (status.get("code").textOr("").startsWith("PowerState/")) {
                power = status;
            }
        }
        var extended =
                Dynamic.bag()
                        .put(
                                "instanceView",
                                Dynamic.bag()
                                        .put("computerName", view.get("computerName"))
                                        .put("osName", view.get("osName"))
                                        .put("osVersion", view.get("osVersion"))
                                        .put("powerState", power)
                                        .build())
                        .build();
        return resource.with("properties", properties.with("extended", extended));
    }

    /// The state to query. Takes the simulator's lock; the query itself does not need it.
    Snapshot snapshot() {
        return cloud.estate().snapshot(cloud.now(), ResourceGraph::indexed);
    }

    ArmResponse query(
            ArmRequest request,
            Snapshot snapshot,
            Optional<Predicate<ResourceId>> readable,
            int shift) {
        var body = Cloud.body(request);
        String query = body.get("query").textOr("");
        if (query.isBlank()) {
            throw invalidQuery(
                    List.of(
                            Dynamic.bag()
                                    .put("code", "EmptyQuery")
                                    .put("message", "Query cannot be empty.")
                                    .build()));
        }
        var options = body.get("options");
        int top = Math.clamp(options.get("$top").longOr(100), 1, MAX_PAGE);
        int skip = (int) Math.max(0, options.get("$skip").longOr(0));
        var token = options.get("$skipToken").asText().filter(t -> !t.isEmpty());
        // A `$skip` beside a token overrides the token's offset.
        if (token.isPresent() && options.get("$skip").isNull()) {
            skip = offset(token.get());
        }
        var wanted = subscriptions(body, snapshot);
        Table answer;
        try {
            answer = queries.run(permitted(scoped(snapshot, wanted), readable), query);
        } catch (DiagnosticException faults) {
            throw invalidQuery(faults.diagnostics().stream().map(ResourceGraph::detail).toList());
        }
        return page(
                answer,
                Math.max(0, skip + shift),
                top,
                options.get("resultFormat").textOr("objectArray").equalsIgnoreCase("table"));
    }

    private static Dynamic detail(Diagnostic fault) {
        return Dynamic.bag()
                .put("code", "ParserFailure")
                .put("message", fault.message())
                .put("line", fault.line())
                .put("characterPositionInLine", fault.column() - 1)
                .build();
    }

    private static ArmFault invalidQuery(List<Dynamic> details) {
        var all = new ArrayList<Dynamic>();
        all.add(
                Dynamic.bag()
                        .put("code", "InvalidQuery")
                        .put(
                                "message",
                                "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.")
                        .build());
        all.addAll(details);
        return new ArmFault(
                400,
                Dynamic.bag()
                        .put("code", "BadRequest")
                        .put("message", "Please provide below info when asking for support.")
                        .put("details", Dynamic.array(all))
                        .build());
    }

    private static int offset(String token) {
        try {
            return Integer.parseInt(
                    new String(Base64.getDecoder().decode(token), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException notOurs) {
            throw ArmFault.badRequest("BadRequest", "The skip token is invalid.");
        }
    }

    /// The subscriptions asked for in lower case; empty for the whole tenant.
    private static Optional<Set<String>> subscriptions(Dynamic body, Snapshot snapshot) {
        var named = new HashSet<String>();
        body.get("subscriptions")
                .items()
                .forEach(s -> named.add(s.textOr("").toLowerCase(Locale.ROOT)));
        var groups = new HashSet<String>();
        body.get("managementGroups")
                .items()
                .forEach(g -> groups.add(g.textOr("").toLowerCase(Locale.ROOT)));
        if (!groups.isEmpty()) {
            for (var segment : snapshot.segmentsOf("microsoft.resources/subscriptions")) {
                for (int row = 0; row < segment.size(); row++) {
                    var subscription = segment.resource(row);
                    for (var ancestor :
                            subscription
                                    .path("properties", "managementGroupAncestorsChain")
                                    .items()) {
                        if (groups.contains(
                                ancestor.get("name").textOr("").toLowerCase(Locale.ROOT))) {
                            named.add(
                                    subscription
                                            .get("subscriptionId")
                                            .textOr("")
                                            .toLowerCase(Locale.ROOT));
                        }
                    }
                }
            }
            return Optional.of(named);
        }
        return named.isEmpty() ? Optional.empty() : Optional.of(named);
    }

    private static Catalog scoped(Snapshot snapshot, Optional<Set<String>> subscriptions) {
        if (subscriptions.isEmpty()) {
            return snapshot;
        }
        var wanted = subscriptions.get();
        // What belongs to no subscription (management groups) is the tenant's.
        return restricted(
                snapshot,
                "subscriptionId",
                id -> id.isEmpty() || wanted.contains(id.toLowerCase(Locale.ROOT)));
    }

    /// Rows that a caller has no right to read are not there for it, nor counted.
    private static Catalog permitted(Catalog catalog, Optional<Predicate<ResourceId>> readable) {
        return readable.isEmpty()
                ? catalog
                : restricted(
                        catalog,
                        "id",
                        id -> ResourceId.tryParse(id).filter(readable.get()).isPresent());
    }

    private static Catalog restricted(Catalog catalog, String column, Predicate<String> kept) {
        return new Catalog() {
            @Override
            public Optional<TableSource> table(String name) {
                return catalog.table(name).map(t -> restricted(t, column, kept));
            }

            @Override
            public List<TableSource> tables() {
                return catalog.tables().stream().map(t -> restricted(t, column, kept)).toList();
            }
        };
    }

    private static TableSource restricted(
            TableSource table, String columnName, Predicate<String> kept) {
        int column = table.schema().indexOf(columnName);
        var segments = new ArrayList<Segment>();
        for (var segment : table.scan()) {
            if (!(segment.column(column) instanceof StringColumn ids)) {
                throw new IllegalStateException(columnName + " is no text in " + table.name());
            }
            boolean[] outside = new boolean[ids.dictionary().size()];
            for (int code = 0; code < outside.length; code++) {
                outside[code] = !kept.test(ids.dictionary().get(code));
            }
            segments.add(segment.without(ids.codes().select(outside)));
        }
        return new Table(table.name(), table.schema(), segments);
    }

    private static ArmResponse page(Table answer, int skip, int top, boolean asTable) {
        long total = answer.rowCount();
        var rows = new ArrayList<Dynamic>();
        long passed = 0;
        for (var segment : answer.segments()) {
            for (int row = 0; row < segment.size() && rows.size() < top; row++) {
                if (segment.isLive(row) && passed++ >= skip) {
                    rows.add(
                            asTable
                                    ? tableRow(segment, row)
                                    : objectRow(answer.schema(), segment, row));
                }
            }
        }
        boolean more = skip + rows.size() < total;
        boolean pageable = more && answer.schema().indexOf("id") >= 0;
        var json =
                Dynamic.bag()
                        .put("totalRecords", total)
                        .put("count", rows.size())
                        .put("data", asTable ? table(answer.schema(), rows) : Dynamic.array(rows))
                        .put("facets", Dynamic.EMPTY_ARRAY)
                        .put("resultTruncated", more && !pageable ? "true" : "false");
        if (pageable) {
            byte[] offset = Integer.toString(skip + rows.size()).getBytes(StandardCharsets.UTF_8);
            json.put("$skipToken", Base64.getEncoder().encodeToString(offset));
        }
        return ArmResponse.of(200, json.build())
                .with("x-ms-user-quota-remaining", "14")
                .with("x-ms-user-quota-resets-after", "00:00:05");
    }

    private static Dynamic cell(Schema schema, Segment segment, int column, int row) {
        var value = segment.column(column).dynamic(row);
        return value.isNull() && schema.type(column) == KqlType.STRING ? Dynamic.of("") : value;
    }

    private static Dynamic objectRow(Schema schema, Segment segment, int row) {
        var object = Dynamic.bag();
        for (int c = 0; c < schema.size(); c++) {
            object.put(schema.field(c).name(), cell(schema, segment, c, row));
        }
        return object.build();
    }

    private static Dynamic tableRow(Segment segment, int row) {
        return Dynamic.array(segment.columns().stream().map(c -> c.dynamic(row)).toList());
    }

    private static Dynamic table(Schema schema, List<Dynamic> rows) {
        var columns =
                schema.fields().stream()
                        .map(f ->
                                Dynamic.bag()
                                        .put("name", f.name())
                                        .put("type", wireType(f.type()))
                                        .build())
                        .toList();
        return Dynamic.bag()
                .put("columns", Dynamic.array(columns))
                .put("rows", Dynamic.array(rows))
                .build();
    }

    private static String wireType(KqlType type) {
        return switch (type) {
            case BOOL -> "boolean";
            case INT, LONG -> "integer";
            case REAL, DECIMAL -> "number";
            case DATETIME -> "datetime";
            case DYNAMIC -> "object";
            case STRING, GUID, TIMESPAN -> "string";
        };
    }
}
