package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import io.muster.kql.regex.Regex;
import java.util.List;

/// What a browser says of itself: its own name and version, the system's, the device's. Rules of our own for the usual ones; what none
/// of them knows is "Other".
final class UserAgents {
    private UserAgents() {}

    /// The first rule whose pattern is found tells; groups 1.. are parts of the version.
    private record Rule(String family, Regex pattern) {
        static Rule of(String family, String regex) {
            return new Rule(family, regex(regex));
        }
    }

    private static final String VERSION = "(\\d+)(?:[._](\\d+))?(?:[._](\\d+))?";

    private static final List<Rule> BROWSERS =
            List.of(
                    Rule.of("Googlebot", "Googlebot/" + VERSION),
                    Rule.of("bingbot", "bingbot/" + VERSION),
                    Rule.of("AdobeAIR", "AdobeAIR/" + VERSION),
                    Rule.of("Nokia OSS Browser", "Series60/" + VERSION + ".*Nokia.*AppleWebKit/"),
                    Rule.of("Edge", "(?:Edg|Edge|EdgA|EdgiOS)/" + VERSION),
                    Rule.of("Opera", "(?:OPR|Opera)/" + VERSION),
                    Rule.of("Samsung Internet", "SamsungBrowser/" + VERSION),
                    Rule.of("Firefox Mobile", "(?:Mobile|Tablet).*Firefox/" + VERSION),
                    Rule.of("Firefox iOS", "FxiOS/" + VERSION),
                    Rule.of("Firefox", "Firefox/" + VERSION),
                    Rule.of("Chrome Mobile iOS", "CriOS/" + VERSION),
                    Rule.of("Chrome Mobile", "Chrome/" + VERSION + ".* Mobile"),
                    Rule.of("Chromium", "Chromium/" + VERSION),
                    Rule.of("Chrome", "Chrome/" + VERSION),
                    Rule.of("Mobile Safari", "Version/" + VERSION + ".*Mobile.*Safari/"),
                    Rule.of("Safari", "Version/" + VERSION + ".*Safari/"),
                    Rule.of("IE", "MSIE " + VERSION),
                    Rule.of("IE", "Trident/.*rv:" + VERSION),
                    Rule.of("curl", "curl/" + VERSION),
                    Rule.of("Wget", "Wget/" + VERSION),
                    Rule.of("Python Requests", "python-requests/" + VERSION),
                    Rule.of("Go-http-client", "Go-http-client/" + VERSION));

    private static final List<Rule> SYSTEMS =
            List.of(
                    Rule.of("Windows Phone", "Windows Phone (?:OS )?" + VERSION),
                    Rule.of("Windows 10", "Windows NT 10\\.0"),
                    Rule.of("Windows 8.1", "Windows NT 6\\.3"),
                    Rule.of("Windows 8", "Windows NT 6\\.2"),
                    Rule.of("Windows 7", "Windows NT 6\\.1"),
                    Rule.of("Windows Vista", "Windows NT 6\\.0"),
                    Rule.of("Windows XP", "Windows NT 5\\.[12]"),
                    Rule.of("Windows", "Windows"),
                    Rule.of("Symbian OS", "SymbianOS/" + VERSION),
                    Rule.of("Android", "Android " + VERSION),
                    Rule.of("iOS", "(?:iPhone|iPad|iPod).* OS " + VERSION),
                    Rule.of("Mac OS X", "Mac OS X " + VERSION),
                    Rule.of("Chrome OS", "CrOS \\S+ " + VERSION),
                    Rule.of("Ubuntu", "Ubuntu(?:/" + VERSION + ")?"),
                    Rule.of("Linux", "Linux"));

    private static final List<Rule> DEVICES =
            List.of(
                    Rule.of("iPhone", "iPhone"),
                    Rule.of("iPad", "iPad"),
                    Rule.of("iPod", "iPod"),
                    Rule.of("Spider", "(?i)bot\\b|spider|crawl"),
                    Rule.of("Mac", "Macintosh"));

    private static final Regex ANDROID_MODEL =
            regex("Android [^;)]*; (?:[a-z]{2}-[a-z]{2}; )?([^;)]+?)(?: Build/[^;)]*)?[;)]");

    private static final Regex NOKIA_MODEL = regex("Nokia([A-Za-z0-9]+)([^/; ]*)");

    private static Regex regex(String regex) {
        return Regex.of(regex, () -> {});
    }

    /// @param wanted any of `browser`, `os`, `device`
    /// @param look called now and then where the text is long
    static Dynamic parse(String agent, List<String> wanted, Runnable look) {
        var out = Dynamic.bag();
        if (wanted.contains("browser")) {
            out.put("Browser", versioned(agent, BROWSERS, look));
        }
        if (wanted.contains("os")) {
            out.put(
                    "OperatingSystem",
                    versioned(agent, SYSTEMS, look).with("PatchMinor", Dynamic.of("")));
        }
        if (wanted.contains("device")) {
            out.put("Device", device(agent, look));
        }
        return out.build();
    }

    private static Dynamic versioned(String agent, List<Rule> rules, Runnable look) {
        for (var rule : rules) {
            var matcher = rule.pattern().watchedBy(look).once(agent);
            if (matcher.find()) {
                String[] parts = {"", "", ""};
                for (int i = 0; i < Math.min(3, matcher.groupCount()); i++) {
                    String part = matcher.group(i + 1);
                    parts[i] = part == null ? "" : part;
                }
                return version(rule.family(), parts);
            }
        }
        return version("Other", new String[] {"", "", ""});
    }

    private static Dynamic version(String family, String[] parts) {
        return Dynamic.bag()
                .put("Family", Dynamic.of(family))
                .put("MajorVersion", Dynamic.of(parts[0]))
                .put("MinorVersion", Dynamic.of(parts[1]))
                .put("Patch", Dynamic.of(parts[2]))
                .build();
    }

    private static Dynamic device(String agent, Runnable look) {
        String family = "Other";
        String brand = "";
        String model = "";
        for (var rule : DEVICES) {
            if (rule.pattern().watchedBy(look).isIn(agent)) {
                family = rule.family();
                brand = family.equals("Spider") ? "Spider" : "Apple";
                model = family.equals("Spider") ? "Desktop" : family;
                break;
            }
        }
        var nokia = NOKIA_MODEL.watchedBy(look).once(agent);
        if (family.equals("Other") && nokia.find()) {
            family = "Nokia " + nokia.group(1);
            brand = "Nokia";
            model = nokia.group(1) + nokia.group(2);
        }
        if (family.equals("Other")) {
            var matcher = ANDROID_MODEL.watchedBy(look).once(agent);
            if (matcher.find()) {
                family = matcher.group(1).strip();
                brand = family.startsWith("SM-") ? "Samsung" : "Generic_Android";
                model = family;
            }
        }
        return Dynamic.bag()
                .put("Family", Dynamic.of(family))
                .put("Brand", Dynamic.of(brand))
                .put("Model", Dynamic.of(model))
                .build();
    }
}
