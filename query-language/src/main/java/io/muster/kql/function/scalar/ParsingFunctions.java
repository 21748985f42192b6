package io.muster.kql.function.scalar;

import io.muster.core.value.Dynamic;
import io.muster.kql.function.FunctionFamily;
import io.muster.kql.function.Kernels;
import io.muster.kql.function.ScalarFunction;
import io.muster.kql.value.ScalarText;
import io.muster.kql.vector.Columns;
import java.math.BigDecimal;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Texts of a known form taken apart: URLs, paths, versions, CSV; sizes written out.
public final class ParsingFunctions {
    private ParsingFunctions() {}

    static FunctionFamily family() {
        var parseUrl =
                ScalarFunction.of(
                        "parse_url",
                        "(url: string): dynamic",
                        Kernels.perRow((v, c) -> url(v[0].textOr(""))));
        var parseQuery =
                ScalarFunction.of(
                        "parse_urlquery",
                        "(query: string): dynamic",
                        Kernels.perRow((v, c) ->
                                Dynamic.bag()
                                        .put(
                                                "Query Parameters",
                                                query(v[0].textOr("").replaceFirst("^\\?", "")))
                                        .build()));
        return new FunctionFamily(
                "Parsing and formatting",
                List.of(
                        parseUrl,
                        parseUrl.alias("parseurl"),
                        parseQuery,
                        parseQuery.alias("parseurlquery"),
                        ScalarFunction.of(
                                "parse_path",
                                "(path: string): dynamic",
                                Kernels.perRow((v, c) -> path(v[0].textOr("")))),
                        ScalarFunction.of(
                                "parse_version",
                                "(version: string): decimal",
                                Kernels.perRow((v, c) -> version(v[0].textOr("")))),
                        ScalarFunction.of(
                                        "parse_csv",
                                        "(text: string): dynamic",
                                        Kernels.perRow((v, c) -> csv(v[0].textOr(""))))
                                .keepsName(),
                        ScalarFunction.of(
                                "parse_xml",
                                "(xml: string): dynamic",
                                Kernels.perRow((v, c) -> XmlText.parse(v[0].textOr("")))),
                        ScalarFunction.of(
                                        "parse_user_agent",
                                        "(agent: string, look_for: any): dynamic",
                                        Kernels.perRow((v, c) ->
                                                UserAgents.parse(
                                                        v[0].textOr(""),
                                                        Comparisons.items(v[1]).stream()
                                                                .map(ScalarText::of)
                                                                .toList(),
                                                        c::check)))
                                .noted("knows the usual browsers and systems"),
                        ScalarFunction.of(
                                "parse_command_line",
                                "(command: string, parser: string): dynamic",
                                Kernels.perRow((v, c) -> commandLine(v[0].textOr("")))),
                        ScalarFunction.of(
                                        "format_bytes",
                                        "(size: number, precision?: long, unit?: string): string",
                                        Kernels.perRow((v, c) -> formatBytes(v)))
                                .keepsName(),
                        ScalarFunction.of(
                                        "estimate_data_size",
                                        "(column...: any): long",
                                        Kernels.perRowWithNulls((v, c) -> {
                                            long total = 0;
                                            for (var value : v) {
                                                total +=
                                                        value instanceof Dynamic.Text(var t)
                                                                ? t.getBytes(StandardCharsets.UTF_8)
                                                                        .length
                                                                : value instanceof Dynamic.Bool
                                                                        ? 1
                                                                        : value.isNull() ? 1 : 8;
                                            }
                                            return Dynamic.of(total);
                                        }))
                                .noted("an estimate of its own"),
                        ScalarFunction.of(
                                "current_principal_is_member_of",
                                "(group...: any): bool",
                                Kernels.constant(a -> Dynamic.FALSE)),
                        convert("convert_length", Units.LENGTH),
                        convert("convert_mass", Units.MASS),
                        convert("convert_speed", Units.SPEED),
                        convert("convert_volume", Units.VOLUME),
                        convert("convert_energy", Units.ENERGY),
                        convert("convert_force", Units.FORCE),
                        convert("convert_angle", Units.ANGLE),
                        ScalarFunction.of(
                                "convert_temperature",
                                "(value: real, from: string, to: string): real",
                                Kernels.perRow((v, c) ->
                                        Units.temperature(
                                                        Columns.doubleOf(v[0]),
                                                        v[1].textOr(""),
                                                        v[2].textOr(""))
                                                .stream()
                                                .mapToObj(d -> Dynamic.of(d))
                                                .findFirst()
                                                .orElse(Dynamic.NULL)))));
    }

    private static ScalarFunction convert(String name, Map<String, Double> units) {
        return ScalarFunction.of(
                name,
                "(value: real, from: string, to: string): real",
                Kernels.perRow((v, c) -> {
                    var from = units.get(v[1].textOr(""));
                    var to = units.get(v[2].textOr(""));
                    if (from == null || to == null) {
                        return Dynamic.NULL;
                    }
                    double value = Columns.doubleOf(v[0]);
                    double base =
                            Units.TILT.equals(v[1].textOr("")) ? Units.ofTilt(value) : value * from;
                    return Dynamic.of(
                            Units.TILT.equals(v[2].textOr("")) ? Units.toTilt(base) : base / to);
                }));
    }

    private static Dynamic url(String text) {
        String rest = text.strip();
        String scheme = "";
        int at = rest.indexOf("://");
        if (at >= 0) {
            scheme = rest.substring(0, at);
            rest = rest.substring(at + 3);
        } else if (rest.indexOf(':') > 0
                && rest.indexOf('/') != 0
                && !rest.substring(0, rest.indexOf(':')).contains("/")) {
            scheme = rest.substring(0, rest.indexOf(':'));
            rest = rest.substring(rest.indexOf(':') + 1);
        }
        String fragment = "";
        at = rest.indexOf('#');
        if (at >= 0) {
            fragment = rest.substring(at + 1);
            rest = rest.substring(0, at);
        }
        String query = "";
        at = rest.indexOf('?');
        if (at >= 0) {
            query = rest.substring(at + 1);
            rest = rest.substring(0, at);
        }
        String path = "";
        at = rest.indexOf('/');
        if (at >= 0) {
            path = rest.substring(at);
            rest = rest.substring(0, at);
        }
        String user = "";
        String password = "";
        at = rest.lastIndexOf('@');
        if (at >= 0) {
            user = rest.substring(0, at);
            rest = rest.substring(at + 1);
            int colon = user.indexOf(':');
            if (colon >= 0) {
                password = user.substring(colon + 1);
                user = user.substring(0, colon);
            }
        }
        String port = "";
        at = rest.lastIndexOf(':');
        if (at > rest.lastIndexOf(']')) {
            port = rest.substring(at + 1);
            rest = rest.substring(0, at);
        }
        return Dynamic.bag()
                .put("Scheme", scheme)
                .put("Host", rest)
                .put("Port", port)
                .put("Path", path)
                .put("Username", user)
                .put("Password", password)
                .put("Query Parameters", query(query))
                .put("Fragment", fragment)
                .build();
    }

    private static Dynamic query(String text) {
        var out = new LinkedHashMap<String, Dynamic>();
        for (String pair : text.isEmpty() ? new String[0] : text.split("&", -1)) {
            int equals = pair.indexOf('=');
            String key = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : pair.substring(equals + 1);
            out.put(decoded(key), Dynamic.of(decoded(value)));
        }
        return new Dynamic.Bag(out);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return text;
        }
    }

    private static Dynamic path(String text) {
        String s = text;
        String scheme = "";
        int at = s.indexOf("://");
        if (at >= 0) {
            scheme = s.substring(0, at);
            s = s.substring(at + 3);
        }
        String stream = "";
        String root = "";
        if (s.length() > 1 && Character.isLetter(s.charAt(0)) && s.charAt(1) == ':') {
            root = s.substring(0, 2);
        } else if (s.length() > 5 && s.startsWith("\\\\?\\") && s.charAt(5) == ':') {
            root = s.substring(4, 6);
        }
        int separator = Math.max(s.lastIndexOf('\\'), s.lastIndexOf('/'));
        String directory = separator < 0 ? "" : s.substring(0, separator);
        String file = separator < 0 ? s : s.substring(separator + 1);
        int colon = file.indexOf(':');
        if (colon >= 0 && separator >= 0) {
            stream = file.substring(colon + 1);
            file = file.substring(0, colon);
        }
        int dot = file.lastIndexOf('.');
        int above = Math.max(directory.lastIndexOf('\\'), directory.lastIndexOf('/'));
        return Dynamic.bag()
                .put("Scheme", scheme)
                .put("RootPath", root)
                .put("DirectoryPath", directory)
                .put("DirectoryName", directory.substring(above + 1))
                .put("Filename", file)
                .put("Extension", dot < 0 ? "" : file.substring(dot + 1))
                .put("AlternateDataStreamName", stream)
                .build();
    }

    /// Up to four parts of up to eight digits as one comparable number.
    private static Dynamic version(String text) {
        String[] parts = text.strip().split("\\.", -1);
        if (parts.length > 4 || text.isBlank()) {
            return Dynamic.NULL;
        }
        BigDecimal value = BigDecimal.ZERO;
        for (int i = 0; i < 4; i++) {
            long part = 0;
            if (i < parts.length) {
                var number = ScalarText.parseLong(parts[i]);
                if (number.isEmpty() || number.getAsLong() < 0 || parts[i].length() > 8) {
                    return Dynamic.NULL;
                }
                part = number.getAsLong();
            }
            value = value.multiply(BigDecimal.valueOf(100_000_000)).add(BigDecimal.valueOf(part));
        }
        return new Dynamic.Decimal(value);
    }

    /// The first line's fields.
    private static Dynamic csv(String text) {
        var out = new ArrayList<Dynamic>();
        var field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                if (c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                    field.append('"');
                    i++;
                } else if (c == '"') {
                    quoted = false;
                } else {
                    field.append(c);
                }
            } else if (c == '"' && field.toString().isBlank()) {
                field.setLength(0);
                quoted = true;
            } else if (c == ',') {
                out.add(Dynamic.of(field.toString()));
                field.setLength(0);
            } else if (c == '\n' || c == '\r') {
                break;
            } else {
                field.append(c);
            }
        }
        out.add(Dynamic.of(field.toString()));
        return new Dynamic.Array(out);
    }

    private static Dynamic commandLine(String text) {
        var out = new ArrayList<Dynamic>();
        var part = new StringBuilder();
        boolean quoted = false;
        boolean any = false;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : ' ';
            if (c == '"') {
                quoted = !quoted;
                any = true;
            } else if (c == '\\' && i + 1 < text.length() && text.charAt(i + 1) == '"') {
                part.append('"');
                i++;
                any = true;
            } else if (Character.isWhitespace(c) && !quoted || i == text.length()) {
                if (any) {
                    out.add(Dynamic.of(part.toString()));
                }
                part.setLength(0);
                any = false;
            } else {
                part.append(c);
                any = true;
            }
        }
        return out.isEmpty() ? Dynamic.NULL : new Dynamic.Array(out);
    }

    private static Dynamic formatBytes(Dynamic[] v) {
        String[] units = {"Bytes", "KB", "MB", "GB", "TB", "PB", "EB"};
        double size = Columns.doubleOf(v[0]);
        int precision = v.length > 1 ? Math.clamp(Columns.longOf(v[1]), 0, 15) : 0;
        int unit = 0;
        if (!Double.isFinite(size)) {
            return Dynamic.NULL;
        }
        if (v.length > 2) {
            for (int i = 0; i < units.length; i++) {
                if (units[i].equalsIgnoreCase(v[2].textOr(""))) {
                    unit = i;
                }
            }
            size /= Math.pow(1024, unit);
        } else {
            while (Math.abs(size) >= 1024 && unit < units.length - 1) {
                size /= 1024;
                unit++;
            }
        }
        double rounded = MathFunctions.roundReal(size, precision);
        String text = new BigDecimal(Double.toString(rounded)).stripTrailingZeros().toPlainString();
        return Dynamic.of(text + " " + units[unit].strip());
    }
}
