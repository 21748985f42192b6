package io.muster.policy.definition;

import io.muster.core.diagnostic.SourceText;
import io.muster.core.json.JsonCursor;
import io.muster.core.json.JsonException;
import io.muster.core.json.JsonLimits;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/// Finds members that an object has twice: the reader keeps the last and would hide the other.
final class DuplicateMembers {
    private DuplicateMembers() {}

    static void report(SourceText source, Faults faults) {
        Deque<Set<String>> open = new ArrayDeque<>();
        try (var cursor = JsonCursor.of(new StringReader(source.text()), JsonLimits.DEFAULT)) {
            for (var token = cursor.next(); token != JsonCursor.Token.END; token = cursor.next()) {
                switch (token) {
                    case START_OBJECT -> open.push(new HashSet<>());
                    case END_OBJECT -> open.pop();
                    case NAME -> {
                        if (!open.element().add(cursor.text())) {
                            faults.report(
                                    PolicyFault.DUPLICATE_MEMBER,
                                    cursor.pointer(),
                                    "The member '%s' stands twice in one object."
                                            .formatted(cursor.text()));
                        }
                    }
                    case START_ARRAY,
                            END_ARRAY,
                            STRING,
                            WHOLE,
                            FRACTION,
                            TRUE,
                            FALSE,
                            NULL,
                            END -> {}
                }
            }
        } catch (IOException | JsonException impossible) {
            throw new IllegalStateException("the text was read before", impossible);
        }
    }
}
