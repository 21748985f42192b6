package io.muster.simulator.arm;

import io.muster.core.value.Dynamic;
import io.muster.inventory.resource.Location;
import java.util.List;

/// `GET /subscriptions/{id}/locations`: Azure's public regions. A resource may lie elsewhere too: the simulated Azure has no list of what each type is offered in.
///
/// Source: azure/reliability/regions-list.
final class Regions {
    private static final List<String> NAMES =
            List.of(
                    "Australia Central",
                    "Australia Central 2",
                    "Australia East",
                    "Australia Southeast",
                    "Brazil South",
                    "Brazil Southeast",
                    "Canada Central",
                    "Canada East",
                    "Central India",
                    "Central US",
                    "East Asia",
                    "East US",
                    "East US 2",
                    "France Central",
                    "France South",
                    "Germany North",
                    "Germany West Central",
                    "Israel Central",
                    "Italy North",
                    "Japan East",
                    "Japan West",
                    "Korea Central",
                    "Korea South",
                    "Mexico Central",
                    "New Zealand North",
                    "North Central US",
                    "North Europe",
                    "Norway East",
                    "Norway West",
                    "Poland Central",
                    "Qatar Central",
                    "South Africa North",
                    "South Africa West",
                    "South Central US",
                    "South India",
                    "Southeast Asia",
                    "Spain Central",
                    "Sweden Central",
                    "Switzerland North",
                    "Switzerland West",
                    "UAE Central",
                    "UAE North",
                    "UK South",
                    "UK West",
                    "West Central US",
                    "West Europe",
                    "West India",
                    "West US",
                    "West US 2",
                    "West US 3");

    private Regions() {}

    /// @param subscription its id, `/subscriptions/...`
    static List<Dynamic> of(String subscription) {
        return NAMES.stream().map(name -> json(subscription, name)).toList();
    }

    private static Dynamic json(String subscription, String displayName) {
        String name = Location.normalise(displayName);
        return Dynamic.bag()
                .put("id", subscription + "/locations/" + name)
                .put("name", name)
                .put("type", "Region")
                .put("displayName", displayName)
                .put("metadata", Dynamic.bag().put("regionType", "Physical").build())
                .build();
    }
}
