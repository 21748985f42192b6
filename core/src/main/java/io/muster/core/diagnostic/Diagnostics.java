package io.muster.core.diagnostic;

import java.util.ArrayList;
import java.util.List;

/// Gathers diagnostics while a text is read, so that a user sees all faults at once. Confined to one thread.
public final class Diagnostics {
    private final List<Diagnostic> all = new ArrayList<>();

    public void add(Diagnostic diagnostic) {
        all.add(diagnostic);
    }

    public boolean hasErrors() {
        return all.stream().anyMatch(d -> d.severity() == Severity.ERROR);
    }

    public List<Diagnostic> all() {
        return List.copyOf(all);
    }

    /// Ends the work when an error was found.
    public void throwIfErrors() throws DiagnosticException {
        if (hasErrors()) {
            throw new DiagnosticException(all());
        }
    }
}
