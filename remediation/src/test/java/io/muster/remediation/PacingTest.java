package io.muster.remediation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.remediation.pace.Begun;
import io.muster.remediation.pace.Cron;
import io.muster.remediation.pace.RateBudget;
import io.muster.remediation.pace.Window;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PacingTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*/15 * * * *      | UTC           | 2026-01-01T00:00:00Z | 2026-01-01T00:15:00Z",
                "0 22 * * 1-5      | UTC           | 2026-01-02T22:00:00Z | 2026-01-05T22:00:00Z",
                "0 22 * * MON-FRI  | UTC           | 2026-01-02T21:59:59Z | 2026-01-02T22:00:00Z",
                "30 1 29 feb *     | UTC           | 2026-01-01T00:00:00Z | 2028-02-29T01:30:00Z",
                "0 0 13 * 5        | UTC           | 2026-01-01T00:00:00Z | 2026-01-02T00:00:00Z",
                "0 0 * * 7         | UTC           | 2026-01-01T00:00:00Z | 2026-01-04T00:00:00Z",
                "0 9-17/4 * * *    | UTC           | 2026-01-01T13:00:00Z | 2026-01-01T17:00:00Z",
                "0 3 * * *         | Europe/Berlin | 2026-01-01T00:00:00Z | 2026-01-01T02:00:00Z",
                "0 3 * * *         | Europe/Berlin | 2026-07-01T02:00:00Z | 2026-07-02T01:00:00Z",
                // What comes twice when the clocks go back: every hour twice, every night once.
                "0 * * * *         | Europe/Berlin | 2026-10-25T00:00:00Z | 2026-10-25T01:00:00Z",
                "0 * * * *         | Europe/Berlin | 2026-10-25T01:00:00Z | 2026-10-25T02:00:00Z",
                "*/30 * * * *      | Europe/Berlin | 2026-10-25T00:30:00Z | 2026-10-25T01:00:00Z",
                "30 2 * * *        | Europe/Berlin | 2026-10-25T00:00:00Z | 2026-10-25T00:30:00Z",
                "30 2 * * *        | Europe/Berlin | 2026-10-25T00:30:00Z | 2026-10-26T01:30:00Z",
                // Skipped when the clocks go forward: later by as much as they have.
                "30 2 29 3 *       | Europe/Berlin | 2026-03-28T00:00:00Z | 2026-03-29T01:30:00Z",
            })
    void aCronExpressionSaysItsNextTime(String cron, String zone, Instant after, Instant next) {
        assertThat(Cron.parse(cron).next(after, ZoneId.of(zone))).hasValue(next);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "* * * *",
                "60 * * * *",
                "* 24 * * *",
                "* * 0 * *",
                "* * * 13 *",
                "* * * * 8",
                "5-1 * * * *",
                "*/0 * * * *",
                "1/2/3 * * * *",
                "x * * * *",
                "1,,2 * * * *",
                "0 0 31 2 *",
                "99999999999 * * * *"
            })
    void whatIsNoCronExpressionIsRefused(String text) {
        assertThatThrownBy(() -> Cron.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aWindowIsOpenFromItsTimeToItsEnd() {
        var window = new Window(Cron.parse("0 22 * * *"), Duration.ofHours(4), ZoneId.of("UTC"));
        assertThat(window.isOpen(Instant.parse("2026-01-01T21:59:59Z"))).isFalse();
        assertThat(window.isOpen(Instant.parse("2026-01-01T22:00:00Z"))).isTrue();
        assertThat(window.isOpen(Instant.parse("2026-01-02T01:59:59Z"))).isTrue();
        assertThat(window.isOpen(Instant.parse("2026-01-02T02:00:00Z"))).isFalse();
        assertThat(window.opensAt(Instant.parse("2026-01-02T02:00:00Z")))
                .isEqualTo(Instant.parse("2026-01-02T22:00:00Z"));
    }

    @Test
    void aWindowOfEveryHourIsNeverClosedNotEvenWhenTheClocksChange() {
        var window =
                new Window(
                        Cron.parse("0 * * * *"), Duration.ofHours(1), ZoneId.of("Europe/Berlin"));
        for (var day : List.of("2026-03-29T00:00:00Z", "2026-10-25T00:00:00Z")) {
            for (int minute = 0; minute < 24 * 60; minute += 10) {
                var now = Instant.parse(day).plus(Duration.ofMinutes(minute));
                assertThat(window.isOpen(now)).as("%s", now).isTrue();
            }
        }
    }

    @Test
    void aBudgetHasRoomAgainWhenTheOldestHasPassed() {
        var begun = new Begun();
        var budget = new RateBudget(2, Duration.ofMinutes(10));
        var start = Instant.parse("2026-01-01T00:00:00Z");
        assertThat(begun.roomAt(budget, "a", start)).isEqualTo(start);
        begun.add("a", start);
        begun.add("a", start.plusSeconds(60));
        assertThat(begun.roomAt(budget, "a", start.plusSeconds(60)))
                .isEqualTo(start.plusSeconds(600));
        assertThat(begun.roomAt(budget, "b", start.plusSeconds(60)))
                .isEqualTo(start.plusSeconds(60));
        assertThat(begun.roomAt(budget, "a", start.plusSeconds(600)))
                .isEqualTo(start.plusSeconds(600));
    }
}
