package io.muster.core.column;

import java.util.List;
import java.util.Optional;

/// Port: the tables that a query can name. One catalog is one consistent state.
public interface Catalog {

    /// The table of that name, ignoring case.
    Optional<TableSource> table(String name);

    /// All tables, in the order to show them.
    List<TableSource> tables();

    /// Just these tables.
    static Catalog of(List<? extends TableSource> tables) {
        var all = List.<TableSource>copyOf(tables);
        return new Catalog() {
            @Override
            public Optional<TableSource> table(String name) {
                return all.stream().filter(t -> t.name().equalsIgnoreCase(name)).findFirst();
            }

            @Override
            public List<TableSource> tables() {
                return all;
            }
        };
    }
}
