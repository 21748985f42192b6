package io.muster.benchmarks.questions;

import java.util.List;

/// The ten questions: counting, absence, arrays, joins, text, distinct rows, percentiles, extremes, and versions compared as numbers.
public final class Questions {
    private static final String MACHINES =
            """
            resources
            | where type == 'microsoft.compute/virtualmachines'
            """;

    private static final String ENTRIES =
            MACHINES
                    + """
                    | mv-expand entry = properties.applicationProfile.galleryApplications
                    | where isnotnull(entry)
                    """;

    private static final String VERSION_NUMBER =
            "(split_part(%1$s, '.', 1)::int * 1000000 + split_part(%1$s, '.', 2)::int * 1000 + split_part(%1$s, '.', 3)::int)";

    public static final List<Question> ALL =
            List.of(
                    new Question(
                            1,
                            "count by location",
                            MACHINES + "| summarize machines = count() by location",
                            "select location, count(*) from machine group by location"),
                    new Question(
                            2,
                            "machines that lack an application, by subscription",
                            "let having = "
                                    + ENTRIES
                                    + """
                                    | where entry.packageReferenceId contains '/applications/monitoring-agent-windows/'
                                    | distinct id;
                                    """
                                    + MACHINES
                                    + """
                                    | join kind=leftanti having on id
                                    | summarize machines = count() by subscriptionId
                                    """,
                            """
                            select subscription, count(*) from machine
                            where key not in (select key from entry where application = 'monitoring-agent-windows')
                            group by subscription
                            """),
                    new Question(
                            3,
                            "count by application and version",
                            ENTRIES
                                    + """
                                    | parse tostring(entry.packageReferenceId) with * '/applications/' application '/versions/' version
                                    | summarize machines = count() by application, version
                                    """,
                            "select application, version, count(*) from entry group by application, version"),
                    new Question(
                            4,
                            "failed extension, machine joined by lower id, by location",
                            MACHINES
                                    + """
                                    | project machine = tolower(id), location
                                    | join kind=inner (
                                        resources
                                        | where type == 'microsoft.compute/virtualmachines/extensions'
                                        | where name == 'VMAppExtension' and properties.provisioningState == 'Failed'
                                        | project machine = tolower(tostring(split(id, '/extensions/')[0]))
                                    ) on machine
                                    | summarize machines = count() by location
                                    """,
                            """
                            select machine.location, count(*) from machine join extension on machine.lower_id = extension.machine
                            where extension.name = 'VMAppExtension' and extension.state = 'Failed'
                            group by machine.location
                            """),
                    new Question(
                            5,
                            "top 10 resource groups by pinned applications",
                            ENTRIES
                                    + """
                                    | where entry.packageReferenceId !endswith '/versions/latest'
                                    | summarize pinned = count() by resourceGroup
                                    | top 10 by pinned desc
                                    | project pinned
                                    """,
                            """
                            select pinned from (
                              select resource_group, count(*) pinned from entry where version <> 'latest'
                              group by resource_group order by pinned desc limit 10)
                            """),
                    new Question(
                            6,
                            "tag env is prod and owner holds a text, by location",
                            MACHINES
                                    + """
                                    | where tags.env =~ 'prod' and tags.owner contains 'team-1'
                                    | summarize machines = count() by location
                                    """,
                            """
                            select location, count(*) from machine
                            where lower(env) = 'prod' and contains(lower(owner), 'team-1')
                            group by location
                            """),
                    new Question(
                            7,
                            "distinct size, system and image",
                            MACHINES
                                    + """
                                    | distinct
                                        size = tostring(properties.hardwareProfile.vmSize),
                                        system = tostring(properties.storageProfile.osDisk.osType),
                                        image = tostring(properties.storageProfile.imageReference.sku)
                                    """,
                            "select distinct size, system, image from machine"),
                    new Question(
                            8,
                            "percentiles of the number of applications, by location",
                            MACHINES
                                    + """
                                    | extend applications = coalesce(array_length(properties.applicationProfile.galleryApplications), 0)
                                    | summarize percentiles(applications, 50, 95, 99) by location
                                    """,
                            """
                            select location, quantile_disc(applications, 0.5), quantile_disc(applications, 0.95),
                              quantile_disc(applications, 0.99)
                            from machine group by location
                            """),
                    new Question(
                            9,
                            "newest machine of each resource group",
                            MACHINES
                                    + """
                                    | summarize arg_max(todatetime(properties.timeCreated), name) by resourceGroup
                                    | project resourceGroup, name
                                    """,
                            "select resource_group, arg_max(name, created) from machine group by resource_group"),
                    new Question(
                            10,
                            "machines behind the newest version, by application",
                            """
                            let newest = resources
                            | where type == 'microsoft.compute/galleries/applications/versions'
                            | where properties.publishingProfile.excludeFromLatest == false
                            | parse tolower(id) with * '/applications/' application '/versions/' *
                            | summarize newest = max(parse_version(name)) by application;
                            """
                                    + ENTRIES
                                    + """
                                    | parse tolower(tostring(entry.packageReferenceId)) with * '/applications/' application '/versions/' version
                                    | where version != 'latest'
                                    | join kind=inner newest on application
                                    | where parse_version(version) < newest
                                    | summarize behind = count() by application
                                    """,
                            """
                            with newest as (
                              select application, max(%s) as newest from version where not excluded group by application)
                            select entry.application, count(*) from entry join newest using (application)
                            where entry.number < newest.newest
                            group by entry.application
                            """
                                    .formatted(VERSION_NUMBER.formatted("name"))));

    private Questions() {}

    static String versionNumber(String column) {
        return VERSION_NUMBER.formatted(column);
    }
}
