package io.muster.service.compliance;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.diagnostic.SourceText;
import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.policy.definition.Versions;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The versions of a definition or an initiative (authorization-policyDefinitionVersions-2024-05-01): the latest is kept under its id, those before it under
/// `{id}/versions/{version}`, with the same body.
///
/// A version is what `properties.version` says, else what the metadata says, else 1.0.0. Only who says it as a property has several: a PUT without it replaces the latest.
public final class DefinitionVersions {
    static final String BELOW = "/versions/";

    static final Comparator<Dynamic> LATEST_FIRST =
            Comparator.<Dynamic, String>comparing(DefinitionVersions::version, Versions::compare)
                    .reversed();

    private DefinitionVersions() {}

    public static boolean isVersion(String id) {
        return !definitionOf(id).equals(id);
    }

    /// The id of the definition that an id names, or names a version of.
    static String definitionOf(String id) {
        int last = id.lastIndexOf('/');
        int below = id.toLowerCase(Locale.ROOT).lastIndexOf(BELOW);
        return below > 0 && below + BELOW.length() - 1 == last ? id.substring(0, below) : id;
    }

    static String definitionOf(Dynamic document) {
        return definitionOf(document.get("id").textOr(""));
    }

    /// The version that a document is.
    public static String version(Dynamic document) {
        var properties = document.get("properties");
        return properties
                .getIgnoreCase("version")
                .textOr(
                        properties
                                .getIgnoreCase("metadata")
                                .getIgnoreCase("version")
                                .textOr("1.0.0"));
    }

    private static boolean saysVersion(Dynamic document) {
        return !document.get("properties").getIgnoreCase("version").isNull();
    }

    /// Whether a document is of the version that an id names.
    static boolean isOf(Dynamic document, String versionId) {
        return Versions.compare(
                        version(document), versionId.substring(versionId.lastIndexOf('/') + 1))
                == 0;
    }

    /// The document as the definition itself, under its own id.
    public static Dynamic asDefinition(Dynamic document) {
        String id = document.get("id").textOr("");
        if (!isVersion(id)) {
            return document;
        }
        String definition = definitionOf(id);
        return document.with("id", Dynamic.of(definition))
                .with("name", Dynamic.of(definition.substring(definition.lastIndexOf('/') + 1)))
                .with("type", Dynamic.of(document.get("type").textOr("").replace("/versions", "")));
    }

    /// The document as one of the versions of its definition.
    public static Dynamic asVersion(Dynamic document) {
        var definition = asDefinition(document);
        String version = version(document);
        return withVersion(definition, version)
                .with("id", Dynamic.of(definitionOf(document) + BELOW + version))
                .with("name", Dynamic.of(version))
                .with("type", Dynamic.of(definition.get("type").textOr("") + "/versions"));
    }

    private static Dynamic withVersion(Dynamic document, String version) {
        return document.with(
                "properties", document.get("properties").with("version", Dynamic.of(version)));
    }

    /// What a PUT writes.
    ///
    /// @param documents in the order in which they are to be written: what is interrupted in between leaves a version twice, and both are the same
    record Put(List<Dynamic> documents, List<Diagnostic> faults) {
        private static Put of(Dynamic... documents) {
            return new Put(List.of(documents), List.of());
        }
    }

    /// @param document a definition, or one of its versions
    /// @param latest the definition as it is
    static Put put(Dynamic document, Optional<Dynamic> latest) {
        boolean named = isVersion(document.get("id").textOr(""));
        var definition = asDefinition(document);
        if (latest.isEmpty()) {
            return Put.of(definition);
        }
        var before = latest.get();
        if (!named && !saysVersion(document)) {
            return Put.of(
                    saysVersion(before) ? withVersion(definition, version(before)) : definition);
        }
        int order = Versions.compare(version(document), version(before));
        if (order == 0) {
            return Put.of(definition);
        }
        if (order > 0) {
            return named || saysVersion(before)
                    ? Put.of(asVersion(before), definition)
                    : Put.of(definition);
        }
        // From now on the latest says its version, so that no change of its metadata puts it behind
        // this one.
        return named
                ? Put.of(withVersion(before, version(before)), asVersion(document))
                : new Put(List.of(), List.of(lower(document, before)));
    }

    private static Diagnostic lower(Dynamic document, Dynamic latest) {
        return Diagnostic.error(
                        "version-lower-than-latest",
                        new SourceText(document.get("name").textOr(""), Json.write(document)),
                        SourceSpan.at(0),
                        "The version %s is lower than %s, which is in force: put it below '/versions', or delete the later one."
                                .formatted(version(document), version(latest)))
                .withPointer("/properties/version");
    }
}
