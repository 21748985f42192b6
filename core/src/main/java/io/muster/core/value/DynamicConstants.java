package io.muster.core.value;

import java.util.List;
import java.util.Map;

/// The values of [Dynamic] that need no fields, read as `Dynamic.NULL`, `Dynamic.TRUE`, ...
///
/// An interface of their own: constants of a sealed interface that are instances of its records could deadlock two threads that load them at once.
interface DynamicConstants {
    Dynamic NULL = new Dynamic.Null();
    Dynamic TRUE = new Dynamic.Bool(true);
    Dynamic FALSE = new Dynamic.Bool(false);
    Dynamic EMPTY_ARRAY = new Dynamic.Array(List.of());
    Dynamic EMPTY_BAG = new Dynamic.Bag(Map.of());
}
