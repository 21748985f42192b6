package io.muster.simulator.arm;

import io.muster.inventory.resource.ResourceId;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// A request to ARM, whatever carried it. Taken apart once, by the thread that makes it. Immutable.
public final class ArmRequest {
    private final String method;
    private final URI uri;
    private final Map<String, String> headers;
    private final byte[] body;
    private final String path;
    private final String lowerPath;
    private final Map<String, String> query;
    private final Optional<ResourceId> id;

    /// @param uri absolute: its scheme and authority are those that the caller used, for links in answers
    /// @param headers by name, in any case; of several values the first
    /// @param body empty when there is none; not to be written
    public ArmRequest(String method, URI uri, Map<String, String> headers, byte[] body) {
        var byName = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        byName.putAll(headers);
        this.headers = byName;
        this.method = method.toUpperCase(Locale.ROOT);
        this.uri = uri;
        this.body = body;
        this.path = path(uri);
        this.lowerPath = path.toLowerCase(Locale.ROOT);
        this.query = query(uri);
        this.id = ResourceId.tryParse(path);
    }

    /// Upper case.
    public String method() {
        return method;
    }

    public URI uri() {
        return uri;
    }

    public Map<String, String> headers() {
        return headers;
    }

    /// Empty when there is none; not to be written.
    public byte[] body() {
        return body;
    }

    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name));
    }

    /// The decoded path, without a slash at its end and none twice: SDKs put a scope that begins with a slash behind one.
    public String path() {
        return path;
    }

    public String lowerPath() {
        return lowerPath;
    }

    /// The resource that the path names; empty when it names none.
    public Optional<ResourceId> id() {
        return id;
    }

    private static String path(URI uri) {
        String path = uri.getPath().replace("//", "/");
        return path.length() > 1 && path.endsWith("/")
                ? path.substring(0, path.length() - 1)
                : path;
    }

    /// The decoded query parameters, names in lower case.
    public Map<String, String> query() {
        return query;
    }

    private static Map<String, String> query(URI uri) {
        String raw = uri.getRawQuery();
        if (raw == null) {
            return Map.of();
        }
        var out = new HashMap<String, String>();
        for (String pair : raw.split("&")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            out.put(decode(name).toLowerCase(Locale.ROOT), decode(value));
        }
        return out;
    }

    public Optional<String> parameter(String name) {
        return Optional.ofNullable(query.get(name.toLowerCase(Locale.ROOT)));
    }

    /// GET or HEAD: nothing changes by it.
    boolean isRead() {
        return method.equals("GET") || method.equals("HEAD");
    }

    /// Refuses every other method.
    void requireMethod(String wanted) {
        if (!method.equals(wanted)) {
            throw ArmFault.notAllowed(this);
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /// `https://host:port` as the caller wrote it.
    public String origin() {
        return uri.getScheme() + "://" + uri.getRawAuthority();
    }
}
