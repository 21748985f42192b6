package io.muster.service.http.odata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.muster.core.json.Json;
import io.muster.core.json.JsonException;
import io.muster.core.value.Dynamic;
import io.muster.service.compliance.PolicyStateRecords;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the query options of Policy Insights make of four records.
class QueryOptionsTest {
    private static final Names NAMES =
            Names.of(
                    List.of(
                            "resourceId",
                            "resourceGroup",
                            "policyDefinitionAction",
                            "policyDefinitionGroupNames",
                            "isCompliant",
                            "timestamp",
                            "size",
                            "resourceLocation"));

    private static final List<Dynamic> RECORDS =
            List.of(
                    record("a", "rg1", "audit", false, 1, "2026-11-20T00:00:00Z", "['one']"),
                    record("b", "RG1", "deny", false, 2, "2026-11-21T00:00:00Z", "['one','Two']"),
                    record("c", "rg2", "deny", true, 4, "2026-11-21T12:00:00Z", "null"),
                    record("d", "rg2", "audit", true, 8, "2026-11-22T00:00:00Z", "[]"));

    private static Dynamic record(
            String id,
            String group,
            String action,
            boolean compliant,
            int size,
            String at,
            String groups) {
        return json(
                "{'resourceId':'/%s','resourceGroup':'%s','policyDefinitionAction':'%s','isCompliant':%s,'size':%d,'timestamp':'%s','policyDefinitionGroupNames':%s,'resourceLocation':null}"
                        .formatted(id, group, action, compliant, size, at, groups));
    }

    private static Dynamic json(String text) {
        try {
            return Json.parse(text.replace('\'', '"'));
        } catch (JsonException fault) {
            throw new AssertionError(text, fault);
        }
    }

    private static List<Dynamic> asked(String... options) throws ODataException {
        var read = read(options);
        return read.apply(RECORDS).records().stream().map(read::selected).toList();
    }

    private static QueryOptions read(String... options) throws ODataException {
        var named = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        for (int i = 0; i < options.length; i += 2) {
            named.put(options[i], options[i + 1]);
        }
        return QueryOptions.parse(named, NAMES, NAMES, 1000);
    }

    private static String ids(List<Dynamic> records) {
        return String.join(
                "",
                records.stream().map(r -> r.get("resourceId").textOr("").substring(1)).toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "IsCompliant eq false | ab",
                "iscompliant ne true | ab",
                "not IsCompliant eq true | ab",
                "not (IsCompliant eq true or size gt 1) | a",
                "size gt 1 and size lt 8 | bc",
                "size ge 2 and size le 4 | bc",
                "size eq 1 or size eq 8 and isCompliant eq true | ad",
                "2 lt size | cd",
                "policyDefinitionAction eq 'DENY' | bc",
                "'deny' eq policyDefinitionAction | bc",
                "policyDefinitionAction in ('deny', 'append') | bc",
                "not (policyDefinitionAction in ('deny')) | ad",
                "'two' IN PolicyDefinitionGroupNames | b",
                "not ('one' in policyDefinitionGroupNames) | cd",
                "startswith(resourceGroup, 'RG1') | ab",
                "endswith(resourceId,'/c') eq true | c",
                "contains(resourceGroup,'2') ne true | ab",
                "contains(resourceGroup,'2') eq false | ab",
                "tolower(resourceGroup) eq 'rg1' | ab",
                "length(resourceGroup) eq 3 | abcd",
                "contains(tolower(resourceGroup), tolower('RG2')) | cd",
                "timestamp ge 2026-11-21T00:00:00Z and timestamp lt '2026-11-22' | bc",
                "timestamp gt 2026-11-21T00:30:00+01:00 | bcd",
                "resourceLocation eq null | abcd",
                "resourceLocation ne null | ''",
                "resourceLocation lt 'x' | ''",
                "policyDefinitionAction eq deny | bc",
                "resourceGroup eq 'it''s' | ''"
            })
    void filtersByEveryOperatorAndFunction(String filter, String expected) throws Exception {
        assertThat(ids(asked("$filter", filter))).isEqualTo(expected.replace("''", ""));
    }

    @Test
    void theFilterComesBeforeTheAggregationAndMayBeOnWhatItTakesAway() throws Exception {
        assertThat(
                        asked(
                                "$filter",
                                "PolicyDefinitionAction eq 'deny'",
                                "$apply",
                                "aggregate($count as NumDenyStates)"))
                .containsExactly(json("{'NumDenyStates':2}"));
    }

    @Test
    void aFilterOfWhatOnlyTheAggregationMakesComesBehindIt() throws Exception {
        assertThat(
                        asked(
                                "$filter",
                                "Total gt 3",
                                "$apply",
                                "groupby((ResourceGroup), aggregate(size with sum as Total))"))
                .containsExactly(json("{'resourceGroup':'rg2','Total':12}"));
    }

    @Test
    void groupsTakeNamesThatDifferInCaseForOneAndSpellPropertiesAsRecordsDo() throws Exception {
        assertThat(
                        asked(
                                "$apply",
                                "groupby((RESOURCEGROUP, policydefinitionaction), aggregate($count as n))/groupby((resourceGroup), aggregate($count as actions, n with max as most))",
                                "$orderby",
                                "resourceGroup asc"))
                .containsExactly(
                        json("{'resourceGroup':'rg1','actions':2,'most':1}"),
                        json("{'resourceGroup':'rg2','actions':2,'most':1}"));
    }

    @Test
    void everyAggregate() throws Exception {
        assertThat(
                        asked(
                                "$apply",
                                "filter(size gt 1)/aggregate(size with sum as s, size with min as lo, size with max as hi, size with average as mean, resourceGroup with countdistinct as groups, resourceLocation with max as none, $count as n)"))
                .containsExactly(
                        json(
                                "{'s':14,'lo':2,'hi':8,'mean':4.666666666666667,'groups':2,'none':null,'n':3}"));
    }

    @Test
    void nothingAddsUpToNull() throws Exception {
        assertThat(
                        asked(
                                "$apply",
                                "filter(size gt 99)/aggregate(size with sum as s, size with average as a, $count as n)"))
                .containsExactly(json("{'s':null,'a':null,'n':0}"));
    }

    @Test
    void whatIsNoNumberIsNotSummed() {
        assertThatThrownBy(() -> asked("$apply", "aggregate(resourceId with sum as s)"))
                .isInstanceOf(ODataException.class)
                .hasMessageContaining("resourceId with sum")
                .hasMessageContaining("'/a' is no number");
    }

    @Test
    void ordersDescendingUnlessAscendingIsSaid() throws Exception {
        assertThat(ids(asked("$orderby", "IsCompliant asc, size"))).isEqualTo("badc");
        assertThat(ids(asked("$orderby", "size desc"))).isEqualTo("dcba");
    }

    @Test
    void selectsInTheOrderOfTheRecord() throws Exception {
        assertThat(asked("$select", "Size, ResourceId", "$top", "1"))
                .containsExactly(json("{'resourceId':'/a','size':1}"));
    }

    @Test
    void topSaysHowManyInAllAndPagesComeWithoutIt() throws Exception {
        var top = read("$top", "2").apply(RECORDS);
        assertThat(ids(top.records())).isEqualTo("ab");
        assertThat(top.nextSkip()).isZero();

        var pages = QueryOptions.parse(Map.of("$skiptoken", "1"), NAMES, NAMES, 2).apply(RECORDS);
        assertThat(ids(pages.records())).isEqualTo("bc");
        assertThat(pages.nextSkip()).isEqualTo(3);
        assertThat(read("$top", "0").apply(RECORDS).records()).isEmpty();
        assertThat(read("$top", "2147483647").apply(RECORDS).records()).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "$filter | complianceStat eq 'x' | there is no property 'complianceStat'",
                "$filter |  | a name was expected",
                "$filter | isCompliant | one of eq, ne",
                "$filter | isCompliant eq | a literal was expected",
                "$filter | isCompliant eq true or | a name was expected",
                "$filter | isCompliant eq true x | 'and', 'or' or the end",
                "$filter | (isCompliant eq true | ')' was expected",
                "$filter | resourceId eq 'x | no closing quote",
                "$filter | contains(resourceId) | ',' was expected",
                "$apply |  | one of filter, groupby, aggregate",
                "$apply | groupby((nosuch)) | there is no property 'nosuch'",
                "$apply | groupby((size))/groupby((resourceId)) | the properties are size",
                "$apply | aggregate(size with median as m) | one of sum, min, max",
                "$apply | aggregate($count as n, size with sum as N) | are the same",
                "$apply | topcount(2, size) | one of filter, groupby, aggregate",
                "$orderby | nosuch desc | there is no property 'nosuch'",
                "$orderby | size sideways | ',' or the end was expected",
                "$select | size; x | ',' or the end was expected",
                "$select | nosuch | there is no property 'nosuch'",
                "$top | -1 | a whole number",
                "$top | many | a whole number",
                "$skiptoken | WpmWfBSvPhkAK6QD | a whole number"
            })
    void whatCannotBeReadIsRefusedWithItsPlace(String option, String text, String why) {
        assertThatThrownBy(() -> asked(option, text == null ? "" : text))
                .isInstanceOf(ODataException.class)
                .hasMessageContaining(option)
                .hasMessageContaining(why);
    }

    @Test
    void thousandsOfTermsAreReadAndDeepNestingIsRefused() throws Exception {
        var terms = new ArrayList<String>();
        for (int i = 0; i < 20_000; i++) {
            terms.add("size eq " + (i + 8));
        }
        assertThat(ids(asked("$filter", String.join(" or ", terms)))).isEqualTo("d");
        for (String deep :
                List.of(
                        "(".repeat(200) + "size eq 1" + ")".repeat(200),
                        "not ".repeat(200) + "size eq 1",
                        "tolower(".repeat(200) + "size" + ")".repeat(200) + " eq 'x'")) {
            assertThatThrownBy(() -> asked("$filter", deep))
                    .isInstanceOf(ODataException.class)
                    .hasMessageContaining("100 deep");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PolicyStates_", "PolicyEvents_"})
    void everySampleOfAzureIsRead(String kind) throws Exception {
        var folder =
                Path.of(System.getProperty("muster.root", ".."))
                        .resolve("../shared/specs/examples/policyinsights");
        Assumptions.assumeTrue(Files.isDirectory(folder), "no samples at " + folder);
        var names = Names.of(PolicyStateRecords.PROPERTIES);
        int read = 0;
        try (var samples = Files.newDirectoryStream(folder, kind + "*.json")) {
            for (var sample : samples) {
                var options = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
                parameters(sample)
                        .forEach((name, value) -> {
                            if (List.of("$filter", "$apply", "$orderby", "$select", "$top")
                                    .contains(name)) {
                                options.put(
                                        name,
                                        value instanceof Dynamic.Text(var text)
                                                ? text
                                                : Json.write(value));
                            }
                        });
                QueryOptions.parse(options, names, names, 1000);
                read += options.isEmpty() ? 0 : 1;
            }
        }
        assertThat(read).isGreaterThan(4);
    }

    private static Map<String, Dynamic> parameters(Path sample) throws IOException {
        try {
            return Json.parse(Files.readString(sample)).get("parameters").members();
        } catch (JsonException fault) {
            throw new AssertionError(sample.toString(), fault);
        }
    }
}
