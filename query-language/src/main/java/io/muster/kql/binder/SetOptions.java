package io.muster.kql.binder;

import io.muster.core.diagnostic.Diagnostic;
import io.muster.core.diagnostic.Severity;
import io.muster.core.diagnostic.SourceSpan;
import io.muster.core.diagnostic.SourceText;
import io.muster.kql.syntax.NearNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The options of `set`: which are heeded, and which of Kusto's are read and change nothing
/// (`kusto/query/set-statement`, `kusto/api/rest/request-properties`).
final class SetOptions {
    static final String NOW = "query_now";

    private static final List<String> HEEDED =
            List.of(NOW, "query_bin_auto_size", "query_bin_auto_at");

    private static final List<String> OF_KUSTO =
            List.of(
                    "best_effort",
                    "client_max_redirect_count",
                    "deferpartialqueryfailures",
                    "materialized_view_shuffle",
                    "max_memory_consumption_per_query_per_node",
                    "maxmemoryconsumptionperiterator",
                    "maxoutputcolumns",
                    "norequesttimeout",
                    "notruncation",
                    "push_selection_through_aggregation",
                    "query_consistency",
                    "query_cursor_after_default",
                    "query_cursor_before_or_at_default",
                    "query_cursor_current",
                    "query_cursor_disabled",
                    "query_cursor_scoped_tables",
                    "query_datascope",
                    "query_datetimescope_column",
                    "query_datetimescope_from",
                    "query_datetimescope_to",
                    "query_distribution_nodes_span",
                    "query_fanout_nodes_percent",
                    "query_fanout_threads_percent",
                    "query_force_row_level_security",
                    "query_language",
                    "query_log_query_parameters",
                    "query_max_entities_in_union",
                    "query_python_debug",
                    "query_results_apply_getschema",
                    "query_results_cache_force_refresh",
                    "query_results_cache_max_age",
                    "query_results_cache_per_shard",
                    "query_results_progressive_row_count",
                    "query_results_progressive_update_period",
                    "query_take_max_records",
                    "query_weakconsistency_session_id",
                    "queryconsistency",
                    "queryfanoutnodespercent",
                    "queryfanoutthreadspercent",
                    "querytrace",
                    "request_app_name",
                    "request_block_row_level_security",
                    "request_callout_disabled",
                    "request_description",
                    "request_external_data_disabled",
                    "request_external_table_disabled",
                    "request_impersonation_disabled",
                    "request_readonly",
                    "request_readonly_hardline",
                    "request_remote_entities_disabled",
                    "request_sandboxed_execution_disabled",
                    "request_user",
                    "results_error_reporting_placement",
                    "results_progressive_enabled",
                    "results_v2_fragment_primary_tables",
                    "results_v2_newlines_between_tables",
                    "servertimeout",
                    "truncation_max_records",
                    "truncation_max_size",
                    "truncationmaxrecords",
                    "truncationmaxsize",
                    "validate_permissions");

    private SetOptions() {}

    /// A warning of an option that changes nothing; empty of one that does.
    static Optional<Diagnostic> note(String name, SourceText source, SourceSpan span) {
        if (HEEDED.contains(name)) {
            return Optional.empty();
        }
        if (OF_KUSTO.contains(name)) {
            return Optional.of(
                    warning(
                            "option-without-effect",
                            source,
                            span,
                            "The option '" + name + "' changes nothing here."));
        }
        var known = new ArrayList<>(HEEDED);
        known.addAll(OF_KUSTO);
        var unknown =
                warning("option-unknown", source, span, "The option '" + name + "' is not known.");
        return Optional.of(
                NearNames.nearest(name, known)
                        .map(meant -> unknown.withHelp("did you mean '" + meant + "'?"))
                        .orElse(unknown));
    }

    private static Diagnostic warning(
            String code, SourceText source, SourceSpan span, String message) {
        return new Diagnostic(code, Severity.WARNING, source, span, message, null, null);
    }
}
