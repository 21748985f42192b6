package io.muster.remediation.campaign;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.ResourceId;
import io.muster.remediation.pace.Cron;
import io.muster.remediation.pace.Durations;
import io.muster.remediation.pace.Members;
import io.muster.remediation.pace.Window;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;

/// What makes a campaign run again, so that its goal stays true.
public sealed interface Trigger {
    record Schedule(Cron cron, ZoneId zone) implements Trigger {}

    /// A version of that application was published that was not there before.
    record GalleryVersion(ResourceId application) implements Trigger {}

    /// A resource of one of these types changed.
    ///
    /// @param types lower case; empty for any
    record Change(List<String> types) implements Trigger {
        public Change {
            types = types.stream().map(type -> type.toLowerCase(Locale.ROOT)).toList();
        }

        public boolean isAbout(String type) {
            return types.isEmpty() || types.contains(type.toLowerCase(Locale.ROOT));
        }
    }

    /// `{"schedule": {"cron", "timeZone"}}`, `{"galleryVersion": {"applicationId"}}` or `{"change": {"types"}}`.
    default Dynamic toDynamic() {
        return switch (this) {
            case Schedule(var cron, var zone) ->
                    Dynamic.bag()
                            .put(
                                    "schedule",
                                    Dynamic.bag()
                                            .put("cron", cron.toString())
                                            .put("timeZone", zone.getId())
                                            .build())
                            .build();
            case GalleryVersion(var application) ->
                    Dynamic.bag()
                            .put(
                                    "galleryVersion",
                                    Dynamic.bag().put("applicationId", application.text()).build())
                            .build();
            case Change(var types) ->
                    Dynamic.bag()
                            .put(
                                    "change",
                                    Dynamic.bag()
                                            .put(
                                                    "types",
                                                    Dynamic.array(
                                                            types.stream()
                                                                    .map(Dynamic::of)
                                                                    .toList()))
                                            .build())
                            .build();
        };
    }

    /// @throws IllegalArgumentException that says what is wrong with it
    static Trigger read(Dynamic value) {
        Members.only(value, "a trigger", List.of("schedule", "galleryVersion", "change"));
        if (value.members().size() != 1) {
            throw new IllegalArgumentException(
                    "A trigger is one of schedule, galleryVersion and change.");
        }
        var schedule = value.getIgnoreCase("schedule");
        if (!schedule.isNull()) {
            Members.only(schedule, "a schedule", List.of("cron", "timeZone"));
            return new Schedule(
                    Cron.parse(Durations.text(schedule, "cron")), Window.zone(schedule));
        }
        var version = value.getIgnoreCase("galleryVersion");
        if (!version.isNull()) {
            Members.only(version, "a gallery version", List.of("applicationId"));
            return new GalleryVersion(ResourceId.parse(Durations.text(version, "applicationId")));
        }
        var change = value.getIgnoreCase("change");
        if (!change.isNull()) {
            Members.only(change, "a change", List.of("types"));
            return new Change(Members.texts(change, "types"));
        }
        throw new IllegalArgumentException(
                "A trigger is one of schedule, galleryVersion and change.");
    }
}
