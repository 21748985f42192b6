package io.muster.simulator.storage;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// `https://{account}.blob.core.windows.net/{container}/{blob}?{SAS}` taken apart.
///
/// @param account in lower case
/// @param query decoded; empty without a SAS
public record BlobAddress(
        String account, String container, String blob, Map<String, String> query) {
    private static final String HOST = ".blob.core.windows.net";

    public BlobAddress {
        query = Map.copyOf(query);
    }

    /// The address of a link to Azure's blob storage; empty for every other text.
    public static Optional<BlobAddress> parse(String link) {
        URI uri;
        try {
            uri = new URI(link);
        } catch (URISyntaxException notALink) {
            return Optional.empty();
        }
        String host = uri.getHost() == null ? "" : uri.getHost().toLowerCase(Locale.ROOT);
        String path = uri.getPath() == null ? "" : uri.getPath();
        int slash = path.indexOf('/', 1);
        if (!host.endsWith(HOST) || slash < 0 || slash == path.length() - 1) {
            return Optional.empty();
        }
        var query = new HashMap<String, String>();
        if (uri.getRawQuery() != null) {
            for (String pair : uri.getRawQuery().split("&")) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    query.put(
                            pair.substring(0, equals).toLowerCase(Locale.ROOT),
                            URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
                }
            }
        }
        return Optional.of(
                new BlobAddress(
                        host.substring(0, host.length() - HOST.length()),
                        path.substring(1, slash),
                        path.substring(slash + 1),
                        query));
    }

    public boolean hasSas() {
        return query.containsKey("sig");
    }
}
