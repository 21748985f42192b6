package io.muster.service.query;

import io.muster.core.column.Bits;
import io.muster.core.column.Catalog;
import io.muster.core.column.Column;
import io.muster.core.column.ScanRequest;
import io.muster.core.column.Schema;
import io.muster.core.column.Segment;
import io.muster.core.column.StringColumn;
import io.muster.core.column.TableSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The rows of some scopes only: what a request with `subscriptions` or `managementGroups` may read. Rows that belong to no
/// subscription stay out, but for those of management groups within, and the tables that have no such column.
public final class ScopedCatalog implements Catalog {
    private static final String COLUMN = "subscriptionId";
    private static final String ID = "id";
    private final Catalog all;
    private final QueryScope scope;

    /// @param subscriptions ids in lower case
    public ScopedCatalog(Catalog all, Set<String> subscriptions) {
        this(all, QueryScope.ofSubscriptions(subscriptions));
    }

    public ScopedCatalog(Catalog all, QueryScope scope) {
        this.all = all;
        this.scope = scope;
    }

    @Override
    public Optional<TableSource> table(String name) {
        return all.table(name).map(this::scoped);
    }

    @Override
    public List<TableSource> tables() {
        return all.tables().stream().map(this::scoped).toList();
    }

    private TableSource scoped(TableSource table) {
        int column = table.schema().indexOf(COLUMN);
        return column < 0 ? table : new ScopedTable(table, column);
    }

    private final class ScopedTable implements TableSource {
        private final TableSource table;
        private final int column;
        private final int idColumn;

        ScopedTable(TableSource table, int column) {
            this.table = table;
            this.column = column;
            this.idColumn = table.schema().indexOf(ID);
        }

        @Override
        public String name() {
            return table.name();
        }

        @Override
        public Schema schema() {
            return table.schema();
        }

        @Override
        public Optional<String> key() {
            return table.key();
        }

        @Override
        public List<Segment> scan(ScanRequest request) {
            // The filter reads the column whatever the query reads, and a virtual table need make
            // no
            // others: what the query itself says of the column comes first.
            var equals = new ArrayList<>(request.equals());
            boolean ids = idColumn >= 0 && scope.asksForIds(table.name());
            var allowed = new HashSet<>(scope.subscriptions());
            if (ids) {
                // What belongs to no subscription.
                allowed.add("");
            }
            equals.add(new ScanRequest.ColumnIn(COLUMN, allowed, true));
            var wanted =
                    new ScanRequest(
                            request.columns()
                                    .map(names -> {
                                        var more = new HashSet<>(names);
                                        more.add(COLUMN);
                                        if (ids) {
                                            more.add(ID);
                                        }
                                        return Set.copyOf(more);
                                    }),
                            equals);
            return table.scan(wanted).stream()
                    .map(segment -> within(segment, ids))
                    .filter(segment -> segment.liveSize() > 0)
                    .toList();
        }

        private Segment within(Segment segment, boolean ids) {
            var subscription = segment.column(column).dense();
            var outside =
                    ids
                            ? outside(subscription, segment.column(idColumn).dense())
                            : ScopedCatalog.this.outside(subscription);
            return outside.isEmpty() ? segment : segment.without(outside);
        }

        private Bits outside(Column subscriptions, Column ids) {
            var outside = new Bits.Builder(ids.size());
            var bySubscription = ScopedCatalog.this.outside(subscriptions);
            boolean filtered = scope.filters(table.name());
            for (int row = 0; row < ids.size(); row++) {
                // An id is read where it may tell something else than the subscription.
                if (!filtered && !bySubscription.get(row)) {
                    continue;
                }
                String subscription = subscriptions.dynamic(row).textOr("");
                if (!filtered && !subscription.isEmpty()
                        || !scope.contains(
                                table.name(), subscription, ids.dynamic(row).textOr(""))) {
                    outside.set(row);
                }
            }
            return outside.build(ids.size());
        }
    }

    /// Of the rows of each subscription alone.
    private Bits outside(Column ids) {
        var outside = new Bits.Builder(ids.size());
        if (ids instanceof StringColumn texts) {
            // One look a distinct value; 0 unknown, 1 inside, 2 outside.
            byte[] known = new byte[texts.dictionary().size()];
            for (int row = 0; row < texts.size(); row++) {
                int code = texts.codes().get(row);
                if (code < 0) {
                    outside.set(row);
                    continue;
                }
                if (known[code] == 0) {
                    known[code] = (byte) (isInside(texts.get(row)) ? 1 : 2);
                }
                if (known[code] == 2) {
                    outside.set(row);
                }
            }
        } else {
            for (int row = 0; row < ids.size(); row++) {
                if (ids.isNull(row) || !isInside(ids.dynamic(row).textOr(""))) {
                    outside.set(row);
                }
            }
        }
        return outside.build(ids.size());
    }

    private boolean isInside(String subscription) {
        return scope.subscriptions().contains(subscription.toLowerCase(Locale.ROOT));
    }
}
