package io.muster.policy.evaluate;

import io.muster.core.value.Dynamic;
import java.util.LinkedHashMap;
import java.util.regex.Pattern;

/// Values that an explanation must not show: they are masked with asterisks, as Policy Insights does (azure-policy.md section 14). A name tells them, since a document
/// does not say which of its texts are secret.
public final class Secrets {
    private static final Dynamic MASK = Dynamic.of("********");

    /// The last name of a path or alias. What only points at a secret (its URI, its name) is none.
    private static final Pattern NAME =
            Pattern.compile(
                    ".*(password|passwd|passphrase|secret|secrets|secretvalue|connectionstring|primarykey|secondarykey|accesskey|accountkey|sharedkey|apikey|privatekey|sastoken|accesstoken|protectedsettings|customdata|userdata)",
                    Pattern.CASE_INSENSITIVE);

    private Secrets() {}

    /// Whether a path, an alias, a field or an expression names a secret.
    static boolean isSecret(String text) {
        if (text.startsWith("[")) {
            for (var word : text.split("[^A-Za-z0-9]+", -1)) {
                if (NAME.matcher(word).matches()) {
                    return true;
                }
            }
            return false;
        }
        var at = text.replace("[*]", "");
        int last = Math.max(at.lastIndexOf('.'), at.lastIndexOf('/'));
        int end = at.length();
        while (end > 0 && !Character.isLetterOrDigit(at.charAt(end - 1))) {
            end--;
        }
        return NAME.matcher(at.substring(Math.min(last + 1, end), end)).matches();
    }

    /// The value as it may be shown: texts at or below a secret name are masked, all else stands.
    public static Dynamic masked(String path, Dynamic value) {
        return masked(isSecret(path), value);
    }

    private static Dynamic masked(boolean secret, Dynamic value) {
        return switch (value) {
            case Dynamic.Text(var text) -> secret && !text.isEmpty() ? MASK : value;
            case Dynamic.Array(var items) ->
                    new Dynamic.Array(items.stream().map(item -> masked(secret, item)).toList());
            case Dynamic.Bag(var members) -> {
                var out = new LinkedHashMap<String, Dynamic>();
                members.forEach(
                        (name, member) -> out.put(name, masked(secret || isSecret(name), member)));
                yield new Dynamic.Bag(out);
            }
            case Dynamic.Null _,
                    Dynamic.Bool _,
                    Dynamic.Whole _,
                    Dynamic.Real _,
                    Dynamic.Decimal _,
                    Dynamic.DateTime _,
                    Dynamic.Span _,
                    Dynamic.Guid _ ->
                    value;
        };
    }
}
