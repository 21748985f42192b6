package io.muster.inventory.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.inventory.history.HistoryEntry.Cause;
import io.muster.inventory.resource.ResourceId;
import io.muster.inventory.snapshot.DamagedSegmentException;
import io.muster.inventory.snapshot.Snapshot;
import io.muster.inventory.snapshot.SnapshotBuilder;
import io.muster.inventory.source.CollectionLog;
import io.muster.inventory.table.ResourceGraphTables;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ResourceHistoryTest {
    private static final Instant T0 = Instant.parse("2026-11-21T00:00:00Z");

    private static Dynamic json(String text) {
        try {
            return Json.parse(text.replace('\'', '"'));
        } catch (JsonException fault) {
            throw new IllegalArgumentException(fault.describe(), fault);
        }
    }

    private static String id(int n) {
        return "/subscriptions/s/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/vm"
                + n;
    }

    private static Dynamic vm(int n, String properties) {
        return json(
                "{'id':'%s','name':'vm%d','type':'Microsoft.Compute/virtualMachines','properties':%s}"
                        .formatted(id(n), n, properties));
    }

    private static Snapshot first(Dynamic... resources) {
        var builder = new SnapshotBuilder(ResourceGraphTables.STANDARD);
        for (var resource : resources) {
            builder.add(resource);
        }
        return builder.build(T0, Dynamic.EMPTY_BAG);
    }

    private static List<String> diff(String before, String after) {
        return PropertyChange.between(json(before), json(after)).stream()
                .map(PropertyChange::toString)
                .toList();
    }

    @Test
    void namesEachLeafThatDiffers() {
        assertThat(
                        diff(
                                "{'a':1,'b':{'c':'x','gone':true},'list':[1,2],'same':[{}]}",
                                "{'a':2,'b':{'c':'y','new':{'d':1,'e':[]}},'list':[1],'same':[{}]}"))
                .containsExactly(
                        "update a",
                        "update b.c",
                        "insert b.new.d",
                        "insert b.new.e",
                        "remove b.gone",
                        "remove list[1]");
        assertThat(diff("{'tags':{'a b':'1'}}", "{'tags':{'a b':'2'}}"))
                .containsExactly("update tags['a b']");
        assertThat(diff("{'a':{'b':1}}", "{'a':5}")).containsExactly("remove a.b", "insert a");
        assertThat(diff("{'a':[]}", "{'a':'x'}")).containsExactly("update a");
        assertThat(diff("{'a':{}}", "{'a':{'b':1}}")).containsExactly("insert a.b");
    }

    @Test
    void heartbeatsOfInstanceViewsAreNoChanges() {
        assertThat(
                        diff(
                                "{'properties':{'instanceView':{'vmAgent':{'statuses':[{'time':'1','code':'a'}]}}}}",
                                "{'properties':{'instanceView':{'vmAgent':{'statuses':[{'time':'2','code':'a'}]}}}}"))
                .isEmpty();
    }

    @Test
    void recordsCreateUpdateAndDeleteInAzuresShape() {
        var before = first(vm(1, "{'vmSize':'A','provisioningState':'Updating'}"), vm(2, "{}"));
        var after =
                before.with(
                        List.of(
                                vm(1, "{'vmSize':'B','provisioningState':'Succeeded'}"),
                                vm(3, "{}")),
                        Set.of(id(2)),
                        T0.plusSeconds(60));
        var history =
                new ResourceHistory(
                        ResourceHistory.AZURES_TIME,
                        (id, _, _) ->
                                id.equals(ResourceId.parse(id(1)))
                                        ? Optional.of(
                                                new Attribution(
                                                        "a@b", "User", "Portal", "write", "c"))
                                        : Optional.empty());
        var recorded = history.record(before, after, Cause.COLLECTION).snapshot();
        var rows = new TreeMap<String, Dynamic>();
        recorded.segmentsOf(ResourceHistory.TYPE)
                .forEach(s ->
                        s.rows()
                                .live()
                                .forEach(row -> {
                                    var properties = s.resource(row).get("properties");
                                    rows.put(properties.get("changeType").textOr(""), properties);
                                }));
        assertThat(rows.keySet()).containsExactly("Create", "Delete", "Update");
        var update = rows.getOrDefault("Update", Dynamic.NULL);
        assertThat(update.get("targetResourceId").textOr("")).isEqualTo(id(1));
        assertThat(update.get("targetResourceType").textOr(""))
                .isEqualTo("microsoft.compute/virtualmachines");
        assertThat(update.get("changes"))
                .isEqualTo(
                        json(
                                "{'properties.vmSize':{'propertyChangeType':'Update','changeCategory':'User','previousValue':'A','newValue':'B','isTruncated':'false'},"
                                        + "'properties.provisioningState':{'propertyChangeType':'Update','changeCategory':'System','previousValue':'Updating','newValue':'Succeeded','isTruncated':'false'}}"));
        var attributes = update.get("changeAttributes");
        assertThat(attributes.get("timestamp").textOr(""))
                .isEqualTo("2026-11-21T00:01:00.0000000Z");
        assertThat(attributes.get("changesCount")).isEqualTo(Dynamic.of(2));
        assertThat(attributes.get("changedBy").textOr("")).isEqualTo("a@b");
        assertThat(
                        rows.getOrDefault("Delete", Dynamic.NULL)
                                .get("changeAttributes")
                                .get("changedBy")
                                .textOr(""))
                .isEqualTo("Unspecified");
        assertThat(recorded.table("resourcechanges").orElseThrow().scan()).isNotEmpty();
    }

    @Test
    void theFirstSnapshotCreatesNothing() {
        var empty = Snapshot.empty(ResourceGraphTables.STANDARD, T0);
        assertThat(
                        ResourceHistory.STANDARD
                                .record(empty, first(vm(1, "{}")), Cause.COLLECTION)
                                .snapshot()
                                .count())
                .isEqualTo(1);
    }

    @Test
    void whatAStoreHadLostIsNotCreatedWhenItIsCollectedAgain() {
        var damaged =
                CollectionLog.withDamage(
                        first(vm(1, "{}")),
                        new DamagedSegmentException(
                                7, "microsoft.compute/virtualmachines", "its checksum differs"),
                        T0);
        assertThat(CollectionLog.isComplete(damaged)).isFalse();
        var again = damaged.with(List.of(vm(2, "{}")), Set.of(), T0.plusSeconds(60));
        var recorded = ResourceHistory.STANDARD.record(damaged, again, Cause.COLLECTION);
        assertThat(recorded.entry().orElseThrow().created()).isEmpty();
        assertThat(recorded.snapshot().segmentsOf(ResourceHistory.TYPE)).isEmpty();
    }

    @Test
    void changesAreKeptForATime() {
        var history = new ResourceHistory(Duration.ofMinutes(5), Attributor.NONE);
        var before = first(vm(1, "{'a':1}"));
        var after =
                history.record(
                                before,
                                before.with(
                                        List.of(vm(1, "{'a':2}")), Set.of(), T0.plusSeconds(60)),
                                Cause.COLLECTION)
                        .snapshot();
        assertThat(after.count()).isEqualTo(2);
        var later =
                history.record(
                                after,
                                after.with(List.of(), Set.of(), T0.plusSeconds(3600)),
                                Cause.COLLECTION)
                        .snapshot();
        assertThat(later.count()).isEqualTo(1);
    }

    /// The state of a snapshot without its changes.
    private static Map<String, Dynamic> state(Snapshot snapshot) {
        var state = new TreeMap<String, Dynamic>();
        for (var segment : snapshot.segments()) {
            if (!segment.type().equals(ResourceHistory.TYPE)) {
                segment.rows()
                        .live()
                        .forEach(row -> state.put(segment.resourceId(row), segment.resource(row)));
            }
        }
        return state;
    }

    @Test
    void anyPastStateCanBeHadBack() {
        for (long seed = 0; seed < 20; seed++) {
            var random = new SplittableRandom(seed);
            var snapshot = first(vm(0, "{}"), vm(1, "{'x':[1,{'y':null}]}"), vm(2, "{'n':1}"));
            var states = new ArrayList<Map<String, Dynamic>>();
            states.add(state(snapshot));
            var entries = new ArrayList<HistoryEntry>();
            for (int step = 1; step <= 12; step++) {
                var upserts = new ArrayList<Dynamic>();
                var gone = Set.of(id(random.nextInt(6)));
                for (int i = random.nextInt(3); i >= 0; i--) {
                    upserts.add(vm(random.nextInt(6), "{'v':" + random.nextInt(3) + "}"));
                }
                var next = snapshot.with(upserts, gone, T0.plusSeconds(step * 60L));
                var recorded = ResourceHistory.STANDARD.record(snapshot, next, Cause.REFRESH);
                snapshot = recorded.snapshot();
                entries.add(recorded.entry().orElseThrow());
                if (step == 6) {
                    snapshot = snapshot.compacted();
                }
                states.add(state(snapshot));
            }
            for (int step = 0; step < states.size(); step++) {
                var instant = T0.plusSeconds(step * 60L + 30);
                var later = entries.stream().filter(e -> e.until().isAfter(instant)).toList();
                var past = ResourceHistory.asOf(snapshot, instant, later);
                assertThat(state(past))
                        .as("seed %d, step %d", seed, step)
                        .isEqualTo(states.get(step));
            }
        }
    }

    @Test
    void readsTheNoticesOfEventGridCloudEventsAndActivityLogAlerts() throws Exception {
        var grid =
                json(
                        "[{'eventType':'Microsoft.Resources.ResourceWriteSuccess','subject':'%s','eventTime':'2026-11-21T01:00:00Z','data':{'operationName':'Microsoft.Compute/virtualMachines/write','correlationId':'c','claims':{'appid':'app'}}},{'eventType':'Microsoft.Resources.ResourceDeleteSuccess','subject':'x','data':{'resourceUri':'%s'}},{'eventType':'Microsoft.Resources.ResourceWriteFailure','subject':'%s'}]"
                                .formatted(id(1), id(2), id(3)));
        assertThat(NoticeDelivery.read(grid).notices())
                .extracting(n -> n.id().name() + n.deleted() + n.by().changedBy())
                .containsExactly("vm1falseapp", "vm2trueUnspecified");
        var cloud =
                json(
                        "{'specversion':'1.0','type':'Microsoft.Resources.ResourceActionSuccess','subject':'%s','time':'2026-11-21T01:00:00Z','data':{}}"
                                .formatted(id(4)));
        assertThat(NoticeDelivery.read(cloud).notices()).hasSize(1);
        var alert =
                json(
                        "{'schemaId':'Microsoft.Insights/activityLogs','data':{'context':{'activityLog':{'resourceId':'%s','operationName':'Microsoft.Compute/virtualMachines/delete','status':'Succeeded','caller':'me@x'}}}}"
                                .formatted(id(5)));
        assertThat(NoticeDelivery.read(alert).notices().getFirst().by().changedByType())
                .isEqualTo("User");
        assertThat(NoticeDelivery.read(alert).notices().getFirst().deleted()).isTrue();
        assertThat(
                        NoticeDelivery.read(
                                        json(
                                                "[{'eventType':'Microsoft.EventGrid.SubscriptionValidationEvent','data':{'validationCode':'abc'}}]"))
                                .validationCode())
                .contains("abc");
        assertThat(NoticeDelivery.read(json("{'eventType':'Contoso.Done'}")).passedOver()).isOne();
    }

    @Test
    void readsAlertsOfTheCommonSchemaAndResourceNotifications() throws Exception {
        var common =
                json(
                        "{'schemaId':'azureMonitorCommonAlertSchema','data':{'essentials':{'alertTargetIDs':['%s']},'alertContext':{'authorization':{'action':'a','scope':'%s'},'caller':'me@x','operationName':'Microsoft.Compute/virtualMachines/write','status':'Succeeded','eventTimestamp':'2026-11-21T01:00:00Z','correlationId':'c'}}}"
                                .formatted(id(1), id(1)));
        assertThat(NoticeDelivery.read(common).notices())
                .containsExactly(
                        new ChangeNotice(
                                ResourceId.parse(id(1)),
                                false,
                                Attribution.of(
                                        "me@x", "Microsoft.Compute/virtualMachines/write", "c"),
                                Instant.parse("2026-11-21T01:00:00Z")));
        var notification =
                json(
                        "{'specversion':'1.0','type':'Microsoft.ResourceNotifications.Resources.Deleted','source':'s','time':'2026-11-21T01:00:00Z','data':{'resourceInfo':{'id':'%s'},'operationalInfo':{'resourceEventTime':'2026-11-21T00:59:00Z'}}}"
                                .formatted(id(2)));
        assertThat(NoticeDelivery.read(notification).notices())
                .containsExactly(
                        new ChangeNotice(
                                ResourceId.parse(id(2)),
                                true,
                                Attribution.UNKNOWN,
                                Instant.parse("2026-11-21T00:59:00Z")));
    }

    @Test
    void whatIsNoEventIsRefusedWithItsPlace() throws Exception {
        for (String[] one :
                new String[][] {
                    {"5", "the body is neither"},
                    {"{'hello':1}", "the body is neither"},
                    {"[{'eventType':'Contoso.Done'},{'id':'1'}]", "/1 is neither"},
                    {"['x']", "/0 is neither"},
                    {
                        "[{'eventType':'microsoft.eventgrid.subscriptionvalidationevent','data':{}}]",
                        "/0/data/validationCode is missing"
                    },
                    {"[" + "{'type':'x'},".repeat(5_000) + "{'type':'x'}]", "at most 5000"}
                }) {
            assertThatThrownBy(() -> NoticeDelivery.read(json(one[0])))
                    .isInstanceOf(NoticeDelivery.UnknownFormException.class)
                    .hasMessageContaining(one[1]);
        }
        assertThat(NoticeDelivery.read(json("[]")).notices()).isEmpty();
    }

    @Test
    void anIdThatAzureCannotHaveIsPassedOver() throws Exception {
        String event =
                "{'eventType':'Microsoft.Resources.ResourceWriteSuccess','data':{'resourceUri':'%s'}}";
        for (String name : List.of("a\\n| take 1", "a\\u0000", "a\\u2028", "a".repeat(5_000))) {
            var delivery =
                    NoticeDelivery.read(
                            json(
                                    "[%s,%s]"
                                            .formatted(
                                                    event.formatted(id(1)),
                                                    event.formatted(id(1) + name))));
            assertThat(delivery.notices()).as(name).hasSize(1);
            assertThat(delivery.passedOver()).as(name).isEqualTo(1);
        }
    }

    @Test
    void aNoticeIsKeptWhole() throws Exception {
        for (var notice :
                List.of(
                        notice("2026-11-21T01:00:00.1234567Z", "ann@contoso.com"),
                        notice("", ""),
                        ChangeNotice.of(ResourceId.parse(id(3))))) {
            assertThat(ChangeNotice.fromDynamic(notice.toDynamic())).isEqualTo(notice);
        }
    }

    @Test
    void ofTwoNoticesTheLaterChangeCountsWhicheverComesFirst() throws Exception {
        var early = notice("2026-11-21T01:00:00Z", "ann");
        var late = notice("2026-11-21T02:00:00Z", "bob");
        assertThat(ChangeNotice.later(early, late)).isSameAs(late);
        assertThat(ChangeNotice.later(late, early)).isSameAs(late);
        assertThat(ChangeNotice.later(late, notice("", "cid")).by().changedBy()).isEqualTo("cid");
    }

    private static ChangeNotice notice(String time, String caller) throws Exception {
        return NoticeDelivery.read(
                        json(
                                "{'type':'Microsoft.Resources.ResourceWriteSuccess','subject':'%s','time':'%s','data':{'claims':{'appid':'%s'}}}"
                                        .formatted(id(1), time, caller)))
                .notices()
                .getFirst();
    }
}
