package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What of a machine's model cannot be written, and what must be there for it.
class MachineRulesTest {
    private static final String COMPUTE = Bench.GROUP + "/providers/Microsoft.Compute/";
    private static final String VM = Bench.machineId("vm1");

    private final Bench bench = new Bench();

    @BeforeEach
    void seed() {
        bench.group();
        bench.machine("vm1", "Linux");
    }

    private ArmResponse patch(String body) {
        return bench.send("PATCH", VM, Bench.parse(body));
    }

    private ArmResponse put(String name, String properties) {
        return bench.send(
                "PUT",
                Bench.machineId(name),
                Bench.parse("{\"location\":\"westeurope\",\"properties\":" + properties + "}"));
    }

    private Dynamic machine() {
        return bench.json("GET", VM).get("properties");
    }

    @Test
    void theSystemOfADiskThatIsThereStays() {
        var patched =
                patch(
                        "{\"properties\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Windows\"}}}}");
        var put = put("vm1", "{\"storageProfile\":{\"osDisk\":{\"osType\":\"Windows\"}}}");
        for (var answer : List.of(patched, put)) {
            assertThat(answer.status()).isEqualTo(409);
            assertThat(Bench.code(answer)).isEqualTo("PropertyChangeNotAllowed");
            assertThat(Bench.message(answer))
                    .isEqualTo("Changing property 'osDisk.osType' is not allowed.");
            assertThat(Bench.error(answer).get("target").textOr("")).isEqualTo("osDisk.osType");
        }
        // A body need not repeat it.
        Bench.must(put("vm1", "{\"storageProfile\":{\"osDisk\":{\"name\":\"disk\"}}}"));
        assertThat(machine().path("storageProfile", "osDisk", "osType").textOr(""))
                .isEqualTo("Linux");
    }

    @Test
    void whatThePlatformSaysOfAMachineNobodyWrites() {
        var before = machine();
        for (String members :
                List.of(
                        "\"timeCreated\":\"1999-01-01T00:00:00Z\",\"vmId\":\"x\"",
                        "\"TimeCreated\":\"1999-01-01T00:00:00Z\",\"VMID\":\"x\",\"InstanceView\":{\"computerName\":\"theirs\"}",
                        "\"timeCreated\":null,\"vmId\":null")) {
            Bench.must(patch("{\"properties\":{" + members + "}}"));
            Bench.must(patch("{\"Properties\":{" + members + "}}"));
            Bench.must(
                    put(
                            "vm1",
                            "{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}},"
                                    + members
                                    + "}"));
            assertThat(machine().get("timeCreated"))
                    .as(members)
                    .isEqualTo(before.get("timeCreated"));
            assertThat(machine().get("vmId")).as(members).isEqualTo(before.get("vmId"));
            assertThat(bench.json("GET", VM + "/instanceView").get("computerName").textOr(""))
                    .as(members)
                    .isEqualTo("vm1");
        }
        Bench.must(put("vm2", "{\"timeCreated\":\"1999-01-01T00:00:00Z\",\"vmId\":\"mine\"}"));
        var second = bench.json("GET", Bench.machineId("vm2")).get("properties");
        assertThat(second.get("vmId").textOr("")).isNotEqualTo("mine");
        assertThat(second.get("timeCreated").textOr("")).startsWith("2026");
    }

    @Test
    void bodiesAreReadWhateverTheCaseOfTheirMembers() {
        Bench.must(
                bench.send(
                        "PUT",
                        Bench.machineId("vm3"),
                        Bench.parse(
                                "{\"Location\":\"westeurope\",\"Tags\":{\"a\":\"1\"},\"Properties\":{\"storageProfile\":{\"osDisk\":{\"osType\":\"Linux\"}}}}")));
        var json = bench.json("GET", Bench.machineId("vm3"));
        assertThat(json.path("properties", "storageProfile", "osDisk", "osType").textOr(""))
                .isEqualTo("Linux");
        assertThat(json.path("tags", "a").textOr("")).isEqualTo("1");
    }

    @Test
    void anExtensionIsOfAMachineThatIsThere() {
        var body =
                Bench.parse(
                        "{\"location\":\"westeurope\",\"properties\":{\"publisher\":\"p\",\"type\":\"t\"}}");
        for (String machine :
                List.of(
                        Bench.machineId("none"),
                        COMPUTE + "virtualMachineScaleSets/none/virtualMachines/0")) {
            var answer = bench.send("PUT", machine + "/extensions/e", body);
            assertThat(answer.status()).as(machine).isEqualTo(404);
            assertThat(Bench.code(answer)).as(machine).isEqualTo("ParentResourceNotFound");
            assertThat(bench.send("GET", machine + "/extensions", Dynamic.NULL).status())
                    .as(machine)
                    .isEqualTo(404);
        }
        assertThat(bench.send("PUT", VM + "/extensions/e", body).status()).isEqualTo(201);
        assertThat(
                        Bench.code(
                                bench.send(
                                        "PUT",
                                        Bench.GROUP
                                                + "/providers/Microsoft.Network/virtualNetworks/none/subnets/s",
                                        Bench.parse("{\"properties\":{}}"))))
                .isEqualTo("ParentResourceNotFound");
    }

    @Test
    void aMachineIsPutIntoSetsThatAreThere() {
        String sets = COMPUTE + "availabilitySets/as";
        String flexible = COMPUTE + "virtualMachineScaleSets/flexible";
        String uniform = COMPUTE + "virtualMachineScaleSets/uniform";
        String inSet = "{\"availabilitySet\":{\"id\":\"" + sets + "\"}}";
        String inFlexible = "{\"virtualMachineScaleSet\":{\"id\":\"" + flexible + "\"}}";
        for (String in : List.of(inSet, inFlexible)) {
            var answer = put("vm4", in);
            assertThat(answer.status()).as(in).isEqualTo(404);
            assertThat(Bench.code(answer)).as(in).isEqualTo("NotFound");
            assertThat(Bench.message(answer)).as(in).endsWith("cannot be found.");
        }
        Bench.must(
                bench.send(
                        "PUT",
                        sets,
                        Bench.parse("{\"location\":\"westeurope\",\"properties\":{}}")));
        for (String mode : List.of("flexible", "uniform")) {
            Bench.must(
                    bench.send(
                            "PUT",
                            COMPUTE + "virtualMachineScaleSets/" + mode,
                            Bench.parse(
                                    "{\"location\":\"westeurope\",\"sku\":{\"name\":\"s\",\"capacity\":0},\"properties\":{\"orchestrationMode\":\"%s\",\"virtualMachineProfile\":{}}}"
                                            .formatted(mode))));
        }
        bench.settle();
        Bench.must(put("vm4", inSet));
        Bench.must(put("vm5", inFlexible));
        assertThat(
                        Bench.code(
                                put(
                                        "vm6",
                                        "{\"virtualMachineScaleSet\":{\"id\":\""
                                                + uniform
                                                + "\"}}")))
                .isEqualTo("InvalidParameter");
        bench.settle();
        // What it is in already, be it gone, keeps nobody from writing the rest.
        Bench.must(bench.send("DELETE", sets, Dynamic.NULL));
        Bench.must(
                bench.send(
                        "PATCH", Bench.machineId("vm4"), Bench.parse("{\"tags\":{\"a\":\"1\"}}")));
    }
}
