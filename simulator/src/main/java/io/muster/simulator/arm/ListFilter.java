package io.muster.simulator.arm;

import io.muster.inventory.resource.Location;
import io.muster.simulator.estate.StoredResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// `$filter` of resource lists: `name eq 'value'` terms joined by `and`, over resourceType, name, location, resourceGroup,
/// virtualMachineScaleSet/id and tags (`tagName eq 'n' and tagValue eq 'v'`).
record ListFilter(List<Predicate<StoredResource>> terms) {
    private static final Pattern TERM =
            Pattern.compile("([A-Za-z/]+)\\s+(eq|ne)\\s+'([^']*)'", Pattern.CASE_INSENSITIVE);
    private static final Pattern AND = Pattern.compile("\\s+and\\s+", Pattern.CASE_INSENSITIVE);

    static ListFilter parse(String text) {
        var terms = new ArrayList<Predicate<StoredResource>>();
        if (text.isBlank()) {
            return new ListFilter(terms);
        }
        String tag = "";
        for (String part : AND.split(text.strip())) {
            var term = TERM.matcher(part.strip());
            if (!term.matches()) {
                throw ArmFault.badRequest(
                        "InvalidFilterInQueryString",
                        "Invalid $filter '" + text + "' specified in the query string.");
            }
            boolean equal = term.group(2).equalsIgnoreCase("eq");
            String value = term.group(3);
            Predicate<StoredResource> test;
            switch (term.group(1).toLowerCase(Locale.ROOT)) {
                case "resourcetype" -> test = r -> r.type().equalsIgnoreCase(value);
                case "name" -> test = r -> r.id().name().equalsIgnoreCase(value);
                case "location" ->
                        test =
                                r ->
                                        Location.normalise(r.json().get("location").textOr(""))
                                                .equals(Location.normalise(value));
                case "resourcegroup" ->
                        test =
                                r ->
                                        r.id().resourceGroup()
                                                .filter(value::equalsIgnoreCase)
                                                .isPresent();
                case "virtualmachinescaleset/id" ->
                        test =
                                r ->
                                        r.properties()
                                                .path("virtualMachineScaleSet", "id")
                                                .textOr("")
                                                .equalsIgnoreCase(value);
                case "tagname" -> {
                    tag = value;
                    test = r -> !r.json().get("tags").getIgnoreCase(value).isNull();
                }
                case "tagvalue" -> {
                    String name = tag;
                    test = r -> r.json().get("tags").getIgnoreCase(name).textOr("").equals(value);
                }
                default ->
                        throw ArmFault.badRequest(
                                "InvalidFilterInQueryString",
                                "Invalid $filter '"
                                        + text
                                        + "': '"
                                        + term.group(1)
                                        + "' is not known.");
            }
            terms.add(equal ? test : test.negate());
        }
        return new ListFilter(terms);
    }

    boolean test(StoredResource resource) {
        return terms.stream().allMatch(t -> t.test(resource));
    }
}
