package io.muster.policy.conformance;

import io.muster.core.json.JsonCursor;
import io.muster.core.json.JsonException;
import io.muster.core.json.JsonLimits;
import io.muster.core.value.Dynamic;
import io.muster.policy.alias.AliasImport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Cases, one JSON value after the other; plain or gzip.
final class CaseFile {
    private CaseFile() {}

    static List<Dynamic> read(Path file) throws IOException, JsonException {
        List<Dynamic> cases = new ArrayList<>();
        try (var in = AliasImport.open(file);
                var cursor = JsonCursor.of(in, JsonLimits.DEFAULT)) {
            while (cursor.next() != JsonCursor.Token.END) {
                cases.add(cursor.readValue());
            }
        }
        return cases;
    }
}
