package io.muster.service.house;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.JavaModifier.STATIC;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ArchitectureTest {

    /// Each room, and the rooms it may look into. `kql` and `policy` never see each other, and no
    /// engine sees `fixtures`.
    private static final Map<String, Set<String>> ROOMS =
            Map.of(
                    "core", Set.of(),
                    "fixtures", Set.of("core"),
                    "inventory", Set.of("core"),
                    "kql", Set.of("core"),
                    "policy", Set.of("core", "inventory"),
                    "remediation", Set.of("core", "inventory", "policy"),
                    "simulator", Set.of("core", "inventory", "kql", "policy"),
                    "service",
                            Set.of(
                                    "core",
                                    "fixtures",
                                    "inventory",
                                    "kql",
                                    "policy",
                                    "remediation",
                                    "simulator"));

    private static final JavaClasses MUSTER =
            new ClassFileImporter()
                    .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                    .importPackages("io.muster");

    @Test
    void everyClassStandsInARoom() {
        assertThat(MUSTER).extracting(ArchitectureTest::room).isSubsetOf(ROOMS.keySet());
        assertThat(ROOMS.keySet())
                .as("rooms that have classes")
                .allMatch(room -> MUSTER.stream().anyMatch(type -> room(type).equals(room)));
    }

    @TestFactory
    Stream<DynamicTest> aRoomLooksOnlyIntoRoomsAboveIt() {
        return ROOMS.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(room -> {
                    var forbidden =
                            ROOMS.keySet().stream()
                                    .filter(other -> !other.equals(room.getKey()))
                                    .filter(other -> !room.getValue().contains(other))
                                    .map(other -> "io.muster." + other + "..")
                                    .toArray(String[]::new);
                    return DynamicTest.dynamicTest(
                            room.getKey(),
                            () ->
                                    noClasses()
                                            .that()
                                            .resideInAPackage("io.muster." + room.getKey() + "..")
                                            .should()
                                            .dependOnClassesThat()
                                            .resideInAnyPackage(forbidden)
                                            .allowEmptyShould(true)
                                            .check(MUSTER));
                });
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("io.muster.(**)").should().beFreeOfCycles().check(MUSTER);
    }

    @Test
    void everyPackageIsNullMarked() {
        var unmarked =
                MUSTER.stream()
                        .map(JavaClass::getPackage)
                        .distinct()
                        .filter(room -> !room.isAnnotatedWith(NullMarked.class))
                        .map(JavaPackage::getName)
                        .sorted();
        assertThat(unmarked).as("packages without @NullMarked").isEmpty();
    }

    /// A foreign package, and the only ones of ours that may use it.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "com.azure.. | io.muster.inventory.source.azure.., io.muster.remediation.apply.arm..",
                "org.antlr.. | io.muster.kql.syntax.., io.muster.policy.expression..",
                "com.fasterxml.jackson.core.. | io.muster.core.json.., io.muster.service..",
                "com.fasterxml.jackson.databind.. | io.muster.service..",
                "com.fasterxml.jackson.annotation.. | io.muster.service..",
                "io.micronaut.. | io.muster.service..",
                "jakarta.. | io.muster.service..",
                "java.sql.. | io.muster.service..",
                "javax.sql.. | io.muster.service..",
                "org.h2.. | io.muster.service..",
                "org.flywaydb.. | io.muster.service..",
                "picocli.. | io.muster.service.cli..",
                "org.bouncycastle.. | io.muster.service..",
                "com.sun.net.httpserver.. | io.muster.service.."
            })
    void foreignCodeIsUsedInItsPlaceOnly(String foreign, String allowed) {
        noClasses()
                .that()
                .resideOutsideOfPackages(allowed.split(",\\s*"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(foreign)
                .check(MUSTER);
    }

    /// A snapshot is columns. A Jackson tree held by one would cost ten times the memory.
    @Test
    void noJacksonTypeIsReachableFromASnapshot() {
        var snapshot = MUSTER.get("io.muster.inventory.snapshot.Snapshot");
        var reached = reachable(snapshot);
        assertThat(reached.keySet())
                .as("types reached from the fields of a snapshot")
                .anyMatch(type -> type.getPackageName().equals("io.muster.core.column"));
        assertThat(
                        reached.keySet().stream()
                                .filter(type ->
                                        type.getPackageName().startsWith("com.fasterxml.jackson"))
                                .map(type -> path(type, reached)))
                .isEmpty();
    }

    /// Every type that a field of the start, or of a type reached, can hold: declared types, their
    /// type arguments, and our own classes that extend or implement them. Value: how it was reached.
    private static Map<JavaClass, Optional<JavaClass>> reachable(JavaClass start) {
        var reached = new LinkedHashMap<JavaClass, Optional<JavaClass>>();
        var open = new ArrayDeque<JavaClass>();
        reached.put(start, Optional.empty());
        open.add(start);
        while (!open.isEmpty()) {
            var type = open.remove();
            var held =
                    Stream.concat(
                            type.getAllFields().stream()
                                    .filter(field -> !field.getModifiers().contains(STATIC))
                                    .flatMap(field ->
                                            field.getType().getAllInvolvedRawTypes().stream()),
                            type.getAllSubclasses().stream());
            held.map(JavaClass::getBaseComponentType)
                    .filter(next -> !reached.containsKey(next))
                    .forEach(next -> {
                        reached.put(next, Optional.of(type));
                        if (next.getPackageName().startsWith("io.muster")) {
                            open.add(next);
                        }
                    });
        }
        return reached;
    }

    private static String path(JavaClass type, Map<JavaClass, Optional<JavaClass>> reached) {
        return Stream.iterate(
                        Optional.of(type), Optional::isPresent, at -> at.flatMap(reached::get))
                .flatMap(Optional::stream)
                .map(JavaClass::getSimpleName)
                .collect(joining(" <- "));
    }

    /// State that no one owns makes tests depend on each other. ANTLR's generated parsers keep a
    /// counter of their own.
    @Test
    void staticFieldsAreFinal() {
        fields().that()
                .areStatic()
                .and()
                .areDeclaredInClassesThat(describe("are written by us", type -> !isGenerated(type)))
                .should()
                .haveModifier(FINAL)
                .check(MUSTER);
    }

    private static final Map<String, Set<String>> MACHINE_CLOCK =
            Map.of(
                    "java.time.Instant", Set.of("now"),
                    "java.time.LocalDate", Set.of("now"),
                    "java.time.LocalDateTime", Set.of("now"),
                    "java.time.OffsetDateTime", Set.of("now"),
                    "java.time.ZonedDateTime", Set.of("now"),
                    "java.time.Clock", Set.of("systemUTC", "systemDefaultZone"),
                    "java.lang.System", Set.of("currentTimeMillis"),
                    "java.lang.Math", Set.of("random"),
                    "java.util.UUID", Set.of("randomUUID"));

    /// Time comes from an `InstantSource` and chance from a seed; only the service, which puts the
    /// parts together, takes either from the machine.
    @Test
    void enginesTakeNeitherTimeNorChanceFromTheMachine() {
        noClasses()
                .that()
                .resideOutsideOfPackage("io.muster.service..")
                .should(
                        callMethodWhere(
                                describe(
                                        "the machine's clock or chance is asked",
                                        ArchitectureTest::asksTheMachine)))
                .check(MUSTER);
    }

    private static boolean asksTheMachine(JavaMethodCall call) {
        return MACHINE_CLOCK
                .getOrDefault(call.getTargetOwner().getName(), Set.of())
                .contains(call.getName());
    }

    @Test
    void namesSayWhatAThingIs() {
        classes()
                .that(describe("are written by us", type -> !isGenerated(type)))
                .should()
                .haveSimpleNameNotEndingWith("Impl")
                .andShould()
                .haveSimpleNameNotEndingWith("Interface")
                .andShould()
                .haveSimpleNameNotEndingWith("Manager")
                .andShould()
                .haveSimpleNameNotEndingWith("Helper")
                .andShould()
                .haveSimpleNameNotEndingWith("Utils")
                .andShould()
                .haveSimpleNameNotStartingWith("Abstract")
                .andShould()
                .resideOutsideOfPackages(
                        "..util..", "..utils..", "..common..", "..helper..", "..manager..")
                .check(MUSTER);
    }

    /// Classes made by a generator: ANTLR's parsers, and what Micronaut writes beside a bean.
    private static boolean isGenerated(JavaClass type) {
        var outermost = type;
        while (outermost.getEnclosingClass().isPresent()) {
            outermost = outermost.getEnclosingClass().get();
        }
        return outermost.getSimpleName().startsWith("$")
                || outermost.getAllRawSuperclasses().stream()
                        .anyMatch(parent -> parent.getPackageName().startsWith("org.antlr"));
    }

    private static String room(JavaClass type) {
        var names = type.getPackageName().split("\\.");
        return names.length > 2 ? names[2] : "";
    }
}
