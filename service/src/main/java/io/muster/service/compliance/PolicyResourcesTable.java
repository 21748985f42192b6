package io.muster.service.compliance;

import io.muster.core.column.Column;
import io.muster.core.column.DynamicColumn;
import io.muster.core.column.NullColumn;
import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.StringColumn;
import io.muster.core.column.TableSource;
import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.resource.Scope;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.policy.incremental.VerdictHistory;
import io.muster.remediation.ledger.ItemView;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.service.query.VirtualTable;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;

/// `policyresources`: the latest verdicts as resources of `Microsoft.PolicyInsights/policyStates`, the policy objects, and the remediations with their
/// deployments, as Resource Graph has them. Computed when read; a query for one `type` computes that one only.
@Singleton
final class PolicyResourcesTable implements VirtualTable {
    private static final String STATES = "microsoft.policyinsights/policystates";
    private static final int SEGMENT = 65_536;

    private static final String REMEDIATIONS = "microsoft.policyinsights/remediations";
    private static final String DEPLOYMENTS = "microsoft.policyinsights/remediations/deployments";

    private final PolicyStates compliance;
    private final PastCompliance past;
    private final RemediationLedger ledger;

    PolicyResourcesTable(PolicyStates compliance, PastCompliance past, RemediationLedger ledger) {
        this.compliance = compliance;
        this.past = past;
        this.ledger = ledger;
    }

    @Override
    public TableSource over(Snapshot snapshot) {
        return table(snapshot, compliance, Instant.MAX);
    }

    /// Remediations are kept as they are now: those of later are left out.
    @Override
    public TableSource asOf(Instant at, Snapshot snapshot) {
        return table(snapshot, past.asOf(compliance, at, snapshot), at);
    }

    private TableSource table(Snapshot snapshot, PolicyStates states, Instant until) {
        var collected = snapshot.table("policyresources").orElseThrow();
        return new TableSource() {
            @Override
            public String name() {
                return "policyresources";
            }

            @Override
            public Schema schema() {
                return collected.schema();
            }

            @Override
            public List<Segment> scan(ScanRequest request) {
                return rows(request, collected.schema(), states, until);
            }
        };
    }

    private List<Segment> rows(
            ScanRequest request, Schema schema, PolicyStates states, Instant until) {
        var segments = new ArrayList<Segment>();
        var batch = new ArrayList<Dynamic>();
        Consumer<Dynamic> sink =
                row -> {
                    batch.add(row);
                    if (batch.size() == SEGMENT) {
                        segments.add(segment(batch, schema, request));
                        batch.clear();
                    }
                };
        for (var kind : FleetCompliance.Kind.values()) {
            var objects = wants(request, typeOf(kind)) ? states.all(kind) : List.<Dynamic>of();
            objects.forEach(object -> sink.accept(row(object, typeOf(kind))));
        }
        if (wants(request, STATES)) {
            PolicyStateRecords.write(
                    states.current(),
                    Scope.TENANT,
                    _ -> true,
                    narrowed(request),
                    turns(states),
                    record -> sink.accept(stateRow(record)));
        }
        remediations(ledger, request, until, sink);
        if (!batch.isEmpty()) {
            segments.add(segment(batch, schema, request));
        }
        return segments;
    }

    private static VerdictHistory.LastTurns turns(PolicyStates states) {
        try {
            return states.lastTurns();
        } catch (IOException unreadable) {
            throw new UncheckedIOException("the history of verdicts cannot be read", unreadable);
        }
    }

    /// Remediation tasks, and each of their resources as one deployment below its task.
    private static void remediations(
            RemediationLedger ledger, ScanRequest request, Instant until, Consumer<Dynamic> sink) {
        boolean tasks = wants(request, REMEDIATIONS);
        boolean deployments = wants(request, DEPLOYMENTS);
        if (!tasks && !deployments) {
            return;
        }
        for (var task : ledger.tasks()) {
            if (task.createdOn().isAfter(until)) {
                continue;
            }
            if (tasks) {
                sink.accept(row(task.toDynamic(), REMEDIATIONS));
            }
            if (deployments) {
                int number = 0;
                for (var item : ItemView.of(ledger.whole(task))) {
                    String name = Integer.toString(++number);
                    sink.accept(
                            row(
                                            Dynamic.bag()
                                                    .put(
                                                            "id",
                                                            task.id().text()
                                                                    + "/deployments/"
                                                                    + name)
                                                    .put("name", name)
                                                    .put("location", item.location())
                                                    .put("properties", item.toDynamic())
                                                    .build(),
                                            DEPLOYMENTS)
                                    .with(
                                            "subscriptionId",
                                            Dynamic.of(item.resource().subscriptionId().orElse("")))
                                    .with(
                                            "resourceGroup",
                                            Dynamic.of(
                                                    item.resource()
                                                            .resourceGroup()
                                                            .orElse("")
                                                            .toLowerCase(Locale.ROOT))));
                }
            }
        }
    }

    private static String typeOf(FleetCompliance.Kind kind) {
        return kind == FleetCompliance.Kind.ATTESTATION
                ? "microsoft.policyinsights/attestations"
                : "microsoft.authorization/" + kind.stored();
    }

    private static boolean wants(ScanRequest request, String type) {
        return request.allowed("type").map(allowed -> allowed.test(type)).orElse(true);
    }

    /// Most queries are for one state, policy, resource or subscription of millions of records.
    private static PolicyStateRecords.Narrowed narrowed(ScanRequest request) {
        return new PolicyStateRecords.Narrowed(
                policy ->
                        policy.members().entrySet().stream()
                                .allMatch(member ->
                                        !(member.getValue() instanceof Dynamic.Text(var text))
                                                || allows(
                                                        request,
                                                        "properties." + member.getKey(),
                                                        text)),
                state -> allows(request, "properties.complianceState", state.wireName()),
                id -> {
                    if (!allows(request, "properties.resourceId", id)) {
                        return false;
                    }
                    var parsed = ResourceId.parse(id);
                    String subscription = parsed.subscriptionId().orElse("");
                    String group = parsed.resourceGroup().orElse("");
                    return allows(request, "subscriptionId", subscription)
                            && allows(request, "properties.subscriptionId", subscription)
                            && allows(request, "resourceGroup", group)
                            && allows(request, "properties.resourceGroup", group)
                            && allows(request, "properties.resourceType", parsed.type().toString());
                });
    }

    /// Case is left to the query.
    private static boolean allows(ScanRequest request, String column, String text) {
        return request.allowed(column)
                .map(in -> in.values().stream().anyMatch(text::equalsIgnoreCase))
                .orElse(true);
    }

    private static Dynamic row(Dynamic object, String type) {
        var id = ResourceId.tryParse(object.get("id").textOr(""));
        return object.with("type", Dynamic.of(type))
                .with(
                        "subscriptionId",
                        Dynamic.of(id.flatMap(ResourceId::subscriptionId).orElse("")))
                .with(
                        "resourceGroup",
                        Dynamic.of(
                                id.flatMap(ResourceId::resourceGroup)
                                        .orElse("")
                                        .toLowerCase(Locale.ROOT)));
    }

    /// As Resource Graph shows a state: below the resource, the record as its properties.
    private static Dynamic stateRow(Dynamic record) {
        String resource = record.get("resourceId").textOr("");
        String name =
                Integer.toHexString(
                        (record.get("policyAssignmentId").textOr("")
                                        + '|'
                                        + record.get("policyDefinitionReferenceId").textOr(""))
                                .toLowerCase(Locale.ROOT)
                                .hashCode());
        return Dynamic.bag()
                .put("id", resource + "/providers/microsoft.policyinsights/policystates/" + name)
                .put("name", name)
                .put("type", STATES)
                .put("location", record.get("resourceLocation"))
                .put("subscriptionId", record.get("subscriptionId"))
                .put("resourceGroup", record.get("resourceGroup"))
                .put("properties", record)
                .build();
    }

    private static Segment segment(List<Dynamic> rows, Schema schema, ScanRequest request) {
        var columns = new ArrayList<Column>();
        for (var field : schema.fields()) {
            if (!request.wants(field.name())) {
                columns.add(new NullColumn(rows.size()));
                continue;
            }
            columns.add(
                    switch (field.type()) {
                        case STRING -> texts(rows, row -> row.get(field.name()));
                        case DYNAMIC ->
                                new DynamicColumn(
                                        rows.stream()
                                                .map(row -> row.get(field.name()))
                                                .toArray(Dynamic[]::new));
                        case BOOL, INT, LONG, REAL, DECIMAL, DATETIME, TIMESPAN, GUID ->
                                new NullColumn(rows.size());
                    });
        }
        return new Segment(rows.size(), columns);
    }

    private static StringColumn texts(List<Dynamic> rows, Function<Dynamic, Dynamic> cell) {
        var values = new String[rows.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = cell.apply(rows.get(i)).textOr("");
        }
        return StringColumn.of(values);
    }
}
