package io.muster.kql.function;

/// How the column of an unnamed call is called.
public enum ResultNaming {
    /// `Column1`, `Column2`, ...
    NONE,
    /// As the first argument would be.
    FIRST_ARGUMENT,
    /// `strlen_x`: the prefix and the first argument's name.
    PREFIX_AND_FIRST_ARGUMENT,
    /// `hll_merged_result`: the prefix alone.
    PREFIX
}
