package io.muster.service.compliance;

import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.value.Dynamic;
import io.muster.policy.alias.AliasCatalog;
import io.muster.policy.definition.PolicyCatalog;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The policies that come with the product, as objects to put: its own definitions, initiatives and the assignments of the demo.
public final class PolicyLibrary {
    private static final String FOLDER = "policies";

    private PolicyLibrary() {}

    /// An object and what it is.
    public record Item(FleetCompliance.Kind kind, Dynamic document) {}

    /// Everything of the library, definitions before what builds on them.
    ///
    /// @throws DiagnosticException when a document is malformed
    public static List<Item> read() throws IOException, DiagnosticException {
        var folder = PolicyLibrary.class.getClassLoader().getResource(FOLDER);
        if (folder == null) {
            throw new IOException("the policy library is not on the class path");
        }
        return items(load(folder));
    }

    private static PolicyCatalog load(URL folder) throws IOException, DiagnosticException {
        try {
            if (!folder.getProtocol().equals("jar")) {
                return checked(Path.of(folder.toURI()));
            }
            String text = folder.toString();
            var jar = URI.create(text.substring(0, text.indexOf('!')));
            try (var files = FileSystems.newFileSystem(jar, Map.of())) {
                return checked(files.getPath("/" + FOLDER));
            }
        } catch (URISyntaxException impossible) {
            throw new IOException("the policy library's place is no address", impossible);
        }
    }

    private static PolicyCatalog checked(Path folder) throws IOException, DiagnosticException {
        var loaded = PolicyFolders.load(List.of(folder), AliasCatalog.conventional());
        if (PolicyFolders.hasErrors(loaded.diagnostics())) {
            throw new DiagnosticException(loaded.diagnostics());
        }
        return loaded.catalog();
    }

    private static List<Item> items(PolicyCatalog catalog) {
        var items = new ArrayList<Item>();
        for (var definition : catalog.definitions()) {
            items.add(
                    new Item(
                            FleetCompliance.Kind.DEFINITION,
                            complete(
                                    wrapped(definition.json()),
                                    definition.id(),
                                    definition.name(),
                                    "policyDefinitions")));
        }
        for (var set : catalog.sets()) {
            items.add(
                    new Item(
                            FleetCompliance.Kind.SET_DEFINITION,
                            complete(
                                    wrapped(set.json()),
                                    set.id(),
                                    set.name(),
                                    "policySetDefinitions")));
        }
        for (var assignment : catalog.assignments()) {
            items.add(
                    new Item(
                            FleetCompliance.Kind.ASSIGNMENT,
                            complete(
                                    assignment.json(),
                                    assignment.id(),
                                    assignment.name(),
                                    "policyAssignments")));
        }
        return items;
    }

    /// Definitions and initiatives keep their `properties` alone; on the wire those stand below the resource.
    private static Dynamic wrapped(Dynamic properties) {
        return Dynamic.bag().put("properties", properties).build();
    }

    private static Dynamic complete(Dynamic document, String id, String name, String type) {
        return document.with("id", Dynamic.of(id))
                .with("name", Dynamic.of(name))
                .with("type", Dynamic.of("Microsoft.Authorization/" + type));
    }
}
