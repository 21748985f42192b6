package io.muster.policy.effect;

import io.muster.core.value.Dynamic;
import io.muster.policy.condition.Constraint;
import io.muster.policy.expression.TemplateValue;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which related resources decide, and what one of them must satisfy: the part of the details that auditIfNotExists and deployIfNotExists share.
///
/// @param name of the one resource meant; null for all of the type
/// @param resourceGroupName another group to look in; null for the evaluated resource's
/// @param existenceScope `ResourceGroup` or `Subscription`
/// @param existenceCondition null when any related resource will do
public record RelatedDetails(
        TemplateValue type,
        @Nullable TemplateValue name,
        @Nullable TemplateValue resourceGroupName,
        TemplateValue existenceScope,
        @Nullable Constraint existenceCondition,
        @Nullable TemplateValue evaluationDelay) {

    static final Set<String> MEMBERS =
            Set.of(
                    "type",
                    "name",
                    "kind",
                    "resourcegroupname",
                    "existencescope",
                    "existencecondition",
                    "evaluationdelay",
                    "roledefinitionids",
                    "deployment",
                    "deploymentscope");
    private static final Pattern DURATION =
            Pattern.compile("PT(\\d{1,9}H)?(\\d{1,9}M)?(\\d{1,9}S)?");
    private static final Duration MAX_DELAY = Duration.ofHours(6);

    static RelatedDetails read(Dynamic details, String pointer, EffectReader reader) {
        if (!reader.isObject(details, pointer, EffectKind.AUDIT_IF_NOT_EXISTS)) {
            return new RelatedDetails(
                    TemplateValue.literal(Dynamic.of("")), null, null, scope(), null, null);
        }
        reader.checkMembers(details, pointer, MEMBERS);
        String typeAt = Faults.below(pointer, "type");
        var type = reader.value(details.getIgnoreCase("type"), typeAt);
        if (type instanceof TemplateValue.Literal(var literal, _)) {
            if (!(literal instanceof Dynamic.Text(var text)) || text.isBlank()) {
                reader.report(
                        PolicyFault.MISSING_RELATED_TYPE,
                        pointer,
                        "The details name no type of related resources.");
            } else if (text.indexOf('/') <= 0) {
                reader.report(
                        PolicyFault.RELATED_TYPE_MALFORMED,
                        typeAt,
                        "'%s' is no resource type.".formatted(text));
            }
        }
        var name = optional(details, "name", pointer, reader);
        checkName(type, name, pointer, reader);
        return new RelatedDetails(
                type,
                name,
                optional(details, "resourceGroupName", pointer, reader),
                existenceScope(details, pointer, reader),
                existenceCondition(details, pointer, reader),
                delay(details, pointer, reader));
    }

    private static void checkName(
            TemplateValue type, @Nullable TemplateValue name, String pointer, EffectReader reader) {
        if (name == null
                && type instanceof TemplateValue.Literal(Dynamic.Text(var text), _)
                && reader.types().stream().anyMatch(text::equalsIgnoreCase)) {
            reader.report(
                    PolicyFault.RELATED_NAME_NEEDED,
                    pointer,
                    "The related type is the evaluated type: the details need a name, [field('name')] or [field('fullName')].");
        }
    }

    private static @Nullable TemplateValue optional(
            Dynamic details, String member, String pointer, EffectReader reader) {
        var value = details.getIgnoreCase(member);
        if (!value.isNull() && !(value instanceof Dynamic.Text)) {
            reader.report(
                    PolicyFault.RELATED_MEMBER_NOT_TEXT,
                    Faults.below(pointer, member),
                    "'%s' must be a text.".formatted(member));
        }
        return value.isNull() ? null : reader.value(value, Faults.below(pointer, member));
    }

    private static TemplateValue scope() {
        return TemplateValue.literal(Dynamic.of("ResourceGroup"));
    }

    private static TemplateValue existenceScope(
            Dynamic details, String pointer, EffectReader reader) {
        var scope = optional(details, "existenceScope", pointer, reader);
        if (scope == null) {
            return scope();
        }
        if (scope instanceof TemplateValue.Literal(var value, _)
                && !Set.of("resourcegroup", "subscription")
                        .contains(value.textOr("").toLowerCase(Locale.ROOT))) {
            reader.report(
                    PolicyFault.EXISTENCE_SCOPE_UNKNOWN,
                    Faults.below(pointer, "existenceScope"),
                    "The existence scope is ResourceGroup or Subscription.");
        }
        return scope;
    }

    private static @Nullable Constraint existenceCondition(
            Dynamic details, String pointer, EffectReader reader) {
        var condition = details.getIgnoreCase("existenceCondition");
        if (condition.isNull()) {
            return null;
        }
        String at = Faults.below(pointer, "existenceCondition");
        if (condition instanceof Dynamic.Bag(var members) && members.isEmpty()) {
            reader.report(
                    PolicyFault.EXISTENCE_CONDITION_EMPTY,
                    at,
                    "The existence condition is empty; leave it out when any related resource will do.");
            return null;
        }
        return reader.conditions().read(condition, at);
    }

    private static @Nullable TemplateValue delay(
            Dynamic details, String pointer, EffectReader reader) {
        var delay = optional(details, "evaluationDelay", pointer, reader);
        if (delay instanceof TemplateValue.Literal(var value, _)) {
            String text = value.textOr("");
            boolean named =
                    Set.of(
                                    "afterprovisioning",
                                    "afterprovisioningsuccess",
                                    "afterprovisioningfailure")
                            .contains(text.toLowerCase(Locale.ROOT));
            boolean timed =
                    text.length() > 2
                            && DURATION.matcher(text).matches()
                            && Duration.parse(text).compareTo(MAX_DELAY) <= 0;
            if (!named && !timed) {
                reader.report(
                        PolicyFault.EVALUATION_DELAY_MALFORMED,
                        Faults.below(pointer, "evaluationDelay"),
                        "'%s' is no evaluation delay.".formatted(text));
            }
        }
        return delay;
    }
}
