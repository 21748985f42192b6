package io.muster.service.compliance;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.Severity;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.definition.PolicyCatalog;
import io.muster.policy.definition.PolicyDefinition;
import io.muster.policy.definition.PolicyFile;
import io.muster.policy.definition.PolicyFolder;
import io.muster.policy.definition.PolicySetDefinition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;

/// Policy objects of folders, made to fit each other: files rarely carry ids, so an id that names nothing but ends in the name of a
/// definition of the folder means that definition.
public final class PolicyFolders {
    private PolicyFolders() {}

    public static PolicyFolder.Result load(List<Path> folders, AliasCatalog fields)
            throws IOException {
        return of(files(folders), fields);
    }

    /// The files of some folders, one after the other.
    public static List<PolicyFile> files(List<Path> folders) throws IOException {
        var files = new ArrayList<PolicyFile>();
        for (var folder : folders) {
            files.addAll(PolicyFile.below(folder));
        }
        return files;
    }

    public static PolicyFolder.Result of(List<PolicyFile> files, AliasCatalog fields) {
        var read = PolicyFolder.of(files, fields, PolicyCatalog.empty());
        return new PolicyFolder.Result(fitted(read.catalog()), read.diagnostics());
    }

    /// Policies that are assigned to something: by the files themselves or, where those have no assignment, to all resources.
    ///
    /// @param left names of what cannot be assigned because a parameter has no default
    public record Assigned(PolicyCatalog catalog, List<Diagnostic> diagnostics, List<String> left) {
        public Assigned {
            diagnostics = List.copyOf(diagnostics);
            left = List.copyOf(left);
        }
    }

    public static Assigned assigned(List<PolicyFile> files, AliasCatalog fields) {
        var read = of(files, fields);
        if (!read.catalog().assignments().isEmpty()) {
            return new Assigned(read.catalog(), read.diagnostics(), List.of());
        }
        var implied = ImpliedAssignments.in(read.catalog());
        return new Assigned(implied.catalog(), read.diagnostics(), implied.left());
    }

    public static boolean hasErrors(List<Diagnostic> diagnostics) {
        return diagnostics.stream().anyMatch(d -> d.severity() == Severity.ERROR);
    }

    /// The catalogue with each definition and initiative also under the ids by which others name it.
    public static PolicyCatalog fitted(PolicyCatalog catalog) {
        var wanted = new LinkedHashSet<String>();
        catalog.assignments().forEach(a -> wanted.add(a.policyDefinitionId()));
        catalog.sets().forEach(s -> s.members().forEach(m -> wanted.add(m.definitionId())));
        var definitions = new HashMap<String, PolicyDefinition>();
        catalog.definitions().forEach(d -> definitions.put(d.name().toLowerCase(Locale.ROOT), d));
        var sets = new HashMap<String, PolicySetDefinition>();
        catalog.sets().forEach(s -> sets.put(s.name().toLowerCase(Locale.ROOT), s));
        var result = catalog;
        for (String id : wanted) {
            if (catalog.definition(id).isPresent() || catalog.set(id, null).isPresent()) {
                continue;
            }
            String name = id.substring(id.lastIndexOf('/') + 1);
            boolean ofSet = id.toLowerCase(Locale.ROOT).contains("/policysetdefinitions/");
            var definition = definitions.get(name.toLowerCase(Locale.ROOT));
            var set = sets.get(name.toLowerCase(Locale.ROOT));
            if (ofSet && set != null) {
                result = result.with(set.withId(id, name)).without(set.id());
            } else if (!ofSet && definition != null) {
                result = result.with(definition.withId(id, name)).without(definition.id());
            }
        }
        return result;
    }
}
