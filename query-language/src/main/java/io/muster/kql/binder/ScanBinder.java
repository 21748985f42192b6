package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.plan.LogicalPlan.ScanStep.Output;
import io.muster.kql.syntax.TabularOperator;
import java.util.ArrayList;
import java.util.List;

/// `scan`. A condition sees the row's own columns by name and those that a step has matched as `step.column`.
final class ScanBinder {
    private final Binder binder;

    ScanBinder(Binder binder) {
        this.binder = binder;
    }

    LogicalPlan scan(TabularOperator.ScanSteps scan, LogicalPlan input, Environment environment) {
        var expressions = binder.expressions();
        var constants = ExpressionBinder.Place.of(null, environment);
        var row = new Projection(input.schema());
        var defaults = new ArrayList<BoundExpr>();
        for (var declared : scan.declarations()) {
            if (row.has(declared.name())) {
                binder.fault(
                        "KS171",
                        scan.span(),
                        "A column with the name '" + declared.name() + "' is already declared.");
                throw new BindFailure();
            }
            var none =
                    declared.type() == KqlType.STRING
                            ? new BoundExpr.Literal(Dynamic.of(""), KqlType.STRING)
                            : new BoundExpr.Literal(Dynamic.NULL, declared.type());
            row.add(declared.name(), none);
            var otherwise = declared.otherwise();
            defaults.add(
                    otherwise == null
                            ? none
                            : expressions.convert(
                                    expressions.bind(otherwise, constants), declared.type()));
        }
        var schema = row.schema();
        var inside = new Environment(environment);
        var seen = new ArrayList<Field>(schema.fields());
        int offset = schema.size();
        for (var step : scan.steps()) {
            if (inside.find(step.name()).orElse(null) instanceof Environment.Named.Row) {
                binder.fault(
                        "KS171",
                        scan.span(),
                        "A step with the name '" + step.name() + "' is already declared.");
                throw new BindFailure();
            }
            inside.define(step.name(), new Environment.Named.Row(schema, offset));
            for (var field : schema.fields()) {
                seen.add(new Field(step.name() + "." + field.name(), field.type()));
            }
            offset += schema.size();
        }
        var place = ExpressionBinder.Place.of(new Schema(seen), inside);
        var steps = new ArrayList<LogicalPlan.ScanStep>();
        for (var step : scan.steps()) {
            var condition = expressions.bool(step.condition(), place);
            var assignments = new ArrayList<LogicalPlan.ScanAssignment>();
            for (var assignment : step.assignments()) {
                int column = schema.indexOf(assignment.column());
                if (column < input.schema().size()) {
                    binder.unknownColumn(
                            assignment.column(), assignment.value().span(), declared(scan));
                    continue;
                }
                assignments.add(
                        new LogicalPlan.ScanAssignment(
                                column,
                                expressions.convert(
                                        expressions.bind(assignment.value(), place),
                                        schema.type(column))));
            }
            if (condition != ExpressionBinder.FAULTY) {
                steps.add(
                        new LogicalPlan.ScanStep(
                                step.name(), output(step, scan), condition, assignments));
            }
        }
        var keys = new ArrayList<BoundExpr>();
        var before = ExpressionBinder.Place.of(input.schema(), environment);
        for (var key : scan.partitionBy()) {
            keys.add(expressions.bind(key, before));
        }
        var matchId = scan.matchId();
        if (matchId != null) {
            row.add(matchId, new BoundExpr.Literal(Dynamic.NULL, KqlType.LONG));
        }
        if (binder.hasFaults()) {
            return new LogicalPlan.Rows(row.schema(), List.of());
        }
        return new LogicalPlan.ScanSteps(
                input, schema, defaults, keys, steps, matchId != null, row.schema());
    }

    private static Schema declared(TabularOperator.ScanSteps scan) {
        return new Schema(
                scan.declarations().stream().map(d -> new Field(d.name(), d.type())).toList());
    }

    private Output output(TabularOperator.ScanStep step, TabularOperator.ScanSteps scan) {
        return switch (step.output()) {
            case "all" -> Output.ALL;
            case "last" -> Output.LAST;
            case "none" -> Output.NONE;
            default -> {
                binder.fault(
                        "KS140",
                        scan.span(),
                        "The expression must be one of the values: all, last or none");
                yield Output.ALL;
            }
        };
    }
}
