package io.muster.kql.lint;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.Severity;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.diagnostic.SourceText;
import io.muster.core.value.Dynamic;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.Expression.Named;
import io.muster.kql.syntax.Expression.Pipeline;
import io.muster.kql.syntax.Query;
import io.muster.kql.syntax.Statement;
import io.muster.kql.syntax.TabularOperator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Where the real Resource Graph would refuse or cap a query: operators, flavours of join, numbers of joins and expansions, tables. Every
/// find is a warning with its place. Limits: `learn.microsoft.com/azure/governance/resource-graph/concepts/query-language`. Confined to
/// one thread.
public final class Portability {
    private static final int MAX_JOINS = 3;
    private static final long MAX_ROWS = 1000;
    private static final int MAX_EXPANSIONS = 3;
    private static final long MAX_EXPANSION_LIMIT = 400;
    private static final String DEFAULT_TABLE = "resources";

    /// Between these, joins and unions are only counted.
    private static final Set<String> FREELY_JOINED = Set.of(DEFAULT_TABLE, "resourcecontainers");

    private static final Set<String> JOINS =
            Set.of("innerunique", "inner", "leftouter", "fullouter");

    /// Tables that Resource Graph lacks and Muster has.
    private static final Set<String> OURS =
            Set.of("vmapplications", "vmextensions", "galleryversions", "collections");

    private final SourceText source;
    private final List<Diagnostic> found = new ArrayList<>();
    private final Set<String> named = new HashSet<>();

    /// The table that a `let` begins with, by its name.
    private final Map<String, String> begins = new HashMap<>();

    /// A table brought to another: by the names they begin with, and where.
    private record Brought(String to, String table, SourceSpan span) {}

    private final List<Brought> brought = new ArrayList<>();
    private String base = DEFAULT_TABLE;
    private int joins;
    private int expansions;

    private Portability(SourceText source) {
        this.source = source;
    }

    /// The warnings, in the order of the text.
    public static List<Diagnostic> check(SourceText source, Query query) {
        var lint = new Portability(source);
        lint.statements(query);
        lint.acrossTables();
        lint.found.sort((a, b) -> Integer.compare(a.span().start(), b.span().start()));
        return List.copyOf(lint.found);
    }

    private void warn(String code, SourceSpan span, String message, String help) {
        found.add(
                new Diagnostic(code, Severity.WARNING, source, span, message, null, null)
                        .withHelp(help));
    }

    private void refused(String operator, SourceSpan span) {
        warn(
                "arg-operator",
                new SourceSpan(
                        span.start(), Math.min(span.end(), span.start() + operator.length())),
                "Resource Graph does not offer '" + operator + "'.",
                "it knows where, project, extend, summarize, join, union, mv-expand, parse, sort, top, take, distinct and count");
    }

    private void statements(Query query) {
        for (var statement : query.statements()) {
            switch (statement) {
                case Statement.Let(var name, var value, var span) -> {
                    named.add(name);
                    begins.put(name, beginning(value));
                    table(value);
                }
                case Statement.LetFunction function -> {
                    named.add(function.name());
                    function.parameters().forEach(p -> named.add(p.name()));
                    warn(
                            "arg-statement",
                            function.span(),
                            "Resource Graph documents no functions of a query's own.",
                            "write the function's body where it is called");
                    statements(function.body());
                }
                case Statement.Parameters p -> refused("declare query_parameters", p.span());
                case Statement.Pattern p -> {
                    named.add(p.name());
                    refused("declare pattern", p.span());
                    p.arms().forEach(arm -> statements(arm.body()));
                }
                case Statement.SetOption s -> refused("set", s.span());
                case Statement.Result(var value, var span) -> {
                    table(value);
                    rows(value);
                }
            }
        }
    }

    /// A count of rows above a page's ends where the page does: such a query is not paged.
    private void rows(Expression result) {
        if (!(result instanceof Pipeline pipeline) || pipeline.operators().isEmpty()) {
            return;
        }
        var count =
                switch (pipeline.operators().getLast()) {
                    case TabularOperator.Take(var rows, var span) -> rows;
                    case TabularOperator.Top top -> top.count();
                    default -> null;
                };
        if (count instanceof Expression.Literal(Dynamic.Whole(var rows), var type, var span)
                && rows > MAX_ROWS) {
            warn(
                    "arg-rows",
                    span,
                    "Resource Graph gives no more than "
                            + MAX_ROWS
                            + " rows, and no further page of a query that counts its rows itself.",
                    "leave the count out and read page by page");
        }
    }

    /// The table that an expression begins with, in lower case; empty when it is none by name.
    private String beginning(Expression table) {
        return switch (table) {
            case Expression.Name(var name, var span) ->
                    begins.getOrDefault(name, name.toLowerCase(Locale.ROOT));
            case Pipeline pipeline -> {
                var head = pipeline.source();
                yield head != null ? beginning(head) : DEFAULT_TABLE;
            }
            case Expression.Member(var target, var name, var span) -> name.toLowerCase(Locale.ROOT);
            default -> "";
        };
    }

    private void acrossTables() {
        var all = new HashSet<String>();
        var last = SourceSpan.at(0);
        for (var each : brought) {
            all.add(each.to());
            if (all.add(each.table())) {
                last = each.span();
            }
        }
        if (all.size() > 2 && !FREELY_JOINED.containsAll(all)) {
            warn(
                    "DisallowedMaxNumberOfRemoteTables",
                    last,
                    "Resource Graph brings one other table to a query's own, unless all are resources and resourcecontainers.",
                    "ask in several queries");
        }
    }

    /// A table by name, or whatever gives one.
    private void table(Expression table) {
        if (table instanceof Expression.Name(var name, var span)) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!named.contains(name) && OURS.contains(lower)) {
                warn(
                        "DisallowedLogicalTableName",
                        span,
                        "Resource Graph has no table '" + name + "'.",
                        "the same facts stand in the properties of resources");
            }
            return;
        }
        expression(table);
    }

    private void pipeline(Pipeline pipeline) {
        var head = pipeline.source();
        if (head != null) {
            table(head);
        }
        String outer = base;
        base = beginning(pipeline);
        var operators = pipeline.operators();
        for (int i = 0; i < operators.size(); i++) {
            if (i == 0 && head == null && operators.get(i) instanceof TabularOperator.Union u) {
                union(u, true);
            } else {
                operator(operators.get(i));
            }
        }
        base = outer;
    }

    private void operator(TabularOperator operator) {
        switch (operator) {
            case TabularOperator.Where o -> expression(o.predicate());
            case TabularOperator.Extend o -> named(o.items());
            case TabularOperator.Project o -> named(o.items());
            case TabularOperator.ProjectNames o -> {}
            case TabularOperator.ProjectRename o -> {}
            case TabularOperator.ProjectReorder o -> {}
            case TabularOperator.Distinct o -> named(o.items());
            case TabularOperator.Count o -> {}
            case TabularOperator.Take o -> expression(o.count());
            case TabularOperator.Sort o -> o.keys().forEach(k -> expression(k.value().value()));
            case TabularOperator.Top o -> o.keys().forEach(k -> expression(k.value().value()));
            case TabularOperator.Summarize o -> {
                named(o.aggregates());
                named(o.keys());
            }
            case TabularOperator.Join o -> join(o);
            case TabularOperator.Union o -> union(o, false);
            case TabularOperator.MvExpand o -> expand(o);
            case TabularOperator.Parse o -> {
                if (o.dropMisses()) {
                    refused("parse-where", o.span());
                }
                expression(o.source());
            }
            case TabularOperator.Render o -> {}
            case TabularOperator.ProjectByNames o -> refused("project-by-names", o.span());
            case TabularOperator.Lookup o -> {
                refused("lookup", o.span());
                table(o.right());
            }
            case TabularOperator.MvApply o -> {
                refused("mv-apply", o.span());
                pipeline(o.subquery());
            }
            case TabularOperator.ParseKv o -> refused("parse-kv", o.span());
            case TabularOperator.GetSchema o -> refused("getschema", o.span());
            case TabularOperator.Serialize o -> refused("serialize", o.span());
            case TabularOperator.As o -> refused("as", o.span());
            case TabularOperator.MakeSeries o -> refused("make-series", o.span());
            case TabularOperator.TopNested o -> refused("top-nested", o.span());
            case TabularOperator.TopHitters o -> refused("top-hitters", o.span());
            case TabularOperator.Sample o -> refused("sample", o.span());
            case TabularOperator.SampleDistinct o -> refused("sample-distinct", o.span());
            case TabularOperator.Evaluate o -> refused("evaluate", o.span());
            case TabularOperator.Invoke o -> refused("invoke", o.span());
            case TabularOperator.Partition o -> refused("partition", o.span());
            case TabularOperator.Fork o -> refused("fork", o.span());
            case TabularOperator.Facet o -> refused("facet", o.span());
            case TabularOperator.Reduce o -> refused("reduce", o.span());
            case TabularOperator.ScanSteps o -> refused("scan", o.span());
            case TabularOperator.Consume o -> refused("consume", o.span());
            case TabularOperator.Search o -> refused("search", o.span());
            case TabularOperator.Find o -> refused("find", o.span());
            case TabularOperator.Print o -> refused("print", o.span());
            case TabularOperator.Range o -> refused("range", o.span());
            case TabularOperator.Datatable o -> refused("datatable", o.span());
        }
    }

    private void join(TabularOperator.Join join) {
        if (!JOINS.contains(join.kind())) {
            warn(
                    "arg-join-kind",
                    join.kindSpan(),
                    "Resource Graph knows no join of kind '" + join.kind() + "'.",
                    "it knows innerunique, inner, leftouter and fullouter");
        }
        String before = source.text().substring(join.span().start(), join.right().span().start());
        if (before.contains("hint.")) {
            warn(
                    "arg-join-hint",
                    new SourceSpan(join.span().start(), join.span().start() + 4),
                    "Resource Graph takes no hints for a join.",
                    "leave them out");
        }
        bring(join.right(), join.span(), "join");
        table(join.right());
    }

    private void bring(Expression table, SourceSpan span, String what) {
        var word = new SourceSpan(span.start(), span.start() + what.length());
        brought.add(new Brought(base, beginning(table), word));
        if (++joins == MAX_JOINS + 1) {
            warn(
                    "DisallowedMaxNumberOfRemoteTables",
                    word,
                    "Resource Graph allows "
                            + MAX_JOINS
                            + " joins and unions in a query, this is one more.",
                    "ask in several queries");
        }
    }

    private void union(TabularOperator.Union union, boolean isHead) {
        if (union.fuzzy()) {
            warn(
                    "arg-union",
                    union.span(),
                    "Resource Graph has no isfuzzy in union.",
                    "leave it out");
        }
        // At the beginning of a query the first is what the others are brought to.
        var legs = union.legs();
        var first = legs.getFirst().table();
        if (isHead && first != null) {
            base = beginning(first);
        }
        int more = isHead ? legs.size() - 1 : legs.size();
        if (more > 1) {
            warn(
                    "arg-union",
                    union.span(),
                    "Resource Graph takes one table a union.",
                    "write a union for each, and no more than three");
        }
        for (int i = 0; i < legs.size(); i++) {
            var leg = legs.get(i);
            var table = leg.table();
            if (table != null && (i > 0 || !isHead)) {
                bring(table, union.span(), "union");
            }
            if (table == null) {
                warn(
                        "arg-union",
                        leg.span(),
                        "Resource Graph takes no wildcard in union.",
                        "name each table");
            } else {
                table(table);
            }
        }
    }

    private void expand(TabularOperator.MvExpand expand) {
        var word =
                new SourceSpan(
                        expand.span().start(),
                        expand.span().start() + (expand.oldSpelling() ? 8 : 9));
        expansions++;
        if (expansions == MAX_EXPANSIONS + 1) {
            warn(
                    "arg-mv-expand",
                    word,
                    "Resource Graph allows " + MAX_EXPANSIONS + " mv-expand in a query.",
                    "ask in several queries");
        }
        var limit = expand.limit();
        if (limit == null) {
            warn(
                    "arg-mv-expand-limit",
                    word,
                    "Resource Graph gives no more than 128 rows of each record here.",
                    "say 'limit 400' for the most it allows");
        } else if (limit instanceof Expression.Literal(Dynamic.Whole(var most), var type, var span)
                && most > MAX_EXPANSION_LIMIT) {
            warn(
                    "arg-mv-expand-limit",
                    span,
                    "Resource Graph takes no limit above " + MAX_EXPANSION_LIMIT + ".",
                    "say 'limit 400'");
        }
        expand.items().forEach(i -> expression(i.value()));
    }

    private void named(List<Named> items) {
        items.forEach(i -> expression(i.value()));
    }

    private void expression(@Nullable Expression expression) {
        switch (expression) {
            case null -> {}
            case Expression.Name n -> {}
            case Expression.Star s -> {}
            case Expression.Literal l -> {}
            case Expression.TypeOf t -> {}
            case Expression.Member m -> expression(m.target());
            case Expression.Index i -> {
                expression(i.target());
                expression(i.index());
            }
            case Expression.Call c -> {
                if (c.name().startsWith("geo_")) {
                    warn(
                            "arg-function",
                            c.nameSpan(),
                            "Resource Graph offers no geospatial functions.",
                            "compute it outside of the query");
                }
                c.arguments().forEach(a -> expression(a.value()));
            }
            case Expression.Sign s -> expression(s.operand());
            case Expression.Binary b -> {
                expression(b.left());
                expression(b.right());
            }
            case Expression.Logical l -> l.operands().forEach(this::expression);
            case Expression.In in -> {
                expression(in.left());
                in.options().forEach(this::expression);
            }
            case Expression.Between b -> {
                expression(b.value());
                expression(b.low());
                expression(b.high());
            }
            case Pipeline p -> pipeline(p);
        }
    }
}
