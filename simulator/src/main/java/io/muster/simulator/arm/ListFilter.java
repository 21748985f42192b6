package io.muster.simulator.arm;

import io.muster.inventory.resource.Location;
import io.muster.simulator.estate.StoredResource;
import java.util.ArrayList;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `$filter` of resource lists: terms joined by `and` and `or`, in parentheses where that matters. A term is `property eq 'value'`, `ne`, or
/// `substringof('value', property)`, over resourceType, name, location, resourceGroup, identity, plan and their members, virtualMachineScaleSet/id and tags
/// (`tagName eq 'n' and tagValue eq 'v'`, `startswith(tagName, 'n')`).
///
/// Source: azure/azure-resource-manager, Resources - List, `$filter`.
final class ListFilter {
    /// A filter is an address' part; deeper ones ask nothing that a flat one cannot.
    private static final int DEEPEST = 20;

    /// An id without quotes.
    private static final Pattern ID = Pattern.compile("\\G(/[^\\s()',]+)'?");

    private static final Pattern WORD = Pattern.compile("\\G'?([A-Za-z]+(?:/[A-Za-z]+)?)'?");

    private final String text;
    private int at;
    private int depth;

    /// The tag that the terms before in the same conjunction, or around it, name.
    private String tag = "";

    private ListFilter(String text) {
        this.text = text;
    }

    static Predicate<StoredResource> parse(String text) {
        if (text.isBlank()) {
            return _ -> true;
        }
        var filter = new ListFilter(text);
        var all = filter.any();
        filter.blanks();
        if (filter.at < text.length()) {
            throw filter.invalid();
        }
        return all;
    }

    private Predicate<StoredResource> any() {
        if (++depth > DEEPEST) {
            throw invalid();
        }
        String around = tag;
        var terms = new ArrayList<Predicate<StoredResource>>();
        do {
            tag = around;
            terms.add(all());
        } while (taken("or"));
        if (terms.size() > 1) {
            // Either may name its own.
            tag = around;
        }
        depth--;
        return r -> terms.stream().anyMatch(term -> term.test(r));
    }

    private Predicate<StoredResource> all() {
        var terms = new ArrayList<Predicate<StoredResource>>();
        do {
            terms.add(term());
        } while (taken("and"));
        return r -> terms.stream().allMatch(term -> term.test(r));
    }

    private Predicate<StoredResource> term() {
        if (taken("(")) {
            var inner = any();
            require(")");
            return inner;
        }
        if (taken("substringof")) {
            require("(");
            String part = value().toLowerCase(Locale.ROOT);
            require(",");
            String property = word();
            require(")");
            return contains(property, part);
        }
        if (taken("startswith")) {
            require("(");
            if (!word().equals("tagname")) {
                throw invalid();
            }
            require(",");
            String start = value().toLowerCase(Locale.ROOT);
            require(")");
            return r ->
                    r.json().get("tags").members().keySet().stream()
                            .anyMatch(name -> name.toLowerCase(Locale.ROOT).startsWith(start));
        }
        String property = word();
        boolean equal = taken("eq");
        if (!equal && !taken("ne")) {
            throw invalid();
        }
        var test = equal(property, value());
        return equal ? test : test.negate();
    }

    private Predicate<StoredResource> equal(String property, String value) {
        return switch (property) {
            case "resourcetype" -> r -> r.type().equalsIgnoreCase(value);
            case "name" -> r -> r.id().name().equalsIgnoreCase(value);
            case "location" -> r -> Location.same(r.json().get("location").textOr(""), value);
            case "resourcegroup" ->
                    r -> r.id().resourceGroup().filter(value::equalsIgnoreCase).isPresent();
            case "virtualmachinescaleset/id" ->
                    r ->
                            r.properties()
                                    .path("virtualMachineScaleSet", "id")
                                    .textOr("")
                                    .equalsIgnoreCase(value);
            case "identity" ->
                    r -> r.json().path("identity", "type").textOr("").equalsIgnoreCase(value);
            case "identity/principalid" ->
                    r ->
                            r.json()
                                    .path("identity", "principalId")
                                    .textOr("")
                                    .equalsIgnoreCase(value);
            case "plan" -> plan("name", value);
            case "plan/publisher", "plan/product", "plan/name", "plan/version" ->
                    plan(property.substring("plan/".length()), value);
            case "plan/promotioncode" -> plan("promotionCode", value);
            case "tagname" -> {
                tag = value;
                yield r -> !r.json().get("tags").getIgnoreCase(value).isNull();
            }
            case "tagvalue" -> {
                if (tag.isEmpty()) {
                    throw invalid();
                }
                String name = tag;
                yield r -> r.json().get("tags").getIgnoreCase(name).textOr("").equals(value);
            }
            default -> throw unknown(property);
        };
    }

    private static Predicate<StoredResource> plan(String member, String value) {
        return r -> r.json().path("plan", member).textOr("").equalsIgnoreCase(value);
    }

    private Predicate<StoredResource> contains(String property, String part) {
        return switch (property) {
            case "name" -> r -> r.id().name().toLowerCase(Locale.ROOT).contains(part);
            case "resourcegroup" ->
                    r ->
                            r.id().resourceGroup()
                                    .filter(group -> group.toLowerCase(Locale.ROOT).contains(part))
                                    .isPresent();
            default -> throw unknown(property);
        };
    }

    private void blanks() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    /// Whether a mark or word stands here; it is passed.
    private boolean taken(String token) {
        blanks();
        int end = at + token.length();
        boolean word = Character.isLetter(token.charAt(0));
        if (!text.regionMatches(true, at, token, 0, token.length())
                || word && end < text.length() && Character.isLetterOrDigit(text.charAt(end))) {
            return false;
        }
        at = end;
        return true;
    }

    private void require(String token) {
        if (!taken(token)) {
            throw invalid();
        }
    }

    private String word() {
        return found(WORD).group(1).toLowerCase(Locale.ROOT);
    }

    /// A quoted text, where `''` is a quote, or an id without quotes. Read a letter at a time: a pattern's alternatives go as deep as a text is long.
    private String value() {
        blanks();
        if (at >= text.length() || text.charAt(at) != '\'') {
            return found(ID).group(1);
        }
        var out = new StringBuilder();
        for (int next = at + 1; next < text.length(); next++) {
            char letter = text.charAt(next);
            if (letter == '\'') {
                if (next + 1 == text.length() || text.charAt(next + 1) != '\'') {
                    at = next + 1;
                    return out.toString();
                }
                next++;
            }
            out.append(letter);
        }
        throw invalid();
    }

    private Matcher found(Pattern pattern) {
        blanks();
        var matcher = pattern.matcher(text);
        if (!matcher.find(at)) {
            throw invalid();
        }
        at = matcher.end();
        return matcher;
    }

    private ArmFault invalid() {
        return ArmFault.badRequest(
                "InvalidFilterInQueryString",
                "Invalid $filter '" + text + "' specified in the query string.");
    }

    private ArmFault unknown(String property) {
        return ArmFault.badRequest(
                "InvalidFilterInQueryString",
                "Invalid $filter '" + text + "': '" + property + "' is not known.");
    }
}
