package io.muster.inventory.source.azure;

import com.azure.core.credential.TokenCredential;
import com.azure.core.http.HttpClient;
import com.azure.core.http.HttpHeaderName;
import com.azure.core.http.HttpHeaders;
import com.azure.core.http.HttpPipeline;
import com.azure.core.http.HttpPipelineBuilder;
import com.azure.core.http.jdk.httpclient.JdkHttpClientBuilder;
import com.azure.core.http.policy.AddHeadersPolicy;
import com.azure.core.http.policy.BearerTokenAuthenticationPolicy;
import com.azure.core.http.policy.HttpPipelinePolicy;
import com.azure.core.management.AzureEnvironment;
import com.azure.core.management.profile.AzureProfile;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.identity.DefaultAzureCredentialBuilder;
import io.muster.inventory.source.SourceException;
import io.muster.inventory.source.SourceFault;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/// A pipeline and profile for the Azure SDKs, over HTTPS with certificates of one's own, or over HTTP with a static token. Thread-safe.
///
/// The pipeline does not retry: callers know better what is worth it. It sends to no other host than the endpoint's.
public final class AzureConnection {
    private final HttpPipeline pipeline;
    private final URI endpoint;
    private final String tenantId;

    private AzureConnection(HttpPipeline pipeline, URI endpoint, String tenantId) {
        this.pipeline = pipeline;
        this.endpoint = endpoint;
        this.tenantId = tenantId;
    }

    /// @throws SourceException when the trust store cannot be read
    public static AzureConnection open(AzureSettings settings) throws SourceException {
        var http = http(settings.trustStore(), settings.responseTimeout());
        var policies = new ArrayList<HttpPipelinePolicy>();
        policies.add(new OwnHost(settings.endpoint()));
        policies.add(new AnswerCapture());
        policies.add(authentication(settings, http));
        var pipeline =
                new HttpPipelineBuilder()
                        .httpClient(http)
                        .policies(policies.toArray(HttpPipelinePolicy[]::new))
                        .build();
        return new AzureConnection(pipeline, settings.endpoint(), settings.tenantId());
    }

    public HttpPipeline pipeline() {
        return pipeline;
    }

    /// The profile of a subscription at this endpoint.
    public AzureProfile profile(@Nullable String subscriptionId) {
        String base = endpoint.toString();
        String root = base.endsWith("/") ? base : base + "/";
        var endpoints = new HashMap<>(AzureEnvironment.AZURE.getEndpoints());
        endpoints.put("resourceManagerEndpointUrl", root);
        endpoints.put("managementEndpointUrl", root);
        return new AzureProfile(
                tenantId.isEmpty() ? null : tenantId,
                subscriptionId,
                new AzureEnvironment(endpoints));
    }

    private static HttpPipelinePolicy authentication(AzureSettings settings, HttpClient http) {
        String base = settings.endpoint().toString();
        String scope = (base.endsWith("/") ? base : base + "/") + ".default";
        return switch (settings.credential()) {
            case AzureCredential.StaticToken(var token) ->
                    new AddHeadersPolicy(
                            new HttpHeaders().set(HttpHeaderName.AUTHORIZATION, "Bearer " + token));
            case AzureCredential.Default() ->
                    bearer(new DefaultAzureCredentialBuilder().httpClient(http).build(), scope);
            case AzureCredential.ClientSecret(var tenant, var client, var secret) ->
                    bearer(
                            new ClientSecretCredentialBuilder()
                                    .tenantId(tenant)
                                    .clientId(client)
                                    .clientSecret(secret)
                                    .httpClient(http)
                                    .build(),
                            scope);
        };
    }

    private static HttpPipelinePolicy bearer(TokenCredential credential, String scope) {
        return new BearerTokenAuthenticationPolicy(credential, scope);
    }

    private static HttpClient http(@Nullable Path trustStore, Duration timeout)
            throws SourceException {
        // One connection a request at a time keeps faults apart: an HTTP/2 connection that breaks
        // takes all its streams with it.
        var builder =
                java.net.http.HttpClient.newBuilder()
                        .version(java.net.http.HttpClient.Version.HTTP_1_1)
                        .connectTimeout(Duration.ofSeconds(10));
        if (trustStore != null) {
            builder.sslContext(trusting(trustStore));
        }
        return new JdkHttpClientBuilder(builder)
                .responseTimeout(timeout)
                .readTimeout(timeout)
                .build();
    }

    /// A context that trusts the JDK's authorities and the certificates of a PEM file.
    static SSLContext trusting(Path pem) throws SourceException {
        try (var in = Files.newInputStream(pem)) {
            var own = KeyStore.getInstance(KeyStore.getDefaultType());
            own.load(null, null);
            int n = 0;
            for (var certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                own.setCertificateEntry("own-" + n++, certificate);
            }
            for (var authority : trustManager(null).getAcceptedIssuers()) {
                own.setCertificateEntry("jdk-" + n++, authority);
            }
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {trustManager(own)}, null);
            return context;
        } catch (IOException | GeneralSecurityException unreadable) {
            throw new SourceException(
                    SourceFault.error(
                            pem.toString(),
                            "the trusted certificates cannot be read: " + unreadable.getMessage()),
                    unreadable);
        }
    }

    private static X509TrustManager trustManager(@Nullable KeyStore store)
            throws GeneralSecurityException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return List.of(factory.getTrustManagers()).stream()
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .findFirst()
                .orElseThrow();
    }
}
