package io.muster.kql.syntax;

import java.util.List;

/// A query text as a tree: its statements in order.
public record Query(List<Statement> statements) {
    public Query {
        statements = List.copyOf(statements);
    }
}
