/// Scalar values of KQL to text and back: what `tostring`, `todatetime`, typed literals and their kin agree on. Start at [ScalarText].
@NullMarked
package io.muster.kql.value;

import org.jspecify.annotations.NullMarked;
