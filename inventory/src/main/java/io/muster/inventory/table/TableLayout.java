package io.muster.inventory.table;

import java.util.List;

/// Which table each resource type is in.
public interface TableLayout {

    /// The table of a resource type.
    ///
    /// @param type in lower case
    ResourceTable tableOf(String type);

    /// All tables, in the order to show them.
    List<ResourceTable> tables();
}
