package io.muster.inventory.derived;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.column.Segment;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RowsByStateTest {
    private int computed;
    private Object before = "";

    private List<SegmentRows> rows(Optional<RowsByState.Known> latest) {
        computed++;
        before = latest.map(RowsByState.Known::state).orElse("");
        return List.of(new SegmentRows(new Segment(0, List.of()), new int[0]));
    }

    @Test
    void keepsTheTwoStatesAskedForLast() {
        var rows = new RowsByState();
        var today = rows.of("today", this::rows);
        rows.of("past", this::rows);
        assertThat(rows.of("today", this::rows)).isSameAs(today);
        assertThat(computed).isEqualTo(2);
        assertThat(before).isEqualTo("today");
        rows.of("other", this::rows);
        assertThat(rows.size()).isEqualTo(2);
        assertThat(rows.of("today", this::rows)).isSameAs(today);
        rows.of("past", this::rows);
        assertThat(computed).isEqualTo(4);
    }
}
