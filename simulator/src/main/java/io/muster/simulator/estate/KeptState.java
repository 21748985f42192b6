package io.muster.simulator.estate;

import io.muster.core.value.Dynamic;
import java.util.function.Consumer;

/// A part of the simulated Azure's state that outlives an export and an import. What a part gives it takes back, in the same order, when it is new.
public interface KeptState {
    /// What its entries are told apart by; no two parts have the same.
    String kind();

    /// Gives every entry, as an object of its own. Called while the simulator's lock is held.
    void export(Consumer<Dynamic> sink);

    /// Takes an entry that [#export] gave.
    ///
    /// @throws IllegalArgumentException when it is none
    void take(Dynamic kept);
}
