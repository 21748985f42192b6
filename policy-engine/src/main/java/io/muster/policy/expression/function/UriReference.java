package io.muster.policy.expression.function;

import io.muster.policy.expression.EvaluationFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Resolution of a URI reference against a base as RFC 3986, section 5, has it; `java.net.URI` follows the older RFC 2396, which differs for empty and query-only
/// references and for dot segments above the root.
///
/// @param scheme, authority and query are null when absent, which is not the same as empty
record UriReference(
        @Nullable String scheme,
        @Nullable String authority,
        String path,
        @Nullable String query,
        @Nullable String fragment) {
    /// The expression of RFC 3986, appendix B.
    private static final Pattern PARTS =
            Pattern.compile(
                    "(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?#]*))?([^?#]*)(?:\\?([^#]*))?(?:#(.*))?",
                    Pattern.DOTALL);

    static String resolve(String base, String relative) throws EvaluationFailure {
        var root = parse(base);
        if (root.scheme == null || root.authority == null || root.authority.isEmpty()) {
            throw new EvaluationFailure("'" + base + "' is no absolute URI");
        }
        return root.resolve(parse(relative)).text();
    }

    private static UriReference parse(String text) throws EvaluationFailure {
        Matcher parts = PARTS.matcher(text);
        if (!parts.matches() || text.chars().anyMatch(c -> c < ' ')) {
            throw new EvaluationFailure("'" + text + "' is no URI");
        }
        return new UriReference(
                parts.group(1),
                parts.group(2),
                escaped(parts.group(3)),
                parts.group(4) == null ? null : escaped(parts.group(4)),
                parts.group(5) == null ? null : escaped(parts.group(5)));
    }

    private static String escaped(String part) {
        return part.replace(" ", "%20");
    }

    private UriReference resolve(UriReference relative) {
        if (relative.scheme != null) {
            return relative.with(relative.scheme, relative.authority, plain(relative.path));
        }
        if (relative.authority != null) {
            return relative.with(scheme, relative.authority, plain(relative.path));
        }
        if (relative.path.isEmpty()) {
            return new UriReference(
                    scheme,
                    authority,
                    path,
                    relative.query != null ? relative.query : query,
                    relative.fragment);
        }
        String merged =
                relative.path.startsWith("/")
                        ? relative.path
                        : path.isEmpty()
                                ? "/" + relative.path
                                : path.substring(0, path.lastIndexOf('/') + 1) + relative.path;
        return relative.with(scheme, authority, plain(merged));
    }

    private UriReference with(
            @Nullable String otherScheme, @Nullable String otherAuthority, String otherPath) {
        return new UriReference(otherScheme, otherAuthority, otherPath, query, fragment);
    }

    /// The path without dot segments.
    private static String plain(String path) {
        if (!path.startsWith("/")) {
            return path;
        }
        List<String> kept = new ArrayList<>();
        String[] segments = path.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean last = i == segments.length - 1;
            switch (segments[i]) {
                case "." -> {
                    if (last) {
                        kept.add("");
                    }
                }
                case ".." -> {
                    if (!kept.isEmpty()) {
                        kept.removeLast();
                    }
                    if (last) {
                        kept.add("");
                    }
                }
                default -> kept.add(segments[i]);
            }
        }
        return "/" + String.join("/", kept);
    }

    /// An absolute URI without a path has the path "/".
    private String text() {
        var out = new StringBuilder();
        if (scheme != null) {
            out.append(scheme.toLowerCase(Locale.ROOT)).append(':');
        }
        if (authority != null) {
            out.append("//").append(authority.toLowerCase(Locale.ROOT));
        }
        out.append(path.isEmpty() && authority != null ? "/" : path);
        if (query != null) {
            out.append('?').append(query);
        }
        if (fragment != null) {
            out.append('#').append(fragment);
        }
        return out.toString();
    }
}
