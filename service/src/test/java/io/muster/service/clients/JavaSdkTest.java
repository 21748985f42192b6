package io.muster.service.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.management.AzureEnvironment;
import com.azure.core.management.exception.ManagementException;
import com.azure.core.management.profile.AzureProfile;
import com.azure.core.util.Context;
import com.azure.resourcemanager.compute.ComputeManager;
import com.azure.resourcemanager.compute.fluent.models.GalleryApplicationInner;
import com.azure.resourcemanager.compute.fluent.models.GalleryApplicationVersionInner;
import com.azure.resourcemanager.compute.fluent.models.GalleryInner;
import com.azure.resourcemanager.compute.fluent.models.VirtualMachineUpdateInner;
import com.azure.resourcemanager.compute.models.AggregatedReplicationState;
import com.azure.resourcemanager.compute.models.ApplicationProfile;
import com.azure.resourcemanager.compute.models.GalleryApplicationVersionPublishingProfile;
import com.azure.resourcemanager.compute.models.OperatingSystemTypes;
import com.azure.resourcemanager.compute.models.ReplicationStatusTypes;
import com.azure.resourcemanager.compute.models.TargetRegion;
import com.azure.resourcemanager.compute.models.UserArtifactManage;
import com.azure.resourcemanager.compute.models.UserArtifactSource;
import com.azure.resourcemanager.compute.models.VMGalleryApplication;
import com.azure.resourcemanager.policyinsights.PolicyInsightsManager;
import com.azure.resourcemanager.policyinsights.models.PolicyStatesResource;
import com.azure.resourcemanager.resourcegraph.ResourceGraphManager;
import com.azure.resourcemanager.resourcegraph.models.QueryRequest;
import com.azure.resourcemanager.resourcegraph.models.QueryRequestOptions;
import com.azure.resourcemanager.resourcegraph.models.ResultFormat;
import com.azure.resourcemanager.resources.ResourceManager;
import com.azure.resourcemanager.resources.fluent.models.PolicyAssignmentInner;
import com.azure.resourcemanager.resources.fluent.models.PolicyDefinitionInner;
import com.azure.resourcemanager.resources.fluentcore.utils.ResourceDelayProvider;
import com.azure.resourcemanager.resources.fluentcore.utils.ResourceManagerUtils;
import io.muster.core.value.Dynamic;
import io.muster.inventory.source.azure.AzureCredential;
import io.muster.inventory.source.azure.AzureSettings;
import io.muster.inventory.source.azure.AzureSource;
import io.muster.inventory.vm.ExtensionMessage;
import io.muster.service.MusterServer;
import io.muster.service.compliance.FleetCompliance;
import io.muster.service.compliance.PolicyLibrary;
import io.muster.service.config.ServerOptions;
import io.muster.service.demo.DemoEstate;
import io.muster.service.fleet.FleetRounds;
import io.muster.service.fleet.FleetSources;
import io.muster.service.tls.TlsMaterial;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/// Each manager with the pipeline that its SDK builds; nothing of ours lies between.
class JavaSdkTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final TokenCredential CREDENTIAL =
            _ -> Mono.just(new AccessToken("any", OffsetDateTime.now(ZoneOffset.UTC).plusHours(1)));

    private static DemoEstate estate;
    private static MusterServer server;
    private static HttpClient http;
    private static Dynamic machine;

    @BeforeAll
    static void start(@TempDir Path data) throws Exception {
        // Their own way to be tested: no half minute between two looks at an operation.
        ResourceManagerUtils.InternalRuntimeContext.setDelayProvider(_ -> Duration.ofMillis(20));
        var tls = TlsMaterial.ensure(data.resolve("tls"), CLOCK.instant());
        estate = DemoEstate.start(60, 7, tls, 0, Optional.empty(), CLOCK);
        var settings =
                AzureSettings.of(
                                estate.server().httpsUrl(), new AzureCredential.StaticToken("test"))
                        .withTrustStore(tls.authorityPem());
        server =
                MusterServer.start(
                        ServerOptions.onFreePorts(data),
                        CLOCK,
                        Map.of(),
                        new FleetSources(List.of(new AzureSource("azure", settings, CLOCK))));
        for (var item : PolicyLibrary.read()) {
            assertThat(server.bean(FleetCompliance.class).put(item.kind(), item.document()))
                    .isEmpty();
        }
        assertThat(server.bean(FleetRounds.class).run().isComplete()).isTrue();
        http =
                new JdkHttpClientBuilder(
                                java.net.http.HttpClient.newBuilder()
                                        .sslContext(TlsMaterial.trusting(tls.authorityPem())))
                        .build();
        machine = machine();
    }

    @AfterAll
    static void stop() {
        ResourceManagerUtils.InternalRuntimeContext.setDelayProvider(new ResourceDelayProvider());
        server.close();
        estate.close();
    }

    private static AzureProfile profile(String base) {
        var endpoints = new HashMap<>(AzureEnvironment.AZURE.getEndpoints());
        endpoints.put("resourceManagerEndpointUrl", base + "/");
        endpoints.put("managementEndpointUrl", base + "/");
        String subscription = machine == null ? "" : machine.get("subscriptionId").textOr("");
        return new AzureProfile(
                "72f9d1a4-5b1e-4c6a-9e0b-3f6f1d2c8a10",
                subscription,
                new AzureEnvironment(endpoints));
    }

    private static AzureProfile arm() {
        return profile(estate.server().httpsUrl().toString());
    }

    private static ComputeManager compute() {
        return ComputeManager.configure().withHttpClient(http).authenticate(CREDENTIAL, arm());
    }

    /// A Linux machine of its own with an agent, found by a query.
    private static Dynamic machine() throws Exception {
        var graph =
                ResourceGraphManager.configure()
                        .withHttpClient(http)
                        .authenticate(CREDENTIAL, arm());
        var answer =
                graph.resourceProviders()
                        .resources(
                                new QueryRequest()
                                        .withQuery(
                                                "resources | where type =~"
                                                        + " 'microsoft.compute/virtualmachines' | where"
                                                        + " properties.storageProfile.osDisk.osType =~"
                                                        + " 'Linux' | where"
                                                        + " isempty(properties.virtualMachineScaleSet.id)"
                                                        + " | order by id asc | project id, name,"
                                                        + " resourceGroup, location, subscriptionId |"
                                                        + " limit 1")
                                        .withOptions(
                                                new QueryRequestOptions()
                                                        .withResultFormat(
                                                                ResultFormat.OBJECT_ARRAY)));
        assertThat(answer.count()).isEqualTo(1);
        var found = (Map<?, ?>) ((List<?>) answer.data()).getFirst();
        var out = Dynamic.bag();
        found.forEach((key, value) -> out.put(key.toString(), String.valueOf(value)));
        return out.build();
    }

    private static String of(String member) {
        return machine.get(member).textOr("");
    }

    private static GalleryApplicationVersionInner publish(
            ComputeManager compute, String gallery, Map<String, String> tags) {
        var body =
                new GalleryApplicationVersionInner()
                        .withPublishingProfile(
                                new GalleryApplicationVersionPublishingProfile()
                                        .withSource(
                                                new UserArtifactSource()
                                                        .withMediaLink(
                                                                "https://packages.example/tool.tar.gz"))
                                        .withManageActions(
                                                new UserArtifactManage()
                                                        .withInstall("./install.sh")
                                                        .withRemove("./remove.sh"))
                                        .withTargetRegions(
                                                List.of(
                                                        new TargetRegion()
                                                                .withName(of("location"))
                                                                .withRegionalReplicaCount(1))));
        body.withLocation(of("location")).withTags(tags);
        return compute.serviceClient()
                .getGalleryApplicationVersions()
                .createOrUpdate(of("resourceGroup"), gallery, "tool", "1.0.0", body);
    }

    private static void assign(ComputeManager compute, List<VMGalleryApplication> wanted) {
        compute.serviceClient()
                .getVirtualMachines()
                .update(
                        of("resourceGroup"),
                        of("name"),
                        new VirtualMachineUpdateInner()
                                .withApplicationProfile(
                                        new ApplicationProfile().withGalleryApplications(wanted)));
    }

    /// What the instance view says of the application; empty when nothing.
    private static String result(ComputeManager compute) {
        return compute
                .serviceClient()
                .getVirtualMachines()
                .instanceView(of("resourceGroup"), of("name"))
                .extensions()
                .stream()
                .filter(extension -> extension.name().equals("VMAppExtension"))
                .map(extension -> ExtensionMessage.parse(extension.statuses().getFirst().message()))
                .flatMap(message ->
                        message instanceof ExtensionMessage.Report report
                                ? report.currentState().stream()
                                : Stream.of())
                .filter(application -> application.name().equals("tool"))
                .map(application -> application.result().text())
                .findFirst()
                .orElse("");
    }

    @Test
    void applicationIsPublishedAssignedBrokenAndRetried() {
        var compute = compute();
        var client = compute.serviceClient();
        var gallery = new GalleryInner();
        gallery.withLocation(of("location"));
        client.getGalleries().createOrUpdate(of("resourceGroup"), "javasdk", gallery);
        var application =
                new GalleryApplicationInner().withSupportedOSType(OperatingSystemTypes.LINUX);
        application.withLocation(of("location"));
        client.getGalleryApplications()
                .createOrUpdate(of("resourceGroup"), "javasdk", "tool", application);

        var version = publish(compute, "javasdk", Map.of("muster-guest-faults", "Install=1000"));
        assertThat(version.provisioningState().toString()).isEqualTo("Succeeded");
        assertThat(
                        client.getGalleryApplicationVersions()
                                .getWithResponse(
                                        of("resourceGroup"),
                                        "javasdk",
                                        "tool",
                                        "1.0.0",
                                        ReplicationStatusTypes.REPLICATION_STATUS,
                                        Context.NONE)
                                .getValue()
                                .replicationStatus()
                                .aggregatedState())
                .isEqualTo(AggregatedReplicationState.COMPLETED);

        var before =
                client.getVirtualMachines().getByResourceGroup(of("resourceGroup"), of("name"));
        List<VMGalleryApplication> others =
                before.applicationProfile() == null
                                || before.applicationProfile().galleryApplications() == null
                        ? List.of()
                        : before.applicationProfile().galleryApplications();
        var wanted = new ArrayList<>(others);
        wanted.add(new VMGalleryApplication().withPackageReferenceId(version.id()));

        assign(compute, wanted);
        assertThat(result(compute)).startsWith("Install FAILED ");
        publish(compute, "javasdk", Map.of());
        assign(compute, wanted);
        assertThat(result(compute)).as("tried again by itself").startsWith("Install FAILED ");
        assign(compute, others);
        assertThat(result(compute)).isEmpty();
        assign(compute, wanted);
        assertThat(result(compute)).isEqualTo("Install SUCCESS");
        assign(compute, others);
    }

    @Test
    void applicationThatDoesNotExistIsRefusedAsAzureDoes() {
        var compute = compute();
        String missing =
                "/subscriptions/"
                        + of("subscriptionId")
                        + "/resourceGroups/"
                        + of("resourceGroup")
                        + "/providers/Microsoft.Compute/galleries/none/applications/none/versions/1.0.0";
        assertThatThrownBy(() ->
                        assign(
                                compute,
                                List.of(
                                        new VMGalleryApplication()
                                                .withPackageReferenceId(missing))))
                .isInstanceOfSatisfying(
                        ManagementException.class,
                        refusal -> {
                            assertThat(refusal.getResponse().getStatusCode()).isEqualTo(404);
                            assertThat(refusal.getValue().getCode())
                                    .isEqualTo("PlatformImageNotFound");
                        });
    }

    @Test
    void writeThatAPolicyDeniesIsRefusedAndResourcesAreListed() {
        var resources =
                ResourceManager.configure()
                        .withHttpClient(http)
                        .authenticate(CREDENTIAL, arm())
                        .withDefaultSubscription();
        assertThat(resources.genericResources().listByResourceGroup(of("resourceGroup")).stream())
                .anyMatch(resource -> resource.name().equalsIgnoreCase(of("name")));
        var policies = resources.policyClient();
        var definition =
                policies.getPolicyDefinitions()
                        .createOrUpdate(
                                "sdk-deny",
                                new PolicyDefinitionInner()
                                        .withMode("Indexed")
                                        .withPolicyRule(
                                                Map.of(
                                                        "if",
                                                        Map.of(
                                                                "field",
                                                                "tags['stage']",
                                                                "equals",
                                                                "wild"),
                                                        "then",
                                                        Map.of("effect", "deny"))));
        String scope =
                "/subscriptions/" + of("subscriptionId") + "/resourceGroups/" + of("resourceGroup");
        policies.getPolicyAssignments()
                .create(
                        scope,
                        "sdk-deny",
                        new PolicyAssignmentInner().withPolicyDefinitionId(definition.id()));
        var update = new VirtualMachineUpdateInner();
        update.withTags(Map.of("stage", "wild"));
        assertThatThrownBy(() ->
                        compute()
                                .serviceClient()
                                .getVirtualMachines()
                                .update(of("resourceGroup"), of("name"), update))
                .isInstanceOfSatisfying(
                        ManagementException.class,
                        refusal ->
                                assertThat(refusal.getValue().getCode())
                                        .isEqualTo("RequestDisallowedByPolicy"));
        policies.getPolicyAssignments().delete(scope, "sdk-deny");
        policies.getPolicyDefinitions().delete("sdk-deny");
    }

    @Test
    void policyStatesAreListedSummarizedAndScannedAnew() {
        var insights =
                PolicyInsightsManager.configure()
                        .withHttpClient(http)
                        .withDefaultPollInterval(Duration.ofMillis(10))
                        .authenticate(CREDENTIAL, profile(server.httpsUrl().orElseThrow()));
        var states =
                insights.policyStates()
                        .listQueryResultsForSubscription(
                                PolicyStatesResource.LATEST, of("subscriptionId"));
        assertThat(states.stream().limit(20))
                .isNotEmpty()
                .allSatisfy(state -> {
                    assertThat(state.policyAssignmentId()).isNotEmpty();
                    assertThat(state.complianceState()).isIn("Compliant", "NonCompliant");
                    assertThat(state.subscriptionId()).isEqualToIgnoringCase(of("subscriptionId"));
                });
        assertThat(insights.policyStates().summarizeForSubscription(of("subscriptionId")).value())
                .singleElement()
                .satisfies(summary ->
                        assertThat(summary.results().nonCompliantResources()).isPositive());
        insights.policyStates().triggerSubscriptionEvaluation(of("subscriptionId"));
    }

    @Test
    void resourceGraphOfTheServerAnswersWithTablesOfItsOwn() {
        var graph =
                ResourceGraphManager.configure()
                        .withHttpClient(http)
                        .authenticate(CREDENTIAL, profile(server.httpsUrl().orElseThrow()));
        var answer =
                graph.resourceProviders()
                        .resources(
                                new QueryRequest()
                                        .withQuery(
                                                "vmapplications | summarize count() by state |"
                                                        + " order by state asc"));
        assertThat(answer.totalRecords()).isPositive();
        assertThat(String.valueOf(answer.data())).contains("state=Running");
    }
}
