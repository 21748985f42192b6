package io.muster.kql.syntax;

import java.util.List;

/// The words that may stand behind a `|`, or begin a query.
public final class OperatorNames {
    public static final List<String> ALL =
            List.of(
                    "as",
                    "consume",
                    "count",
                    "datatable",
                    "distinct",
                    "evaluate",
                    "extend",
                    "facet",
                    "find",
                    "fork",
                    "getschema",
                    "invoke",
                    "join",
                    "limit",
                    "lookup",
                    "make-series",
                    "mv-apply",
                    "mv-expand",
                    "order",
                    "parse",
                    "parse-kv",
                    "parse-where",
                    "partition",
                    "print",
                    "project",
                    "project-away",
                    "project-by-names",
                    "project-keep",
                    "project-rename",
                    "project-reorder",
                    "range",
                    "reduce",
                    "render",
                    "sample",
                    "sample-distinct",
                    "scan",
                    "search",
                    "serialize",
                    "sort",
                    "summarize",
                    "take",
                    "top",
                    "top-hitters",
                    "top-nested",
                    "union",
                    "where");

    private OperatorNames() {}
}
