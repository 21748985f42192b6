package io.muster.service.http.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.muster.core.json.Json;
import io.muster.core.value.Dynamic;
import io.muster.core.value.Ticks;
import java.io.IOException;

/// Writes a [Dynamic] as the JSON it stands for; dates, timespans and guids as their text, numbers that JSON lacks as theirs.
final class DynamicSerializer extends StdSerializer<Dynamic> {
    private static final long serialVersionUID = 1L;

    DynamicSerializer() {
        super(Dynamic.class);
    }

    @Override
    public void serialize(Dynamic value, JsonGenerator out, SerializerProvider provider)
            throws IOException {
        write(value, out);
    }

    private static void write(Dynamic value, JsonGenerator out) throws IOException {
        switch (value) {
            case Dynamic.Null() -> out.writeNull();
            case Dynamic.Bool(var bool) -> out.writeBoolean(bool);
            case Dynamic.Whole(var number) -> out.writeNumber(number);
            case Dynamic.Real(var number) -> {
                if (Double.isFinite(number)) {
                    out.writeNumber(Json.number(number));
                } else {
                    // As Kusto's JSON has them.
                    out.writeString(
                            Double.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
                }
            }
            case Dynamic.Decimal(var number) -> out.writeNumber(number);
            case Dynamic.Text(var text) -> out.writeString(text);
            case Dynamic.DateTime(var ticks) -> out.writeString(Ticks.formatDateTime(ticks));
            case Dynamic.Span(var ticks) -> out.writeString(Ticks.formatTimespan(ticks));
            case Dynamic.Guid(var guid) -> out.writeString(guid.toString());
            case Dynamic.Array(var items) -> {
                out.writeStartArray();
                for (var item : items) {
                    write(item, out);
                }
                out.writeEndArray();
            }
            case Dynamic.Bag(var members) -> {
                out.writeStartObject();
                for (var member : members.entrySet()) {
                    out.writeFieldName(member.getKey());
                    write(member.getValue(), out);
                }
                out.writeEndObject();
            }
        }
    }
}
