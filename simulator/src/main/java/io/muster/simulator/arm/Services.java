package io.muster.simulator.arm;

import io.muster.inventory.vm.Machine;
import io.muster.simulator.estate.KeptState;
import io.muster.simulator.storage.BlobStore;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/// What endpoints and due tasks work with, put together once. Guarded by the simulator's lock.
final class Services {
    private final Cloud cloud;
    final ActivityLog activity;
    final Access access;
    final Locks locks;
    final Admission admission;
    final Registrations registrations;
    final Blobs blobs;
    final GoalStates goals;
    final Power power;
    final MachineWrites machines;
    final ScaleSetInstances instances;
    final ScaleSetWrites scaleSets;
    final GalleryWrites galleries;
    final AutomaticUpgrades upgrades;
    final GallerySharing sharing;
    final GenericResources generic;
    final GenericRoutes genericRoutes;
    final Moves moves;
    final ManagementGroups managementGroups;
    final Tags tags;
    final Tokens tokens;
    final ResourceGraph graph;
    final Deployments deployments;
    final PolicyAftermath aftermath;
    final ScaleSetRoutes scaleSetRoutes;
    final SubscriptionRoutes subscriptionRoutes;
    private final MachineParts machineParts;
    private final DataDisks disks;

    /// @param route answers a request that a deployment or a policy makes
    Services(
            Cloud cloud,
            GraphQueries queries,
            ActivityLog activity,
            Function<ArmRequest, ArmResponse> route) {
        this.cloud = cloud;
        this.activity = activity;
        this.access = new Access(cloud);
        this.locks = new Locks(cloud);
        this.admission = new Admission(cloud);
        this.registrations = new Registrations();
        this.blobs = new Blobs(cloud, new BlobStore(cloud.estate()), access);
        this.goals = new GoalStates(cloud);
        this.power = new Power(cloud, goals);
        var identities = new Identities(cloud, access);
        var profiles = new ProfileCheck(cloud, access, blobs);
        var images = new GalleryImages(cloud);
        this.disks = new DataDisks(cloud, access, locks);
        this.instances = new ScaleSetInstances(cloud, goals, admission, locks, disks);
        this.machines =
                new MachineWrites(
                        cloud, goals, profiles, admission, images, instances, identities, disks);
        this.scaleSets =
                new ScaleSetWrites(
                        cloud, profiles, admission, images, instances, power, locks, identities);
        this.galleries =
                new GalleryWrites(cloud, blobs, registrations, admission, images, identities);
        this.upgrades = new AutomaticUpgrades(cloud, goals, machines, scaleSets);
        this.sharing = new GallerySharing(cloud);
        this.generic = new GenericResources(cloud, admission, access, identities);
        this.genericRoutes = new GenericRoutes(generic, blobs.store());
        this.moves = new Moves(cloud, access, locks, disks);
        this.managementGroups = new ManagementGroups(cloud, access);
        this.tags = new Tags(cloud, access, locks, admission);
        this.tokens = new Tokens(cloud);
        this.graph = new ResourceGraph(cloud, queries);
        this.deployments = new Deployments(cloud, access, locks, route);
        this.aftermath =
                new PolicyAftermath(cloud, admission, activity, identities, graph::snapshot, route);
        this.machineParts = new MachineParts(cloud);
        this.scaleSetRoutes = new ScaleSetRoutes(access, locks, scaleSets, machineParts);
        this.subscriptionRoutes =
                new SubscriptionRoutes(
                        access, generic, genericRoutes, moves, new GroupTemplate(cloud, access));
    }

    Cloud cloud() {
        return cloud;
    }

    /// The parts of the state that endpoints keep, in the order in which they are to be taken back.
    List<KeptState> parts() {
        return List.of(
                goals.memory(),
                instances.olderModels(),
                blobs.store(),
                registrations,
                scaleSets.rolling(),
                deployments,
                aftermath);
    }

    /// The routes of the types that have their own, by type in lower case. To add a type: its file of routes, and its line here.
    Map<String, ResourceRoutes> routesByType() {
        var extensions = new ExtensionRoutes(cloud, machineParts, power, goals, genericRoutes);
        var gallery = new GalleryRoutes(galleries, sharing);
        var out = new HashMap<String, ResourceRoutes>();
        out.put(
                Machine.VM_TYPE,
                new MachineRoutes(cloud, access, machines, power, disks, machineParts));
        out.put(Machine.VM_TYPE + "/vmapplications", new MachineApplicationRoutes(machines));
        out.put(Machine.VM_TYPE + "/extensions", extensions);
        out.put(Machine.SCALE_SET_TYPE, scaleSetRoutes);
        out.put(
                Machine.SCALE_SET_TYPE + "/extensions",
                new ScaleSetExtensionRoutes(scaleSets, genericRoutes));
        out.put(
                Machine.INSTANCE_TYPE,
                new InstanceRoutes(
                        cloud, access, scaleSets, instances, machines, power, disks, machineParts));
        out.put(Machine.INSTANCE_TYPE + "/extensions", extensions);
        for (String type : GalleryWrites.TYPES) {
            out.put(type.toLowerCase(Locale.ROOT), gallery);
        }
        var shared = new SharedGalleryRoutes(cloud, access, new SharedGalleries(cloud));
        SharedGalleryRoutes.types().forEach(type -> out.put(type, shared));
        out.put("microsoft.compute/locations", new LocationRoutes(generic, shared));
        out.put("microsoft.compute/disks", new DiskRoutes(disks, genericRoutes));
        out.put("microsoft.resources/subscriptions", subscriptionRoutes);
        out.put("microsoft.resources/subscriptions/resourcegroups", subscriptionRoutes);
        return Map.copyOf(out);
    }
}
