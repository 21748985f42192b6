package io.muster.policy.schema;

import io.muster.core.value.Dynamic;
import java.util.List;
import java.util.Optional;

/// A schema that values are held against. Immutable.
///
/// Checked are the assertions and applicators of draft 2019-09 with references within the document. `format` and the like are annotations.
/// Source: json-schema.org/draft/2019-09; governance/policy/concepts/definition-structure-parameters.
public final class JsonSchema {
    private final Dynamic document;

    private JsonSchema(Dynamic document) {
        this.document = document;
    }

    /// A place where something is wrong: in a schema, or in a value that does not meet one.
    ///
    /// @param pointer JSON pointer from the schema's or the value's own root
    public record Fault(String pointer, String message) {}

    /// What is wrong with a schema as written; a schema with faults is not to be used.
    public static List<Fault> faults(Dynamic document) {
        return new SchemaGrammar(document).faults();
    }

    /// Members that say something of values which is not checked here, by pointer.
    public static List<String> unchecked(Dynamic document) {
        return new SchemaGrammar(document).unchecked();
    }

    /// A schema without [#faults].
    public static JsonSchema of(Dynamic document) {
        return new JsonSchema(document);
    }

    /// Where a value first fails the schema; empty when it meets it.
    public Optional<Fault> violation(Dynamic value) {
        return new SchemaCheck(document).of(value);
    }
}
