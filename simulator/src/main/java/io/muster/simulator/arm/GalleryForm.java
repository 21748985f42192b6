package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;

/// The form of what is written to galleries and what is in them: the types of members, and those that only Azure writes.
///
/// Source: compute-gallery-2023-07-03, GalleryApplicationVersionProperties and GalleryImageVersionProperties.
final class GalleryForm {
    private static final List<String> ACTIONS = List.of("install", "remove", "update");
    private static final String PUBLISHING = "publishingProfile";

    private GalleryForm() {}

    /// Refuses a version of an application or an image whose members are not of their types.
    ///
    /// @param kind as errors name it, `galleryApplicationVersion`
    static void requireVersion(String kind, Dynamic json) {
        var top = new Holder(kind + ".properties", json.get("properties"));
        var publishing = top.bag(PUBLISHING);
        publishing.whole("replicaCount");
        publishing.flag("excludeFromLatest");
        publishing.flag("enableHealthCheck");
        publishing.texts(List.of("endOfLifeDate", "storageAccountType", "replicationMode"));
        for (var region : publishing.bags("targetRegions")) {
            region.requireText("name");
            region.whole("regionalReplicaCount");
            region.flag("excludeFromLatest");
            region.texts(List.of("storageAccountType"));
        }
        publishing.bags("targetExtendedLocations");
        publishing.bags("customActions").forEach(action -> action.texts(List.of("name", "script")));
        publishing.bag("source").texts(List.of("mediaLink", "defaultConfigurationLink"));
        publishing.bag("manageActions").texts(ACTIONS);
        publishing
                .bag("settings")
                .texts(List.of("packageFileName", "configFileName", "scriptBehaviorAfterReboot"));
        var advanced = publishing.bag("advancedSettings");
        advanced.texts(List.copyOf(advanced.json.members().keySet()));
        top.bag("safetyProfile").flag("allowDeletionOfReplicatedLocations");
        if (kind.equals("galleryImageVersion")) {
            // That of an application's version must lie ahead as well, and says so.
            publishing.date("endOfLifeDate");
        }
    }

    /// Refuses an application or the definition of an image whose members are not of their types.
    ///
    /// @param kind as errors name it, `galleryApplication`
    static void requireDefinition(String kind, Dynamic json) {
        var top = new Holder(kind + ".properties", json.get("properties"));
        top.texts(List.of("description", "eula", "privacyStatementUri", "releaseNoteUri"));
        top.date("endOfLifeDate");
    }

    /// What was written, with Azure's own members as they stood: a body cannot say when a version was published, nor where it is.
    ///
    /// @param before null when the resource is made
    static Dynamic withoutReadOnly(Dynamic json, Dynamic before) {
        var properties = json.get("properties");
        if (!(properties instanceof Dynamic.Bag)) {
            return json;
        }
        properties = kept(properties, before.get("properties"), "replicationStatus");
        if (properties.get(PUBLISHING) instanceof Dynamic.Bag publishing) {
            properties =
                    properties.with(
                            PUBLISHING,
                            kept(
                                    publishing,
                                    before.path("properties", PUBLISHING),
                                    "publishedDate"));
        }
        return json.with("properties", properties);
    }

    private static Dynamic kept(Dynamic now, Dynamic before, String member) {
        return before.get(member).isNull()
                ? now.without(member)
                : now.with(member, before.get(member));
    }

    /// An object of the body, and where it stands there.
    private record Holder(String at, Dynamic json) {
        Holder {
            ProfileCheck.require(
                    json.isNull() || json instanceof Dynamic.Bag, at, json, "an object");
        }

        Holder bag(String name) {
            return new Holder(at + "." + name, json.get(name));
        }

        List<Holder> bags(String name) {
            var list = json.get(name);
            String path = at + "." + name;
            ProfileCheck.require(
                    list.isNull() || list instanceof Dynamic.Array, path, list, "an array");
            for (var item : list.items()) {
                ProfileCheck.require(
                        item instanceof Dynamic.Bag, path, item, "an array of objects");
            }
            return list.items().stream().map(item -> new Holder(path, item)).toList();
        }

        void whole(String name) {
            var value = json.get(name);
            ProfileCheck.require(
                    value.isNull() || value instanceof Dynamic.Whole,
                    at + "." + name,
                    value,
                    "an int32");
        }

        void flag(String name) {
            var value = json.get(name);
            ProfileCheck.require(
                    value.isNull() || value instanceof Dynamic.Bool,
                    at + "." + name,
                    value,
                    "a boolean");
        }

        void texts(List<String> names) {
            for (String name : names) {
                var value = json.get(name);
                ProfileCheck.require(
                        value.isNull() || value instanceof Dynamic.Text,
                        at + "." + name,
                        value,
                        "a string");
            }
        }

        void date(String name) {
            var value = json.get(name);
            ProfileCheck.require(
                    value.isNull() || isDate(value.textOr("")),
                    at + "." + name,
                    value,
                    "a date and time");
        }

        private static boolean isDate(String text) {
            try {
                OffsetDateTime.parse(text);
                return true;
            } catch (DateTimeParseException malformed) {
                return false;
            }
        }

        void requireText(String name) {
            var value = json.get(name);
            ProfileCheck.require(
                    value instanceof Dynamic.Text(var text) && !text.isBlank(),
                    at + "." + name,
                    value,
                    "a string");
        }
    }
}
