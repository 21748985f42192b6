package io.muster.service.cli;

import io.muster.core.value.Ticks;
import java.time.Instant;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// An instant as ISO 8601 has it; without a zone it is UTC.
final class TimeConverter implements ITypeConverter<Instant> {
    @Override
    public Instant convert(String text) {
        var ticks = Ticks.parseIso(text);
        if (ticks.isEmpty()) {
            throw new TypeConversionException(
                    "'%s' is no time such as 2026-11-21T08:00:00Z".formatted(text));
        }
        return Ticks.toInstant(ticks.getAsLong());
    }
}
