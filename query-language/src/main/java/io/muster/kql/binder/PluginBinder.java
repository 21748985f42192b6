package io.muster.kql.binder;

import io.muster.kql.plan.LogicalPlan;
import io.muster.kql.syntax.NearNames;
import io.muster.kql.syntax.TabularOperator;
import java.util.List;

/// `evaluate`: plugins whose columns or rows depend on more than one row. Their input is run first, then the plan goes on over what they
/// give.
final class PluginBinder {
    private static final List<String> NAMES =
            List.of(
                    "active_users_count",
                    "activity_counts_metrics",
                    "activity_engagement",
                    "activity_metrics",
                    "autocluster",
                    "bag_unpack",
                    "basket",
                    "dcount_intersect",
                    "diffpatterns",
                    "funnel_sequence",
                    "funnel_sequence_completion",
                    "ipv4_lookup",
                    "ipv6_lookup",
                    "narrow",
                    "new_activity_metrics",
                    "pivot",
                    "preview",
                    "rolling_percentile",
                    "rows_near",
                    "schema_merge",
                    "sequence_detect",
                    "session_count",
                    "sliding_window_counts");

    private final Binder binder;
    private final PluginReader reader;
    private final BagUnpackPlugin bagUnpack;
    private final PivotPlugin pivot;
    private final NarrowPlugin narrow;
    private final IpLookupPlugin ipLookup;
    private final RowsNearPlugin rowsNear;
    private final SchemaMergePlugin schemaMerge;
    private final WindowPlugins windows;
    private final DcountIntersectPlugin intersect;
    private final ActivityPlugins activity;
    private final SequencePlugins sequences;
    private final PatternPlugins patterns;

    PluginBinder(Binder binder) {
        this.binder = binder;
        this.reader = new PluginReader(binder);
        this.bagUnpack = new BagUnpackPlugin(binder, reader);
        this.pivot = new PivotPlugin(binder, reader);
        this.narrow = new NarrowPlugin(binder);
        this.ipLookup = new IpLookupPlugin(binder, reader);
        this.rowsNear = new RowsNearPlugin(binder, reader);
        this.schemaMerge = new SchemaMergePlugin(reader);
        this.windows = new WindowPlugins(reader);
        this.intersect = new DcountIntersectPlugin(binder);
        this.activity = new ActivityPlugins(reader);
        this.sequences = new SequencePlugins(binder, reader);
        this.patterns = new PatternPlugins(reader);
    }

    /// The names that may stand behind `evaluate`.
    static List<String> names() {
        return NAMES;
    }

    LogicalPlan evaluate(
            TabularOperator.Evaluate evaluate, LogicalPlan input, Environment environment) {
        return binder.passing(() -> planned(evaluate, input, environment));
    }

    private LogicalPlan planned(
            TabularOperator.Evaluate evaluate, LogicalPlan input, Environment environment) {
        var call = evaluate.plugin();
        reader.evaluating(call.nameSpan());
        return switch (call.name()) {
            case "bag_unpack" -> bagUnpack.bagUnpack(evaluate, input, environment);
            case "pivot" -> pivot.pivot(evaluate, input, environment);
            case "narrow" -> narrow.narrow(input);
            case "ipv4_lookup", "ipv6_lookup" -> ipLookup.lookup(call, input, environment);
            case "rows_near" -> rowsNear.rowsNear(call, input, environment);
            case "schema_merge" -> schemaMerge.merge(call, input, environment);
            case "dcount_intersect" -> intersect.intersect(call, input, environment);
            case "rolling_percentile" -> windows.rollingPercentile(call, input, environment);
            case "sliding_window_counts" -> windows.slidingWindowCounts(call, input, environment);
            case "active_users_count" -> windows.activeUsersCount(call, input, environment);
            case "activity_counts_metrics" ->
                    windows.activityCountsMetrics(call, input, environment);
            case "activity_metrics" -> activity.activityMetrics(call, input, environment);
            case "new_activity_metrics" ->
                    activity.newActivityMetrics(call, input, environment, binder);
            case "activity_engagement" -> activity.activityEngagement(call, input, environment);
            case "session_count" -> activity.sessionCount(call, input, environment);
            case "sequence_detect" -> sequences.sequenceDetect(call, input, environment);
            case "funnel_sequence" -> sequences.funnelSequence(call, input, environment);
            case "funnel_sequence_completion" ->
                    sequences.funnelSequenceCompletion(call, input, environment);
            case "basket" -> patterns.basket(call, input, environment);
            case "autocluster" -> patterns.autocluster(call, input, environment);
            case "diffpatterns" -> patterns.diffpatterns(call, input, environment);
            case "preview" -> preview(evaluate, input, environment);
            default -> {
                binder.fault(
                        "KS124",
                        call.nameSpan(),
                        "The plug-in function '" + call.name() + "' is not defined.",
                        NearNames.nearest(call.name(), NAMES));
                throw new BindFailure();
            }
        };
    }

    /// The first rows, and beside them how many there are.
    private LogicalPlan preview(
            TabularOperator.Evaluate evaluate, LogicalPlan input, Environment environment) {
        var call = evaluate.plugin();
        if (call.arguments().size() != 1) {
            binder.fault("KS119", call.span(), "The function 'preview' expects 1 argument.");
            throw new BindFailure();
        }
        var shared = new LogicalPlan.Materialize(input);
        var number = call.arguments().getFirst().value();
        binder.beside(
                "count",
                binder.operators()
                        .summaries()
                        .count(new TabularOperator.Count(null, call.span()), shared, environment),
                call.span());
        return new LogicalPlan.Take(shared, binder.operators().sorts().count(number, environment));
    }
}
