package io.muster.service.remediation;

import io.muster.core.column.Bits;
import io.muster.core.column.Column;
import io.muster.core.column.DynamicColumn;
import io.muster.core.column.Field;
import io.muster.core.column.LongColumn;
import io.muster.core.column.NullColumn;
import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.StringColumn;
import io.muster.core.column.TableSource;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.core.value.Ticks;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.remediation.change.ResourceChange;
import io.muster.remediation.ledger.LedgerEntry;
import io.muster.remediation.ledger.LedgerEvent;
import io.muster.remediation.ledger.RemediationLedger;
import io.muster.remediation.task.RemediationTask;
import io.muster.remediation.task.TaskGoal;
import io.muster.service.query.VirtualTable;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// `changes`: every change that remediation sent, one row a step of a resource, from the ledger: what for, the values before and after, and how it ended.
/// Computed when read, as far as the query wants it: the log of a task that it does not ask for is not read.
@Singleton
final class ChangesTable implements VirtualTable {
    private static final int SEGMENT = 65_536;
    private static final Schema SCHEMA =
            new Schema(
                    List.of(
                            new Field("timestamp", KqlType.DATETIME),
                            new Field("resourceId", KqlType.STRING),
                            new Field("subscriptionId", KqlType.STRING),
                            new Field("resourceGroup", KqlType.STRING),
                            new Field("kind", KqlType.STRING),
                            new Field("intent", KqlType.STRING),
                            new Field("outcome", KqlType.STRING),
                            new Field("code", KqlType.STRING),
                            new Field("message", KqlType.STRING),
                            new Field("changes", KqlType.DYNAMIC),
                            new Field("remediationId", KqlType.STRING),
                            new Field("remediation", KqlType.STRING),
                            new Field("campaignId", KqlType.STRING),
                            new Field("correlationId", KqlType.STRING)));

    private static final Set<String> OF_TASK =
            Set.of("remediationId", "remediation", "campaignId", "correlationId");
    private static final Set<String> OF_ROW =
            Set.of(
                    "resourceId",
                    "subscriptionId",
                    "resourceGroup",
                    "kind",
                    "intent",
                    "outcome",
                    "code",
                    "message");

    private final RemediationLedger ledger;

    ChangesTable(RemediationLedger ledger) {
        this.ledger = ledger;
    }

    @Override
    public TableSource over(Snapshot snapshot) {
        return until(Instant.MAX);
    }

    @Override
    public TableSource asOf(Instant at, Snapshot snapshot) {
        return until(at);
    }

    private TableSource until(Instant at) {
        return new TableSource() {
            @Override
            public String name() {
                return "changes";
            }

            @Override
            public Schema schema() {
                return SCHEMA;
            }

            @Override
            public List<Segment> scan(ScanRequest request) {
                return rows(request, at);
            }
        };
    }

    /// One step, as far as the ledger has it.
    private record Row(
            RemediationTask task,
            LedgerEntry sent,
            LedgerEvent.Sending sending,
            String outcome,
            String code,
            String message) {

        Row answered(LedgerEvent.Answered how) {
            return new Row(task, sent, sending, how.outcome().name(), how.code(), how.message());
        }

        String text(String column) {
            return switch (column) {
                case "resourceId" -> sent.resource().text();
                case "subscriptionId" -> sent.resource().subscriptionId().orElse("");
                case "resourceGroup" ->
                        sent.resource().resourceGroup().orElse("").toLowerCase(Locale.ROOT);
                case "kind" -> sending.change().kind();
                case "intent" -> sending.intent();
                case "outcome" -> outcome;
                case "code" -> code;
                case "message" -> message;
                default -> ofTask(task, column);
            };
        }

        Dynamic changes() {
            return sending.change() instanceof ResourceChange.Patch patch
                    ? patch.toDynamic().get("changes")
                    : sending.change().toDynamic();
        }
    }

    private static String ofTask(RemediationTask task, String column) {
        return switch (column) {
            case "remediationId" -> task.id().text();
            case "remediation" -> task.name();
            case "campaignId" ->
                    task.goal() instanceof TaskGoal.Ring(_, var campaign, _, _)
                            ? campaign.text()
                            : "";
            case "correlationId" -> task.correlationId();
            default -> throw new IllegalStateException("no column " + column);
        };
    }

    /// Conditions on members of the `changes` are left to the query.
    private static boolean allows(ScanRequest request, Row row) {
        return request.equals().stream()
                .filter(in -> OF_ROW.contains(in.column()))
                .allMatch(in -> in.test(row.text(in.column())));
    }

    private List<Segment> rows(ScanRequest request, Instant until) {
        List<Row> rows = new ArrayList<>();
        for (var task : ledger.tasks()) {
            if (!request.equals().stream()
                    .filter(in -> OF_TASK.contains(in.column()))
                    .allMatch(in -> in.test(ofTask(task, in.column())))) {
                continue;
            }
            Map<String, Row> open = new HashMap<>();
            for (var entry : ledger.whole(task)) {
                if (entry.at().isAfter(until)) {
                    continue;
                }
                String key = entry.resource().key();
                switch (entry.event()) {
                    case LedgerEvent.Sending sending ->
                            open.put(key, new Row(task, entry, sending, "", "", ""));
                    case LedgerEvent.Answered answered -> {
                        var row = open.remove(key);
                        if (row != null) {
                            rows.add(row.answered(answered));
                        }
                    }
                    case LedgerEvent.Planned _, LedgerEvent.Accepted _, LedgerEvent.Closed _ -> {}
                }
            }
            rows.addAll(open.values());
        }
        rows.removeIf(row -> !allows(request, row));
        List<Segment> segments = new ArrayList<>();
        for (int from = 0; from < rows.size(); from += SEGMENT) {
            segments.add(
                    segment(rows.subList(from, Math.min(rows.size(), from + SEGMENT)), request));
        }
        return segments;
    }

    private static Segment segment(List<Row> rows, ScanRequest request) {
        List<Column> columns = new ArrayList<>();
        for (var field : SCHEMA.fields()) {
            if (!request.wants(field.name())) {
                columns.add(new NullColumn(rows.size()));
                continue;
            }
            columns.add(
                    switch (field.type()) {
                        case DATETIME -> times(rows);
                        case DYNAMIC ->
                                new DynamicColumn(
                                        rows.stream().map(Row::changes).toArray(Dynamic[]::new));
                        case STRING -> texts(rows, row -> row.text(field.name()));
                        case BOOL, INT, LONG, REAL, DECIMAL, TIMESPAN, GUID ->
                                throw new IllegalStateException("no such column: " + field.name());
                    });
        }
        return new Segment(rows.size(), columns);
    }

    private static LongColumn times(List<Row> rows) {
        long[] ticks = new long[rows.size()];
        for (int i = 0; i < ticks.length; i++) {
            ticks[i] = Ticks.of(rows.get(i).sent().at());
        }
        return new LongColumn(KqlType.DATETIME, ticks, Bits.all(ticks.length));
    }

    private static StringColumn texts(List<Row> rows, Function<Row, String> cell) {
        return StringColumn.of(rows.stream().map(cell).toArray(String[]::new));
    }
}
