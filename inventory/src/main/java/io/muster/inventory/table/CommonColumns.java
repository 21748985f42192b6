package io.muster.inventory.table;

import io.muster.core.column.Column;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
import io.muster.core.column.Sharing;
import io.muster.core.column.StringColumn;
import io.muster.core.column.TextPool;
import io.muster.core.value.KqlType;
import java.util.List;
import java.util.Locale;

/// The columns that every resource-like table of Resource Graph has, in Azure's order.
///
/// `type` is lower case, `location` the short name, `resourceGroup` and `subscriptionId` come out of the id where the resource does not say them.
final class CommonColumns {
    static final Schema SCHEMA =
            Schema.of(
                    text("id"),
                    text("name"),
                    text("type"),
                    text("tenantId"),
                    text("kind"),
                    text("location"),
                    text("resourceGroup"),
                    text("subscriptionId"),
                    text("managedBy"),
                    dynamic("sku"),
                    dynamic("plan"),
                    dynamic("properties"),
                    dynamic("tags"),
                    dynamic("identity"),
                    dynamic("zones"),
                    dynamic("extendedLocation"),
                    text("apiVersion"));

    private CommonColumns() {}

    private static Field text(String name) {
        return new Field(name, KqlType.STRING);
    }

    private static Field dynamic(String name) {
        return new Field(name, KqlType.DYNAMIC);
    }

    /// @param lowerCaseGroups whether `resourceGroup` is lower case, as in `resources`, or as created
    static List<Column> of(Column root, boolean lowerCaseGroups, Sharing sharing) {
        var texts = new TextColumns(sharing);
        var ids = texts.of(root.at("id"));
        var groups = orFromId(root.at("resourceGroup"), ids, "resourcegroups", texts);
        return List.of(
                ids,
                texts.of(root.at("name")),
                texts.map(root.at("type"), CommonColumns::lower),
                texts.of(root.at("tenantId")),
                texts.of(root.at("kind")),
                texts.map(root.at("location"), location -> lower(location.replace(" ", ""))),
                lowerCaseGroups ? texts.map(groups, CommonColumns::lower) : groups,
                orFromId(root.at("subscriptionId"), ids, "subscriptions", texts),
                texts.of(root.at("managedBy")),
                root.at("sku"),
                root.at("plan"),
                root.at("properties"),
                root.at("tags"),
                root.at("identity"),
                root.at("zones"),
                root.at("extendedLocation"),
                texts.of(root.at("apiVersion")));
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /// The member where a resource has it, else the segment of its id after that keyword.
    private static StringColumn orFromId(
            Column member, StringColumn ids, String keyword, TextColumns texts) {
        var said = texts.of(member);
        int empty = -1;
        for (int code = 0; code < said.dictionary().size() && empty < 0; code++) {
            empty = said.dictionary().get(code).isEmpty() ? code : -1;
        }
        if (empty < 0) {
            return said;
        }
        var pool = new TextPool();
        int[] parts = new IdParts(keyword, pool).of(ids.dictionary());
        int none = pool.intern("");
        int[] own = new int[said.dictionary().size()];
        for (int code = 0; code < own.length; code++) {
            own[code] = pool.intern(said.dictionary().get(code));
        }
        int[] codes = new int[ids.size()];
        for (int row = 0; row < codes.length; row++) {
            int text = said.codes().get(row);
            int id = ids.codes().get(row);
            codes[row] = text != empty ? own[text] : id < 0 ? none : parts[id];
        }
        return texts.column(keyword, codes, pool);
    }
}
