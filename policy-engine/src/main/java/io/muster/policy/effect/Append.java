package io.muster.policy.effect;

import io.muster.core.value.Dynamic;
import io.muster.policy.expression.TemplateValue;
import io.muster.policy.fault.Faults;
import io.muster.policy.fault.PolicyFault;
import java.util.ArrayList;
import java.util.List;

/// `append`: adds fields to a request, and refuses one that has another value there.
public record Append(List<Field> fields) implements Effect {

    /// One field to add.
    public record Field(TemplateValue field, TemplateValue value) {}

    public Append {
        fields = List.copyOf(fields);
    }

    @Override
    public EffectKind kind() {
        return EffectKind.APPEND;
    }

    static Append read(Dynamic details, String pointer, EffectReader reader) {
        if (details.isNull()) {
            reader.report(
                    PolicyFault.MISSING_DETAILS, pointer, "The effect 'append' needs details.");
            return new Append(List.of());
        }
        if (!(details instanceof Dynamic.Array(var items))) {
            reader.report(
                    PolicyFault.DETAILS_NOT_ARRAY,
                    pointer,
                    "The details of 'append' must be an array of fields and values.");
            return new Append(List.of());
        }
        List<Field> fields = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            String at = Faults.below(pointer, i);
            var item = items.get(i);
            if (!(item.getIgnoreCase("field") instanceof Dynamic.Text)
                    || item.getIgnoreCase("value").isNull()) {
                reader.report(
                        PolicyFault.APPEND_ITEM_MALFORMED,
                        at,
                        "An item of 'append' has a field and a value.");
                continue;
            }
            var field = reader.value(item.getIgnoreCase("field"), Faults.below(at, "field"));
            reader.checkWritable(field, Faults.below(at, "field"));
            fields.add(
                    new Field(
                            field,
                            reader.value(item.getIgnoreCase("value"), Faults.below(at, "value"))));
        }
        return new Append(fields);
    }
}
