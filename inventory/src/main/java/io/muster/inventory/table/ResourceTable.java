package io.muster.inventory.table;

import io.muster.core.column.Column;
import io.muster.core.column.Schema;
import io.muster.core.column.Sharing;
import java.util.List;

/// A table whose rows are resources, each as collected.
public interface ResourceTable {

    /// Lower case, as Resource Graph names it.
    String name();

    Schema schema();

    /// The table's columns for a stretch of resources of one type.
    ///
    /// @param root the resources as JSON, one a row, shredded
    /// @param sharing what other segments have that these columns may hold too
    List<Column> columns(Column root, Sharing sharing);
}
