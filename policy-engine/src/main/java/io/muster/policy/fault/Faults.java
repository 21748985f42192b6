package io.muster.policy.fault;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.diagnostic.Diagnostics;
import io.muster.core.diagnostic.Severity;
import io.muster.core.diagnostic.SourceText;
import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Gathers the faults of one document and gives each its line and column. Confined to one thread.
public final class Faults {
    private final Diagnostics diagnostics = new Diagnostics();
    private final String name;
    private final Dynamic document;
    private @Nullable SourceText source;

    private Faults(String name, Dynamic document, @Nullable SourceText source) {
        this.name = name;
        this.document = document;
        this.source = source;
    }

    /// Faults of a document read from that text.
    public static Faults in(SourceText source) {
        return new Faults(source.name(), Dynamic.NULL, source);
    }

    /// Faults of a document that has no text of its own (it came as part of another); places are those of its printed form.
    public static Faults in(String name, Dynamic document) {
        return new Faults(name, document, null);
    }

    private SourceText source() {
        if (source == null) {
            source = new SourceText(name, Json.writePretty(document));
        }
        return source;
    }

    public void report(PolicyFault fault, String pointer, String message) {
        report(fault, pointer, message, null);
    }

    public void report(PolicyFault fault, String pointer, String message, @Nullable String help) {
        var text = source();
        diagnostics.add(
                new Diagnostic(
                        fault.code(),
                        fault.severity(),
                        text,
                        Json.locate(text, pointer),
                        message,
                        pointer,
                        help));
    }

    public boolean hasErrors() {
        return diagnostics.hasErrors();
    }

    public List<Diagnostic> all() {
        return diagnostics.all();
    }

    public List<Diagnostic> errors() {
        return all().stream().filter(d -> d.severity() == Severity.ERROR).toList();
    }

    public void throwIfErrors() throws DiagnosticException {
        diagnostics.throwIfErrors();
    }

    /// The pointer of a member below a pointer.
    public static String below(String pointer, String member) {
        return pointer + "/" + member.replace("~", "~0").replace("/", "~1");
    }

    public static String below(String pointer, int index) {
        return pointer + "/" + index;
    }
}
