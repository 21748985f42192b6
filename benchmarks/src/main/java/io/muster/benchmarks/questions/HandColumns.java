package io.muster.benchmarks.questions;

import io.muster.core.column.Catalog;
import io.muster.core.diagnostic.DiagnosticException;
import io.muster.core.value.Dynamic;
import io.muster.kql.Kql;
import io.muster.kql.QueryOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;

/// What the ten questions ask of, laid out by hand for them and nothing else: plain arrays as narrow as the values allow, texts as codes, ids as hashes.
final class HandColumns {
    /// Texts by code, in order of first sight.
    static final class Texts {
        private final HashMap<String, Integer> codes = new HashMap<>();
        private final List<String> texts = new ArrayList<>();

        int code(Dynamic value) {
            return codes.computeIfAbsent(
                    value.textOr(""),
                    text -> {
                        texts.add(text);
                        return texts.size() - 1;
                    });
        }

        /// @throws IllegalStateException when there are more than a byte can tell apart
        byte narrow(Dynamic value) {
            int code = code(value);
            if (code > Byte.MAX_VALUE) {
                throw new IllegalStateException("more distinct texts than the array has codes");
            }
            return (byte) code;
        }

        /// @throws IllegalStateException when there are more than a short can tell apart
        short medium(Dynamic value) {
            int code = code(value);
            if (code > Short.MAX_VALUE) {
                throw new IllegalStateException("more distinct texts than the array has codes");
            }
            return (short) code;
        }

        int size() {
            return texts.size();
        }

        String get(int code) {
            return texts.get(code);
        }
    }

    final Texts locations = new Texts();
    final Texts subscriptions = new Texts();
    final Texts groups = new Texts();
    final Texts environments = new Texts();
    final Texts owners = new Texts();
    final Texts sizes = new Texts();
    final Texts systems = new Texts();
    final Texts images = new Texts();
    final Texts references = new Texts();

    /// Machines.
    final byte[] location;

    final short[] subscription;
    final int[] group;
    final byte[] environment;
    final short[] owner;
    final byte[] size;
    final byte[] system;
    final byte[] image;
    final long[] created;
    final long[] id;
    final String[] name;

    /// The applications of machine m stand at `offsets[m]` and below `offsets[m + 1]`.
    final int[] offsets;

    final short[] reference;

    /// Extensions: whether it is one that question 4 asks for needs both.
    final Texts extensionNames = new Texts();

    final Texts extensionStates = new Texts();
    final byte[] extensionName;
    final byte[] extensionState;
    final long[] extensionMachine;

    /// Gallery versions that count as newest: id in lower case, name.
    final List<List<Dynamic>> versions = new ArrayList<>();

    HandColumns(Catalog catalog) throws DiagnosticException {
        var machines =
                rows(
                        catalog,
                        """
                        resources | where type == 'microsoft.compute/virtualmachines'
                        | project location, subscriptionId, resourceGroup, env = tostring(tags.env), owner = tostring(tags.owner),
                            size = tostring(properties.hardwareProfile.vmSize), system = tostring(properties.storageProfile.osDisk.osType),
                            image = tostring(properties.storageProfile.imageReference.sku),
                            created = tolong(todatetime(properties.timeCreated)), id = tolower(id), name,
                            applications = properties.applicationProfile.galleryApplications
                        """);
        int count = machines.size();
        location = new byte[count];
        subscription = new short[count];
        group = new int[count];
        environment = new byte[count];
        owner = new short[count];
        size = new byte[count];
        system = new byte[count];
        image = new byte[count];
        created = new long[count];
        id = new long[count];
        name = new String[count];
        offsets = new int[count + 1];
        int entries = 0;
        for (int m = 0; m < count; m++) {
            entries += entries(machines.get(m)).size();
            offsets[m + 1] = entries;
        }
        reference = new short[entries];
        each(
                machines,
                (m, row) -> {
                    location[m] = locations.narrow(row.get(0));
                    subscription[m] = subscriptions.medium(row.get(1));
                    group[m] = groups.code(row.get(2));
                    environment[m] = environments.narrow(row.get(3));
                    owner[m] = owners.medium(row.get(4));
                    size[m] = sizes.narrow(row.get(5));
                    system[m] = systems.narrow(row.get(6));
                    image[m] = images.narrow(row.get(7));
                    created[m] =
                            row.get(8) instanceof Dynamic.Whole(var ticks) ? ticks : Long.MIN_VALUE;
                    id[m] = hash(row.get(9).textOr(""));
                    name[m] = row.get(10).textOr("");
                    var own = entries(row);
                    for (int i = 0; i < own.size(); i++) {
                        reference[offsets[m] + i] =
                                references.medium(own.get(i).get("packageReferenceId"));
                    }
                });
        var extensions =
                rows(
                        catalog,
                        """
                        resources | where type == 'microsoft.compute/virtualmachines/extensions'
                        | project name, state = tostring(properties.provisioningState), machine = tostring(split(tolower(id), '/extensions/')[0])
                        """);
        extensionName = new byte[extensions.size()];
        extensionState = new byte[extensions.size()];
        extensionMachine = new long[extensions.size()];
        each(
                extensions,
                (e, row) -> {
                    extensionName[e] = extensionNames.narrow(row.get(0));
                    extensionState[e] = extensionStates.narrow(row.get(1));
                    extensionMachine[e] = hash(row.get(2).textOr(""));
                });
        versions.addAll(
                rows(
                        catalog,
                        """
                        resources | where type == 'microsoft.compute/galleries/applications/versions'
                        | where properties.publishingProfile.excludeFromLatest == false
                        | project id = tolower(id), name
                        """));
    }

    private static List<List<Dynamic>> rows(Catalog catalog, String kql)
            throws DiagnosticException {
        return Kql.prepare(kql, catalog, QueryOptions.DEFAULT.withMemoryLimit(Long.MAX_VALUE))
                .run()
                .rows();
    }

    private static void each(List<List<Dynamic>> rows, BiConsumer<Integer, List<Dynamic>> each) {
        for (int i = 0; i < rows.size(); i++) {
            each.accept(i, rows.get(i));
        }
    }

    private static List<Dynamic> entries(List<Dynamic> machine) {
        return machine.get(11) instanceof Dynamic.Array(var all)
                ? all.stream().filter(each -> !each.isNull()).toList()
                : List.of();
    }

    int machines() {
        return location.length;
    }

    /// Of 64 bits: two ids of a fleet do not share one.
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        String lower = text.toLowerCase(Locale.ROOT);
        for (int i = 0; i < lower.length(); i++) {
            hash = (hash ^ lower.charAt(i)) * 0x100000001b3L;
        }
        return hash ^ hash >>> 29;
    }
}
