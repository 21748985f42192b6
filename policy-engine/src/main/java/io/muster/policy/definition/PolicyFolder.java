package io.muster.policy.definition;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.SourceText;
import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.policy.alias.FieldResolver;
import io.muster.policy.expression.Members;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Loads policy objects from a folder, whatever the common layout: a bare rule, a `properties` wrapper, an export of portal or CLI (one object, an array, a list
/// answer), or a rules file with a parameters file beside it. What kind a document is shows from its members.
public final class PolicyFolder {
    private static final String AUTHORIZATION = "/providers/Microsoft.Authorization/";

    private final FieldResolver fields;
    private final List<Diagnostic> diagnostics = new ArrayList<>();

    /// What was read, by ID and version.
    private final Map<String, Dynamic> byId = new HashMap<>();

    private PolicyCatalog.Builder catalog = PolicyCatalog.empty().changed();

    private PolicyFolder(FieldResolver fields) {
        this.fields = fields;
    }

    /// What was loaded and what was wrong; a faulty document is left out.
    public record Result(PolicyCatalog catalog, List<Diagnostic> diagnostics) {
        public Result {
            diagnostics = List.copyOf(diagnostics);
        }
    }

    /// Reads every `.json` file at or below a path, a single file too.
    public static Result load(Path path, FieldResolver fields) throws IOException {
        return load(path, fields, PolicyCatalog.empty());
    }

    /// The same on top of what is there already.
    public static Result load(Path path, FieldResolver fields, PolicyCatalog onto)
            throws IOException {
        return of(PolicyFile.below(path), fields, onto);
    }

    /// Reads files of folders, on top of what is there already.
    public static Result of(List<PolicyFile> files, FieldResolver fields, PolicyCatalog onto) {
        var folder = new PolicyFolder(fields);
        folder.catalog = onto.changed();
        Map<Path, List<Document>> byFolder = new LinkedHashMap<>();
        for (var file : files) {
            var document = folder.read(file);
            if (document != null) {
                byFolder.computeIfAbsent(file.folder(), _ -> new ArrayList<>()).add(document);
            }
        }
        byFolder.values().forEach(folder::addFolder);
        return new Result(folder.catalog.build(), folder.diagnostics);
    }

    /// A file read.
    private record Document(PolicyFile file, SourceText source, Dynamic json) {
        String stem() {
            return file.stem();
        }

        String name() {
            return file.objectName();
        }

        /// The file's name without what tells which part it is, lower case: `b` of `b.rules.json`.
        String base(String part) {
            String stem = stem().toLowerCase(Locale.ROOT);
            return stem.substring(0, stem.length() - part.length()).replaceAll("[._ -]+$", "");
        }
    }

    private @Nullable Document read(PolicyFile file) {
        String path = file.path().toString();
        String text = file.text();
        if (text == null) {
            diagnostics.add(
                    PolicyDefinitionReader.invalid(
                            new SourceText(path, ""),
                            new JsonException("the file is not UTF-8 text", 1, 1, "")));
            return null;
        }
        var source = new SourceText(path, text.startsWith("\ufeff") ? text.substring(1) : text);
        try {
            return new Document(file, source, Json.parse(source.text()));
        } catch (JsonException fault) {
            diagnostics.add(PolicyDefinitionReader.invalid(source, fault));
            return null;
        }
    }

    private void addFolder(List<Document> documents) {
        var rules = documents.stream().filter(PolicyFolder::isRules).toList();
        var parameters = documents.stream().filter(PolicyFolder::isParameters).toList();
        var others =
                documents.stream()
                        .filter(each -> !rules.contains(each) && !parameters.contains(each))
                        .toList();
        others.forEach(this::add);
        for (var rule : rules) {
            // The parts repeat what the whole definition beside them says.
            if (others.stream().noneMatch(whole -> repeats(rule, whole))) {
                addParts(
                        rule,
                        parameters.stream()
                                .filter(each ->
                                        each.base("parameters").equals(rule.base("rules"))
                                                || (rules.size() == 1 && parameters.size() == 1))
                                .findFirst()
                                .orElse(null),
                        rules.size() == 1 ? others : List.of());
            }
        }
    }

    /// A whole object whose file happens to be called so is none.
    private static boolean isRules(Document document) {
        return document.stem().toLowerCase(Locale.ROOT).endsWith("rules")
                && (kind(document.json()) == null || Members.has(document.json(), "if"));
    }

    private static boolean isParameters(Document document) {
        return document.stem().toLowerCase(Locale.ROOT).endsWith("parameters")
                && (kind(document.json()) == null
                        || document.json().members().values().stream()
                                .allMatch(each -> Members.has(each, "type")));
    }

    private static boolean repeats(Document rules, Document whole) {
        if (kind(whole.json()) != Kind.DEFINITION) {
            return false;
        }
        String base = rules.base("rules");
        var properties =
                whole.json().getIgnoreCase("properties") instanceof Dynamic.Bag wrapped
                        ? wrapped
                        : whole.json();
        return base.isEmpty()
                || base.equals(whole.base(""))
                || properties.getIgnoreCase("policyRule").equals(rules.json());
    }

    private void addParts(Document rules, @Nullable Document parameters, List<Document> others) {
        var properties = Dynamic.bag().put("mode", "All");
        for (var document : others) {
            if (kind(document.json()) == null) {
                document.json().members().forEach(properties::put);
            }
        }
        if (parameters != null) {
            properties.put("parameters", parameters.json());
        }
        var json =
                Dynamic.bag()
                        .put("name", rules.name())
                        .put("properties", properties.put("policyRule", rules.json()).build())
                        .build();
        var result = new PolicyDefinitionReader(fields).read(rules.source().name(), json);
        diagnostics.addAll(result.diagnostics());
        if (result.definition() != null) {
            var definition = named(result.definition(), rules.name());
            catalog.add(definition);
            var faults = Faults.in(rules.source());
            once(definition.id(), definition.version(), json, faults);
            diagnostics.addAll(faults.all());
        }
    }

    /// Tells of what takes the place of another that was read with it: that one would be left out in silence. A copy does no harm.
    private void once(String id, String version, Dynamic json, Faults faults) {
        var other = byId.put(id.toLowerCase(Locale.ROOT) + "@" + version, json);
        if (other != null && !other.equals(json)) {
            faults.report(
                    PolicyFault.OBJECT_REPEATED,
                    "",
                    "There is another '%s' among the files; this one takes its place."
                            .formatted(id),
                    "an object without an ID is called by its name, or by that of its file or folder");
        }
    }

    private enum Kind {
        DEFINITION,
        SET,
        ASSIGNMENT,
        EXEMPTION,
        ATTESTATION,
        LIST
    }

    private static @Nullable Kind kind(Dynamic json) {
        if (json instanceof Dynamic.Array || json.getIgnoreCase("value") instanceof Dynamic.Array) {
            return Kind.LIST;
        }
        String type = json.getIgnoreCase("type").textOr("").toLowerCase(Locale.ROOT);
        var properties =
                json.getIgnoreCase("properties") instanceof Dynamic.Bag wrapped ? wrapped : json;
        if (type.endsWith("/policyexemptions") || Members.has(properties, "exemptionCategory")) {
            return Kind.EXEMPTION;
        }
        if (type.endsWith("/attestations")
                || (Members.has(properties, "complianceState")
                        && Members.has(properties, "policyAssignmentId"))) {
            return Kind.ATTESTATION;
        }
        if (type.endsWith("/policyassignments") || Members.has(properties, "policyDefinitionId")) {
            return Kind.ASSIGNMENT;
        }
        if (type.endsWith("/policysetdefinitions")
                || Members.has(properties, "policyDefinitions")) {
            return Kind.SET;
        }
        if (type.endsWith("/policydefinitions")
                || Members.has(properties, "policyRule")
                || (Members.has(json, "if") && Members.has(json, "then"))) {
            return Kind.DEFINITION;
        }
        return null;
    }

    private void add(Document document) {
        var kind = kind(document.json());
        if (kind == Kind.LIST) {
            var items =
                    document.json() instanceof Dynamic.Array
                            ? document.json().items()
                            : document.json().getIgnoreCase("value").items();
            for (int i = 0; i < items.size(); i++) {
                var itemKind = kind(items.get(i));
                if (itemKind != null && itemKind != Kind.LIST) {
                    add(
                            itemKind,
                            items.get(i),
                            null,
                            document.source().name() + "#" + i,
                            document.name() + "-" + i);
                }
            }
        } else if (kind != null) {
            add(
                    kind,
                    document.json(),
                    document.source(),
                    document.source().name(),
                    document.name());
        }
    }

    private void add(
            Kind kind, Dynamic json, @Nullable SourceText source, String label, String name) {
        var faults = source == null ? Faults.in(label, json) : Faults.in(source);
        switch (kind) {
            case DEFINITION -> {
                var reader = new PolicyDefinitionReader(fields);
                var result = source == null ? reader.read(label, json) : reader.read(source);
                diagnostics.addAll(result.diagnostics());
                if (result.definition() != null) {
                    var definition = named(result.definition(), name);
                    catalog.add(definition);
                    once(definition.id(), definition.version(), json, faults);
                }
            }
            case SET -> {
                var result =
                        source == null
                                ? PolicySetReader.read(label, json)
                                : PolicySetReader.read(source);
                diagnostics.addAll(result.diagnostics());
                if (result.definition() != null) {
                    var set = named(result.definition(), name);
                    catalog.add(set);
                    once(set.id(), set.version(), json, faults);
                }
            }
            case ASSIGNMENT -> {
                PolicyObjectReader.assignment(json, faults)
                        .ifPresent(each -> {
                            catalog.add(each);
                            once(each.id(), "", json, faults);
                        });
            }
            case EXEMPTION -> {
                PolicyObjectReader.exemption(json, faults)
                        .ifPresent(each -> {
                            catalog.add(each);
                            once(each.id(), "", json, faults);
                        });
            }
            case ATTESTATION -> {
                PolicyObjectReader.attestation(json, faults)
                        .ifPresent(each -> {
                            catalog.add(each);
                            once(each.id(), "", json, faults);
                        });
            }
            case LIST -> throw new IllegalStateException("lists do not nest");
        }
        diagnostics.addAll(faults.all());
    }

    private static PolicyDefinition named(PolicyDefinition definition, String otherwise) {
        String name = definition.name().isEmpty() ? otherwise : definition.name();
        String id =
                definition.id().isEmpty()
                        ? AUTHORIZATION + "policyDefinitions/" + name
                        : definition.id();
        return definition.withId(id, name);
    }

    private static PolicySetDefinition named(PolicySetDefinition set, String otherwise) {
        String name = set.name().isEmpty() ? otherwise : set.name();
        String id = set.id().isEmpty() ? AUTHORIZATION + "policySetDefinitions/" + name : set.id();
        return set.withId(id, name);
    }
}
