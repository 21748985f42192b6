package io.muster.inventory.table;

import io.muster.core.column.Codes;
import io.muster.core.column.Column;
import io.muster.core.column.Field;
import io.muster.core.column.Schema;
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
    static List<Column> of(Column root, boolean lowerCaseGroups) {
        var ids = TextColumns.of(root.at("id"));
        var groups = orFromId(root.at("resourceGroup"), ids, "resourceGroups");
        return List.of(
                ids,
                TextColumns.of(root.at("name")),
                TextColumns.map(root.at("type"), CommonColumns::lower),
                TextColumns.of(root.at("tenantId")),
                TextColumns.of(root.at("kind")),
                TextColumns.map(root.at("location"), location -> lower(location.replace(" ", ""))),
                lowerCaseGroups ? TextColumns.map(groups, CommonColumns::lower) : groups,
                orFromId(root.at("subscriptionId"), ids, "subscriptions"),
                TextColumns.of(root.at("managedBy")),
                root.at("sku"),
                root.at("plan"),
                root.at("properties"),
                root.at("tags"),
                root.at("identity"),
                root.at("zones"),
                root.at("extendedLocation"),
                TextColumns.of(root.at("apiVersion")));
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    /// The member where a resource has it, else the segment of its id after that keyword.
    private static StringColumn orFromId(Column member, StringColumn ids, String keyword) {
        var said = TextColumns.of(member);
        var pool = new TextPool();
        int[] codes = new int[ids.size()];
        String mark = "/" + lower(keyword) + "/";
        for (int row = 0; row < codes.length; row++) {
            String text = said.get(row);
            codes[row] = pool.intern(text.isEmpty() ? segmentAfter(ids.get(row), mark) : text);
        }
        var dictionary = pool.toDictionary();
        return new StringColumn(Codes.of(codes, dictionary.size()), dictionary);
    }

    private static String segmentAfter(String id, String mark) {
        int at = lower(id).indexOf(mark);
        if (at < 0) {
            return "";
        }
        int from = at + mark.length();
        int to = id.indexOf('/', from);
        return to < 0 ? id.substring(from) : id.substring(from, to);
    }
}
