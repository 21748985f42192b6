package io.muster.service.http.route;

import io.muster.core.value.Dynamic;
import io.muster.service.http.errors.ArmException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Lists as ARM answers them, `{"value", "nextLink"}`: `$top` says how many there are in all, without it pages are of a size, and `nextLink` is absent on the last.
public final class Pages {
    private static final String SKIP = "$skiptoken";

    private Pages() {}

    /// @param mostTop the highest `$top`
    /// @param pageSize values a page without `$top`
    public static ArmAnswer of(
            ArmCall call, List<? extends Dynamic> values, int mostTop, int pageSize)
            throws ArmException {
        var top = call.intParameter("$top", 1, mostTop);
        int from = Math.min(call.intParameter(SKIP, 0, Integer.MAX_VALUE).orElse(0), values.size());
        int to = (int) Math.min(values.size(), (long) from + top.orElse(pageSize));
        var body = Dynamic.bag().put("value", Dynamic.array(values.subList(from, to)));
        if (top.isEmpty() && to < values.size()) {
            body.put("nextLink", next(call, to));
        }
        return ArmAnswer.ok(body.build());
    }

    private static String next(ArmCall call, int skip) {
        var link = new StringBuilder(call.base()).append(call.path()).append('?');
        for (var parameter : call.query()) {
            if (!parameter.name().equalsIgnoreCase(SKIP)) {
                link.append(encode(parameter.name()))
                        .append('=')
                        .append(encode(parameter.value()))
                        .append('&');
            }
        }
        return link.append(SKIP).append('=').append(skip).toString();
    }

    /// As it stands in a query; a dollar is left as it is.
    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%24", "$");
    }
}
