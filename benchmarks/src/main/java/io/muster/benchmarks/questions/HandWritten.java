package io.muster.benchmarks.questions;

import io.muster.core.column.Catalog;
import io.muster.core.diagnostic.DiagnosticException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;

/// The ten questions as one would write them by hand over [HandColumns]: a loop each, truth tables for texts, no plan and no general operator. The floor for an engine that is
/// told its questions at run time.
final class HandWritten {
    private final HandColumns fleet;

    HandWritten(Catalog catalog) throws DiagnosticException {
        this.fleet = new HandColumns(catalog);
    }

    /// The answer as text, rows in any order, like the engine's.
    List<List<String>> ask(Question question) {
        return switch (question.number()) {
            case 1 -> byLocation();
            case 2 -> lackingAnApplication();
            case 3 -> byApplicationAndVersion();
            case 4 -> failedExtensions();
            case 5 -> mostPinned();
            case 6 -> byTags();
            case 7 -> distinctImages();
            case 8 -> percentiles();
            case 9 -> newestOfGroups();
            case 10 -> behindNewest();
            default -> throw new IllegalArgumentException("no such question: " + question);
        };
    }

    private static boolean[] table(HandColumns.Texts texts, IntPredicate test) {
        boolean[] table = new boolean[texts.size()];
        for (int code = 0; code < table.length; code++) {
            table[code] = test.test(code);
        }
        return table;
    }

    /// 1 where the test is met, so that rows need no branch.
    private static int[] ones(HandColumns.Texts texts, IntPredicate test) {
        int[] ones = new int[texts.size()];
        for (int code = 0; code < ones.length; code++) {
            ones[code] = test.test(code) ? 1 : 0;
        }
        return ones;
    }

    private static List<List<String>> counts(HandColumns.Texts texts, int[] counts) {
        var rows = new ArrayList<List<String>>();
        for (int code = 0; code < texts.size(); code++) {
            if (counts[code] > 0) {
                rows.add(List.of(texts.get(code), Integer.toString(counts[code])));
            }
        }
        return rows;
    }

    private List<List<String>> byLocation() {
        int[] counts = new int[fleet.locations.size()];
        for (byte code : fleet.location) {
            counts[code]++;
        }
        return counts(fleet.locations, counts);
    }

    private static boolean holds(String text, String part) {
        return text.toLowerCase(Locale.ROOT).contains(part);
    }

    private List<List<String>> lackingAnApplication() {
        boolean[] wanted =
                table(
                        fleet.references,
                        code ->
                                holds(
                                        fleet.references.get(code),
                                        "/applications/monitoring-agent-windows/"));
        int[] counts = new int[fleet.subscriptions.size()];
        for (int m = 0; m < fleet.machines(); m++) {
            boolean has = false;
            for (int e = fleet.offsets[m]; e < fleet.offsets[m + 1]; e++) {
                has |= wanted[fleet.reference[e]];
            }
            counts[fleet.subscription[m]] += has ? 0 : 1;
        }
        return counts(fleet.subscriptions, counts);
    }

    private int[] countsOfReferences() {
        int[] counts = new int[fleet.references.size()];
        for (short code : fleet.reference) {
            counts[code]++;
        }
        return counts;
    }

    /// What stands between the parts, in the text's own case.
    private static String between(String text, String before, String after) {
        int from = text.indexOf(before) + before.length();
        return text.substring(from, text.indexOf(after, from));
    }

    private static String application(String id) {
        return between(id, "/applications/", "/versions/");
    }

    private static String version(String id) {
        return id.substring(id.indexOf("/versions/") + "/versions/".length());
    }

    private List<List<String>> byApplicationAndVersion() {
        int[] counts = countsOfReferences();
        var merged = new HashMap<List<String>, Integer>();
        for (int code = 0; code < counts.length; code++) {
            if (counts[code] > 0) {
                String id = fleet.references.get(code);
                merged.merge(List.of(application(id), version(id)), counts[code], Integer::sum);
            }
        }
        var rows = new ArrayList<List<String>>();
        merged.forEach((key, count) ->
                rows.add(List.of(key.getFirst(), key.getLast(), Integer.toString(count))));
        return rows;
    }

    private List<List<String>> failedExtensions() {
        boolean[] name =
                table(
                        fleet.extensionNames,
                        c -> fleet.extensionNames.get(c).equals("VMAppExtension"));
        boolean[] state =
                table(fleet.extensionStates, c -> fleet.extensionStates.get(c).equals("Failed"));
        int failed = 0;
        for (int e = 0; e < fleet.extensionMachine.length; e++) {
            failed += name[fleet.extensionName[e]] && state[fleet.extensionState[e]] ? 1 : 0;
        }
        int mask = Integer.highestOneBit(Math.max(16, failed * 3)) * 2 - 1;
        long[] machines = new long[mask + 1];
        int[] numbers = new int[mask + 1];
        for (int e = 0; e < fleet.extensionMachine.length; e++) {
            if (name[fleet.extensionName[e]] && state[fleet.extensionState[e]]) {
                long id = fleet.extensionMachine[e];
                int at = (int) id & mask;
                while (numbers[at] > 0 && machines[at] != id) {
                    at = at + 1 & mask;
                }
                machines[at] = id;
                numbers[at]++;
            }
        }
        int[] counts = new int[fleet.locations.size()];
        for (int m = 0; m < fleet.machines(); m++) {
            long id = fleet.id[m];
            int at = (int) id & mask;
            while (numbers[at] > 0 && machines[at] != id) {
                at = at + 1 & mask;
            }
            counts[fleet.location[m]] += numbers[at];
        }
        return counts(fleet.locations, counts);
    }

    private List<List<String>> mostPinned() {
        boolean[] pinned =
                table(fleet.references, c -> !fleet.references.get(c).endsWith("/versions/latest"));
        int[] counts = new int[fleet.groups.size()];
        for (int m = 0; m < fleet.machines(); m++) {
            int own = 0;
            for (int e = fleet.offsets[m]; e < fleet.offsets[m + 1]; e++) {
                own += pinned[fleet.reference[e]] ? 1 : 0;
            }
            counts[fleet.group[m]] += own;
        }
        // The ten most so far, ascending; few groups get in.
        int[] most = new int[10];
        for (int count : counts) {
            if (count > most[0]) {
                int at = 0;
                for (; at < 9 && most[at + 1] < count; at++) {
                    most[at] = most[at + 1];
                }
                most[at] = count;
            }
        }
        var rows = new ArrayList<List<String>>();
        for (int count : most) {
            if (count > 0) {
                rows.add(List.of(Integer.toString(count)));
            }
        }
        return rows;
    }

    private List<List<String>> byTags() {
        int[] production =
                ones(fleet.environments, c -> fleet.environments.get(c).equalsIgnoreCase("prod"));
        int[] team = ones(fleet.owners, c -> holds(fleet.owners.get(c), "team-1"));
        int[] counts = new int[fleet.locations.size()];
        for (int m = 0; m < fleet.machines(); m++) {
            counts[fleet.location[m]] += production[fleet.environment[m]] & team[fleet.owner[m]];
        }
        return counts(fleet.locations, counts);
    }

    private List<List<String>> distinctImages() {
        int systems = fleet.systems.size();
        int images = fleet.images.size();
        boolean[] seen = new boolean[fleet.sizes.size() * systems * images];
        for (int m = 0; m < fleet.machines(); m++) {
            seen[(fleet.size[m] * systems + fleet.system[m]) * images + fleet.image[m]] = true;
        }
        var rows = new ArrayList<List<String>>();
        for (int at = 0; at < seen.length; at++) {
            if (seen[at]) {
                rows.add(
                        List.of(
                                fleet.sizes.get(at / images / systems),
                                fleet.systems.get(at / images % systems),
                                fleet.images.get(at % images)));
            }
        }
        return rows;
    }

    private List<List<String>> percentiles() {
        int most = 0;
        for (int m = 0; m < fleet.machines(); m++) {
            most = Math.max(most, fleet.offsets[m + 1] - fleet.offsets[m]);
        }
        int[] counts = new int[fleet.locations.size() * (most + 1)];
        for (int m = 0; m < fleet.machines(); m++) {
            counts[fleet.location[m] * (most + 1) + fleet.offsets[m + 1] - fleet.offsets[m]]++;
        }
        var rows = new ArrayList<List<String>>();
        for (int l = 0; l < fleet.locations.size(); l++) {
            int[] own = Arrays.copyOfRange(counts, l * (most + 1), (l + 1) * (most + 1));
            rows.add(
                    List.of(
                            fleet.locations.get(l),
                            percentile(own, 50),
                            percentile(own, 95),
                            percentile(own, 99)));
        }
        return rows;
    }

    /// The nearest rank.
    private static String percentile(int[] counts, int percent) {
        long all = Arrays.stream(counts).sum();
        long rank = (all * percent + 99) / 100;
        int value = 0;
        for (long below = counts[0]; below < rank; below += counts[value]) {
            value++;
        }
        return Integer.toString(value);
    }

    private List<List<String>> newestOfGroups() {
        int[] newest = new int[fleet.groups.size()];
        Arrays.fill(newest, -1);
        for (int m = 0; m < fleet.machines(); m++) {
            int best = newest[fleet.group[m]];
            if (best < 0 || fleet.created[m] > fleet.created[best]) {
                newest[fleet.group[m]] = m;
            }
        }
        var rows = new ArrayList<List<String>>();
        for (int g = 0; g < newest.length; g++) {
            rows.add(List.of(fleet.groups.get(g), fleet.name[newest[g]]));
        }
        return rows;
    }

    private static long number(String version) {
        long number = 0;
        for (String part : version.split("\\.")) {
            number = number * 1_000_000 + Long.parseLong(part);
        }
        return number;
    }

    private List<List<String>> behindNewest() {
        var newest = new HashMap<String, Long>();
        for (var version : fleet.versions) {
            newest.merge(
                    application(version.getFirst().textOr("")),
                    number(version.getLast().textOr("")),
                    Math::max);
        }
        int[] counts = countsOfReferences();
        var behind = new HashMap<String, Integer>();
        for (int code = 0; code < counts.length; code++) {
            String id = fleet.references.get(code).toLowerCase(Locale.ROOT);
            var best = newest.get(application(id));
            if (counts[code] > 0
                    && best != null
                    && !version(id).equals("latest")
                    && number(version(id)) < best) {
                behind.merge(application(id), counts[code], Integer::sum);
            }
        }
        var rows = new ArrayList<List<String>>();
        behind.forEach(
                (application, count) -> rows.add(List.of(application, Integer.toString(count))));
        return rows;
    }
}
