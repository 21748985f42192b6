package io.muster.kql.syntax;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.Diagnostics;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.diagnostic.SourceText;
import io.muster.core.value.KqlType;
import io.muster.kql.syntax.Expression.ColumnDeclaration;
import io.muster.kql.syntax.TabularOperator.WildcardName;
import java.util.ArrayList;
import java.util.List;
import org.antlr.v4.runtime.ParserRuleContext;
import org.antlr.v4.runtime.Token;

/// What every part of the builder asks of ANTLR's tree: names, types, places. Collects the faults. Confined to one thread and one text.
final class TreeReader {
    private final SourceText source;
    private final int[] offsets;
    private final Diagnostics faults;

    TreeReader(SourceText source, int[] offsets, Diagnostics faults) {
        this.source = source;
        this.offsets = offsets;
        this.faults = faults;
    }

    List<ColumnDeclaration> columns(List<KqlParser.ColumnDeclarationContext> contexts) {
        var all = new ArrayList<ColumnDeclaration>();
        for (var c : contexts) {
            all.add(new ColumnDeclaration(name(c.name()), type(c.type()), span(c)));
        }
        return all;
    }

    KqlType type(KqlParser.TypeContext context) {
        var type = KqlType.parse(context.getText());
        if (type.isEmpty()) {
            fault(
                    "KS160",
                    span(context),
                    "The name '" + context.getText() + "' is not a valid type name.");
        }
        return type.orElse(KqlType.STRING);
    }

    List<WildcardName> wildcards(List<KqlParser.WildcardNameContext> contexts) {
        var all = new ArrayList<WildcardName>();
        for (var context : contexts) {
            all.add(wildcard(context));
        }
        return all;
    }

    WildcardName wildcard(KqlParser.WildcardNameContext context) {
        if (context.getChildCount() == 1 && context.name().size() == 1) {
            return new WildcardName(name(context.name(0)), false, span(context));
        }
        return new WildcardName(context.getText(), true, span(context));
    }

    static String name(KqlParser.NameContext context) {
        return context.STRING() != null
                ? StringText.unquote(context.STRING().getText())
                : context.getText();
    }

    static String memberName(KqlParser.MemberNameContext context) {
        return context.name() != null ? name(context.name()) : context.getText();
    }

    SourceSpan span(ParserRuleContext context) {
        int start = KqlSyntax.offset(offsets, context.getStart().getStartIndex());
        var stop = context.getStop();
        int end = stop == null ? start : KqlSyntax.offset(offsets, stop.getStopIndex() + 1);
        return new SourceSpan(start, Math.max(start, end));
    }

    void malformed(SourceSpan span, String text, String why) {
        fault("KS004", span, "Malformed literal: '" + text + "' " + why + ".");
    }

    SourceSpan span(Token token) {
        return new SourceSpan(
                KqlSyntax.offset(offsets, token.getStartIndex()),
                KqlSyntax.offset(offsets, token.getStopIndex() + 1));
    }

    void fault(String code, SourceSpan span, String message) {
        faults.add(Diagnostic.error(code, source, span, message));
    }

    void fault(String code, SourceSpan span, String message, String help) {
        faults.add(Diagnostic.error(code, source, span, message).withHelp(help));
    }
}
