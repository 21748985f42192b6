package io.muster.kql.binder;

import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.value.Dynamic;
import io.muster.core.value.KqlType;
import io.muster.kql.plan.BoundExpr;
import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.regex.RegexSyntax;
import io.muster.kql.syntax.Expression;
import io.muster.kql.syntax.TabularOperator;
import io.muster.kql.value.ScalarText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Texts to columns: `parse`, `parse-where`, `parse-kv`, and `reduce by`, to the shapes of texts.
final class ParseBinder {
    private final Binder binder;

    ParseBinder(Binder binder) {
        this.binder = binder;
    }

    private ExpressionBinder expressions() {
        return binder.expressions();
    }

    LogicalPlan parse(
            TabularOperator.Parse parse, LogicalPlan input, ExpressionBinder.Place place) {
        var source = expressions().text(expressions().bind(parse.source(), place));
        var outputs = new Projection(input.schema());
        for (var item : parse.pattern()) {
            if (item instanceof TabularOperator.ParseItem.Column(var name, var type)) {
                outputs.set(name, new BoundExpr.Literal(Dynamic.NULL, type));
            }
        }
        var schema = outputs.schema();
        boolean isRegex = parse.kind().equals("regex");
        String flags = RegexSyntax.flags(parse.flags());
        if (isRegex && !expressions().isRegex(flags, parse.span())) {
            throw new BindFailure();
        }
        var parts = new ArrayList<LogicalPlan.PatternPart>();
        for (var item : parse.pattern()) {
            parts.add(
                    switch (item) {
                        case TabularOperator.ParseItem.Skip s -> new LogicalPlan.PatternPart.Skip();
                        case TabularOperator.ParseItem.Text(var text) -> {
                            if (isRegex) {
                                expressions().isRegex(flags + text, parse.span());
                            }
                            yield new LogicalPlan.PatternPart.Text(text);
                        }
                        case TabularOperator.ParseItem.Column(var name, var type) ->
                                new LogicalPlan.PatternPart.Target(schema.indexOf(name), type);
                    });
        }
        return new LogicalPlan.Parse(
                Serial.whole(input, List.of(source)),
                source,
                parse.kind(),
                parse.flags(),
                parts,
                parse.dropMisses(),
                schema);
    }

    LogicalPlan parseKv(
            TabularOperator.ParseKv parse, LogicalPlan input, ExpressionBinder.Place place) {
        var source = expressions().text(expressions().bind(parse.source(), place));
        var outputs = new Projection(input.schema());
        for (var column : parse.columns()) {
            outputs.set(column.name(), new BoundExpr.Literal(Dynamic.NULL, column.type()));
        }
        var schema = outputs.schema();
        var targets = new ArrayList<LogicalPlan.KvTarget>();
        for (var column : parse.columns()) {
            targets.add(
                    new LogicalPlan.KvTarget(
                            column.name(), schema.indexOf(column.name()), column.type()));
        }
        var properties = parse.properties();
        Function<String, String> text =
                name ->
                        properties.get(name) instanceof Expression.Literal l
                                ? ScalarText.of(l.value())
                                : "";
        String regex = text.apply("regex");
        String pair = text.apply("pair_delimiter");
        String kv = text.apply("kv_delimiter");
        if (properties.get("regex") instanceof Expression.Literal l) {
            expressions().isRegex(regex, l.span());
        }
        boolean bare = regex.isEmpty() && pair.isEmpty() && kv.isEmpty();
        return new LogicalPlan.ParseKv(
                Serial.whole(input, List.of(source)),
                source,
                targets,
                new LogicalPlan.KvOptions(
                        regex.isEmpty() ? pair.isEmpty() && !bare ? " " : pair : "regex:" + regex,
                        regex.isEmpty() ? kv.isEmpty() && !bare ? "=" : kv : "",
                        texts(properties.get("quote")),
                        texts(properties.get("escape")),
                        text.apply("greedy").toLowerCase(Locale.ROOT).equals("true")),
                schema);
    }

    private static List<String> texts(@Nullable Expression property) {
        if (!(property instanceof Expression.Literal l)) {
            return List.of();
        }
        var all = l.value() instanceof Dynamic.Array(var items) ? items : List.of(l.value());
        return all.stream().map(ScalarText::of).filter(text -> !text.isEmpty()).toList();
    }

    LogicalPlan reduce(
            TabularOperator.Reduce reduce, LogicalPlan input, ExpressionBinder.Place place) {
        var value = expressions().bind(reduce.by().value(), place);
        var characters = reduce.properties().get("characters");
        var shown = new Projection(input.schema());
        shown.add("Pattern", new BoundExpr.Literal(Dynamic.NULL, KqlType.STRING));
        return new LogicalPlan.Reduce(
                Serial.whole(input, List.of(value)),
                expressions().text(value),
                characters instanceof Expression.Literal l ? l.value().textOr("") : "",
                reduce.source(),
                reduce.source()
                        ? shown.schema()
                        : Schema.of(
                                new Field("Pattern", KqlType.STRING),
                                new Field("Count", KqlType.LONG),
                                new Field("Representative", KqlType.STRING)));
    }
}
