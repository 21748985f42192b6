package io.muster.kql.syntax;

import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.value.KqlType;
import io.muster.kql.syntax.Expression.ColumnDeclaration;
import io.muster.kql.syntax.Expression.Named;
import io.muster.kql.syntax.Expression.Pipeline;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One step of a pipeline, as written. The steps at the end of this list make rows of their own and may head a pipeline.
public sealed interface TabularOperator {
    SourceSpan span();

    record Where(Expression predicate, SourceSpan span) implements TabularOperator {}

    record Extend(List<Named> items, SourceSpan span) implements TabularOperator {}

    record Project(List<Named> items, SourceSpan span) implements TabularOperator {}

    /// `project-away` when not `keep`. Names may hold `*`.
    record ProjectNames(boolean keep, List<WildcardName> names, SourceSpan span)
            implements TabularOperator {}

    record ProjectRename(List<Named> items, SourceSpan span) implements TabularOperator {}

    record ProjectReorder(List<ReorderItem> items, SourceSpan span) implements TabularOperator {}

    record ProjectByNames(List<Expression> names, SourceSpan span) implements TabularOperator {}

    /// No items: `distinct *`.
    record Distinct(List<Named> items, SourceSpan span) implements TabularOperator {}

    record Count(@Nullable String name, SourceSpan span) implements TabularOperator {}

    record Take(Expression count, SourceSpan span) implements TabularOperator {}

    record Sort(List<SortKey> keys, SourceSpan span) implements TabularOperator {}

    record Top(Expression count, List<SortKey> keys, SourceSpan span) implements TabularOperator {}

    record Summarize(List<Named> aggregates, List<Named> keys, boolean by, SourceSpan span)
            implements TabularOperator {}

    record Join(
            String kind,
            Expression right,
            List<Expression> on,
            SourceSpan span,
            SourceSpan kindSpan)
            implements TabularOperator {}

    record Lookup(
            String kind,
            Expression right,
            List<Expression> on,
            SourceSpan span,
            SourceSpan kindSpan)
            implements TabularOperator {}

    record MvExpand(
            boolean asArrays,
            @Nullable String itemIndex,
            List<ExpandItem> items,
            @Nullable Expression limit,
            boolean oldSpelling,
            SourceSpan span)
            implements TabularOperator {}

    record MvApply(
            @Nullable String itemIndex,
            List<ExpandItem> items,
            @Nullable Expression limit,
            Pipeline subquery,
            SourceSpan span)
            implements TabularOperator {}

    record Parse(
            boolean dropMisses,
            String kind,
            String flags,
            Expression source,
            List<ParseItem> pattern,
            SourceSpan span)
            implements TabularOperator {}

    record ParseKv(
            Expression source,
            List<ColumnDeclaration> columns,
            Map<String, Expression> properties,
            SourceSpan span)
            implements TabularOperator {}

    record GetSchema(SourceSpan span) implements TabularOperator {}

    record Serialize(List<Named> items, SourceSpan span) implements TabularOperator {}

    record As(String name, SourceSpan span) implements TabularOperator {}

    /// A hint for who shows the result; rows pass through.
    record Render(String visualization, Map<String, Expression> properties, SourceSpan span)
            implements TabularOperator {}

    record MakeSeries(
            boolean nonEmpty,
            List<SeriesItem> items,
            Named on,
            @Nullable Expression from,
            @Nullable Expression to,
            @Nullable Expression step,
            boolean inclusive,
            List<Named> by,
            SourceSpan span)
            implements TabularOperator {}

    record TopNested(List<TopNestedLevel> levels, SourceSpan span) implements TabularOperator {}

    record TopHitters(Expression count, Named of, @Nullable Named by, SourceSpan span)
            implements TabularOperator {}

    record Sample(Expression count, SourceSpan span) implements TabularOperator {}

    record SampleDistinct(Expression count, Named of, SourceSpan span) implements TabularOperator {}

    record Evaluate(
            Expression.Call plugin,
            boolean keepOthers,
            List<ColumnDeclaration> schema,
            SourceSpan span)
            implements TabularOperator {}

    record Invoke(Expression.Call function, SourceSpan span) implements TabularOperator {}

    record Partition(String column, Pipeline subquery, SourceSpan span)
            implements TabularOperator {}

    /// Several tables from one; only at the end of a query.
    record Fork(List<ForkLeg> legs, SourceSpan span) implements TabularOperator {}

    /// A table of the values of each column; only at the end of a query.
    record Facet(List<String> columns, @Nullable Pipeline with, SourceSpan span)
            implements TabularOperator {}

    record Reduce(boolean source, Named by, Map<String, Expression> properties, SourceSpan span)
            implements TabularOperator {}

    record ScanSteps(
            @Nullable String matchId,
            List<Expression> partitionBy,
            List<ScanDeclaration> declarations,
            List<ScanStep> steps,
            SourceSpan span)
            implements TabularOperator {}

    record Consume(SourceSpan span) implements TabularOperator {}

    record Search(
            boolean caseSensitive, List<UnionLeg> tables, Expression predicate, SourceSpan span)
            implements TabularOperator {}

    record Union(
            String kind,
            @Nullable String sourceColumn,
            boolean fuzzy,
            List<UnionLeg> legs,
            SourceSpan span)
            implements TabularOperator {}

    /// Without columns and without `packAll`, the columns are chosen by what the tables have in common (`project-smart`).
    ///
    /// @param packAll the columns that are not named come as one bag
    record Find(
            @Nullable String sourceColumn,
            List<UnionLeg> tables,
            Expression predicate,
            List<FindColumn> columns,
            boolean packAll,
            SourceSpan span)
            implements TabularOperator {}

    /// @param type what the column is turned into
    record FindColumn(String name, @Nullable KqlType type, SourceSpan span) {}

    record Print(List<Named> items, SourceSpan span) implements TabularOperator {}

    record Range(String column, Expression from, Expression to, Expression step, SourceSpan span)
            implements TabularOperator {}

    record Datatable(List<ColumnDeclaration> columns, List<Expression> cells, SourceSpan span)
            implements TabularOperator {}

    /// A table among several: an expression, or a name with `*` in it.
    record UnionLeg(@Nullable Expression table, @Nullable WildcardName pattern, SourceSpan span) {}

    /// A name that may hold `*` for any run of characters.
    record WildcardName(String text, boolean wildcard, SourceSpan span) {}

    /// `order` is "", "asc", "desc", "granny-asc" or "granny-desc".
    record ReorderItem(WildcardName name, String order) {}

    /// `nullsFirst` absent: first when ascending, last when descending.
    record SortKey(Named value, boolean ascending, @Nullable Boolean nullsFirst) {}

    record ExpandItem(
            @Nullable String name, Expression value, @Nullable KqlType type, SourceSpan span) {}

    sealed interface ParseItem {
        /// `*`
        record Skip() implements ParseItem {}

        record Text(String text) implements ParseItem {}

        record Column(String name, KqlType type) implements ParseItem {}
    }

    record ForkLeg(@Nullable String name, Pipeline pipeline) {}

    record SeriesItem(Named aggregate, @Nullable Expression otherwise) {}

    record TopNestedLevel(
            @Nullable Expression count,
            Named of,
            @Nullable Expression others,
            Named by,
            boolean ascending) {}

    record ScanDeclaration(String name, KqlType type, @Nullable Expression otherwise) {}

    /// `output` is "all", "last" or "none".
    record ScanStep(
            String name, String output, Expression condition, List<ScanAssignment> assignments) {}

    record ScanAssignment(String column, Expression value) {}
}
