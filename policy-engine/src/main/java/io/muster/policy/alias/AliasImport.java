package io.muster.policy.alias;

import io.muster.core.json.JsonCursor;
import io.muster.core.json.JsonException;
import io.muster.core.json.JsonLimits;
import io.muster.core.value.Dynamic;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/// Reads alias catalogues: JSON lines `{alias, resourceType, path}`, the answer of `az provider list --expand resourceTypes/aliases`, the output of
/// `Get-AzPolicyAlias`. Plain or gzip; the form is told from the content.
public final class AliasImport {
    private AliasImport() {}

    public static List<Alias> read(Path file) throws IOException, JsonException {
        try (var in = open(file)) {
            return read(in);
        }
    }

    /// The file's bytes, unpacked when they are gzip.
    public static InputStream open(Path file) throws IOException {
        var raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        raw.mark(2);
        int first = raw.read();
        int second = raw.read();
        raw.reset();
        return first == 0x1f && second == 0x8b
                ? new BufferedInputStream(new GZIPInputStream(raw, 1 << 16))
                : raw;
    }

    public static List<Alias> read(InputStream in) throws IOException, JsonException {
        List<Alias> aliases = new ArrayList<>();
        try (var cursor = JsonCursor.of(in, JsonLimits.DEFAULT)) {
            while (cursor.next() != JsonCursor.Token.END) {
                add(cursor.readValue(), aliases);
            }
        }
        return aliases;
    }

    /// Reads one value of any of the forms.
    public static void add(Dynamic value, List<Alias> into) {
        if (value instanceof Dynamic.Array(var items)) {
            items.forEach(item -> add(item, into));
            return;
        }
        if (value.getIgnoreCase("value") instanceof Dynamic.Array answers) {
            add(answers, into);
        } else if (value.getIgnoreCase("resourceTypes") instanceof Dynamic.Array(var types)) {
            String namespace = value.getIgnoreCase("namespace").textOr("");
            for (var type : types) {
                addAll(namespace, type, into);
            }
        } else if (value.getIgnoreCase("aliases") instanceof Dynamic.Array) {
            addAll(value.getIgnoreCase("namespace").textOr(""), value, into);
        } else {
            String type = value.getIgnoreCase("resourceType").textOr("");
            var alias = alias(value, type);
            if (alias != null) {
                into.add(alias);
            }
        }
    }

    private static void addAll(String namespace, Dynamic type, List<Alias> into) {
        String name = type.getIgnoreCase("resourceType").textOr("");
        for (var row : type.getIgnoreCase("aliases").items()) {
            var alias = alias(row, namespace.isEmpty() ? name : namespace + "/" + name);
            if (alias != null) {
                into.add(alias);
            }
        }
    }

    private static @Nullable Alias alias(Dynamic row, String type) {
        String name = row.getIgnoreCase("alias").textOr(row.getIgnoreCase("name").textOr(""));
        var versions =
                row.getIgnoreCase("versionedPaths") instanceof Dynamic.Array listed
                        ? listed
                        : row.getIgnoreCase("paths");
        String path = row.getIgnoreCase("path").textOr(row.getIgnoreCase("defaultPath").textOr(""));
        List<Alias.Versioned> versioned = new ArrayList<>();
        var metadata = row.getIgnoreCase("defaultMetadata");
        for (var version : versions.items()) {
            String at = version.getIgnoreCase("path").textOr("");
            if (at.isEmpty()) {
                continue;
            }
            Set<String> apiVersions =
                    version.getIgnoreCase("apiVersions").items().stream()
                            .map(v -> v.textOr(""))
                            .collect(Collectors.toSet());
            var own = version.getIgnoreCase("metadata");
            versioned.add(
                    new Alias.Versioned(
                            at,
                            apiVersions,
                            modifiable(own),
                            own.getIgnoreCase("type").asText().orElse(null)));
            // What holds in some versions is said of all only where nothing is said of the rest.
            if (path.isEmpty()) {
                path = at;
                metadata = metadata.isNull() ? own : metadata;
            }
        }
        if (name.isEmpty() || path.isEmpty()) {
            return null;
        }
        // Of the provider's answer `type` tells whether the value is secret, not what it is.
        String tokenType =
                row.getIgnoreCase("defaultMetadata")
                        .getIgnoreCase("type")
                        .asText()
                        .or(() -> row.getIgnoreCase("type").asText())
                        .orElse(null);
        return new Alias(name, type, path, versioned, modifiable(row, metadata), tokenType);
    }

    private static Alias.Modifiable modifiable(Dynamic row, Dynamic metadata) {
        if (row.getIgnoreCase("modifiable") instanceof Dynamic.Bool(var yes)) {
            return yes ? Alias.Modifiable.YES : Alias.Modifiable.NO;
        }
        return modifiable(metadata);
    }

    private static Alias.Modifiable modifiable(Dynamic metadata) {
        return switch (metadata.getIgnoreCase("attributes").textOr("").toLowerCase(Locale.ROOT)) {
            case "modifiable" -> Alias.Modifiable.YES;
            case "none" -> Alias.Modifiable.NO;
            default -> Alias.Modifiable.UNKNOWN;
        };
    }
}
