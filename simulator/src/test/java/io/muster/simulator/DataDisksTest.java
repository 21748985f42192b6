package io.muster.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.muster.core.value.Dynamic;
import io.muster.simulator.arm.ArmResponse;
import org.junit.jupiter.api.Test;

/// Data disks that machines get and lose, by the action and by their models.
class DataDisksTest {
    private final Bench bench = new Bench();

    DataDisksTest() {
        bench.group();
        bench.machine("vm1", "Linux");
        bench.machine("vm2", "Linux");
        for (String name : new String[] {"d1", "d2"}) {
            Bench.must(
                    bench.send(
                            "PUT",
                            disk(name),
                            Bench.parse(
                                    "{\"location\":\"westeurope\",\"sku\":{\"name\":\"Premium_LRS\"},\"properties\":{\"diskSizeGB\":4}}")));
        }
    }

    private static String disk(String name) {
        return Bench.GROUP + "/providers/Microsoft.Compute/disks/" + name;
    }

    private ArmResponse attach(String machine, String disk, String more) {
        return bench.send(
                "POST",
                Bench.machineId(machine) + "/attachDetachDataDisks",
                Bench.parse("{\"dataDisksToAttach\":[{\"diskId\":\"" + disk + "\"" + more + "}]}"));
    }

    private ArmResponse detach(String machine, String disk) {
        return bench.send(
                "POST",
                Bench.machineId(machine) + "/attachDetachDataDisks",
                Bench.parse("{\"dataDisksToDetach\":[{\"diskId\":\"" + disk + "\"}]}"));
    }

    private String owner(String name) {
        return bench.json("GET", disk(name)).get("managedBy").textOr("");
    }

    private static void refused(ArmResponse answer, int status, String code) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(Bench.code(answer)).isEqualTo(code);
    }

    @Test
    void aDiskThatIsAttachedStandsInTheModelAndBelongsToItsMachine() {
        var profile = Bench.parse(attach("vm1", disk("d1"), "").text());
        var attached = profile.get("dataDisks").get(0);
        assertThat(attached.get("lun").longOr(-1)).isZero();
        assertThat(attached.get("caching").textOr("")).isEqualTo("ReadOnly");
        assertThat(attached.get("diskSizeGB").longOr(0)).isEqualTo(4);
        assertThat(
                        bench.json("GET", Bench.machineId("vm1"))
                                .path("properties", "storageProfile", "dataDisks")
                                .items())
                .containsExactly(attached);
        assertThat(owner("d1")).isEqualTo(Bench.machineId("vm1"));
        Bench.must(attach("vm1", disk("d2"), ""));
        refused(attach("vm2", disk("d2"), ""), 409, "ConflictingUserInput");
        refused(attach("vm1", disk("d1"), ""), 409, "ConflictingUserInput");
        refused(bench.send("DELETE", disk("d1"), Dynamic.NULL), 409, "OperationNotAllowed");
        Bench.must(detach("vm1", disk("d1")));
        assertThat(owner("d1")).isEmpty();
        Bench.must(bench.send("DELETE", disk("d1"), Dynamic.NULL));
    }

    @Test
    void whatCannotBeAttachedOrDetachedIsRefused() {
        refused(attach("vm1", disk("none"), ""), 404, "ResourceNotFound");
        refused(attach("vm1", Bench.machineId("vm2"), ""), 400, "InvalidParameter");
        refused(attach("vm1", disk("d1"), ",\"lun\":64"), 400, "InvalidParameter");
        Bench.must(attach("vm1", disk("d1"), ",\"lun\":3"));
        refused(attach("vm1", disk("d2"), ",\"lun\":3"), 400, "InvalidParameter");
        refused(detach("vm1", disk("d2")), 400, "InvalidParameter");
        refused(
                bench.send(
                        "POST",
                        Bench.machineId("vm1") + "/attachDetachDataDisks",
                        Dynamic.EMPTY_BAG),
                400,
                "InvalidParameter");
        refused(attach("none", disk("d1"), ""), 404, "ResourceNotFound");
    }

    @Test
    void aModelAttachesAndDetachesTooAndADiskGoesWithItsMachineWhereItSaysSo() {
        Bench.must(
                bench.send(
                        "PATCH",
                        Bench.machineId("vm1"),
                        Bench.parse(
                                "{\"properties\":{\"storageProfile\":{\"dataDisks\":[{\"lun\":0,\"createOption\":\"Attach\",\"deleteOption\":\"Delete\",\"managedDisk\":{\"id\":\""
                                        + disk("d1")
                                        + "\"}},{\"lun\":1,\"createOption\":\"Attach\",\"managedDisk\":{\"id\":\""
                                        + disk("d2")
                                        + "\"}}]}}}")));
        bench.settle();
        assertThat(owner("d1")).isEqualTo(Bench.machineId("vm1"));
        Bench.must(bench.send("DELETE", Bench.machineId("vm1"), Dynamic.NULL));
        bench.settle();
        assertThat(bench.send("GET", disk("d1"), Dynamic.NULL).status()).isEqualTo(404);
        assertThat(owner("d2")).isEmpty();
    }
}
