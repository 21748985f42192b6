package io.muster.service.tls;

import io.muster.service.config.ListenHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// The server's certificate and the authority that signed it, as files of the data folder:
///
/// | file | holds |
/// |---|---|
/// | `ca.pem` | the authority's certificate: what clients are to trust |
/// | `ca.p12`, `server.p12` | certificate and private key, readable by the owner only |
/// | `password` | of both stores, readable by the owner only |
///
/// The authority is kept for ten years; the server certificate is renewed by itself when less than a month of it is left or it lacks the host.
///
/// @param authorityPem the file to name in `NODE_EXTRA_CA_CERTS`, `REQUESTS_CA_BUNDLE` and the like
public record TlsMaterial(Path authorityPem, Path keyStore, String password) {
    private static final String SERVER = "server";
    private static final Duration RENEW_BEFORE = Duration.ofDays(30);
    private static final List<String> DNS_NAMES = List.of("localhost");
    private static final List<String> ADDRESSES = List.of("127.0.0.1", "::1");

    /// The material of a folder, made there on first use, for the loopback address.
    ///
    /// @throws IOException when the folder cannot be written, or what lies there cannot be read
    public static TlsMaterial ensure(Path folder, Instant now) throws IOException {
        return ensure(folder, now, new ListenHost(ADDRESSES.getFirst()));
    }

    /// The same, for another host besides; the certificate is made anew when it does not name it.
    ///
    /// @throws IOException when the folder cannot be written, or what lies there cannot be read
    public static TlsMaterial ensure(Path folder, Instant now, ListenHost host) throws IOException {
        Files.createDirectories(folder);
        var pem = folder.resolve("ca.pem");
        var authorityStore = folder.resolve("ca.p12");
        var serverStore = folder.resolve("server.p12");
        try {
            String password = password(folder.resolve("password"));
            var maker = new CertificateMaker(now);
            CertificateMaker.Identity authority;
            if (Files.exists(authorityStore)) {
                authority = load(authorityStore, "ca", password);
            } else {
                authority = maker.authority();
                store(authorityStore, "ca", authority, password, authority.certificate());
                Files.deleteIfExists(serverStore);
            }
            Files.writeString(pem, pem(authority.certificate()));
            if (!Files.exists(serverStore) || !serves(serverStore, password, now, host)) {
                var server = maker.server(authority, dnsNames(host), addresses(host));
                store(
                        serverStore,
                        SERVER,
                        server,
                        password,
                        server.certificate(),
                        authority.certificate());
            }
            return new TlsMaterial(pem, serverStore, password);
        } catch (GeneralSecurityException fault) {
            throw new IOException("the certificates in " + folder + " cannot be used", fault);
        }
    }

    /// A context for a server with this certificate.
    public SSLContext serverContext() throws IOException {
        try {
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(open(keyStore, password), password.toCharArray());
            var context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException fault) {
            throw new IOException("the certificate in " + keyStore + " cannot be used", fault);
        }
    }

    /// A context for a client that trusts that authority alone.
    ///
    /// @param authority its certificate as PEM
    /// @throws IOException when the file cannot be read, or holds no certificate
    public static SSLContext trusting(Path authority) throws IOException {
        try (var in = Files.newInputStream(authority)) {
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            store.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
            var factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException fault) {
            throw new IOException("the certificate in " + authority + " cannot be used", fault);
        }
    }

    /// Whether the certificate is good for a while yet, and names the host.
    private static boolean serves(Path store, String password, Instant now, ListenHost host)
            throws IOException, GeneralSecurityException {
        var certificate = load(store, SERVER, password).certificate();
        var names = certificate.getSubjectAlternativeNames();
        return !certificate.getNotAfter().toInstant().isBefore(now.plus(RENEW_BEFORE))
                && (host.isEveryAddress()
                        || names.stream()
                                .anyMatch(name -> host.isMeantBy(String.valueOf(name.get(1)))));
    }

    private static List<String> dnsNames(ListenHost host) {
        return ListenHost.address(host.text()).isPresent() ? DNS_NAMES : with(DNS_NAMES, host);
    }

    private static List<String> addresses(ListenHost host) {
        return ListenHost.address(host.text()).isEmpty() || host.isEveryAddress()
                ? ADDRESSES
                : with(ADDRESSES, host);
    }

    private static List<String> with(List<String> own, ListenHost host) {
        return Stream.concat(own.stream(), Stream.of(host.text())).distinct().toList();
    }

    private static CertificateMaker.Identity load(Path file, String alias, String password)
            throws IOException, GeneralSecurityException {
        var store = open(file, password);
        if (store.getKey(alias, password.toCharArray()) instanceof PrivateKey key
                && store.getCertificate(alias) instanceof X509Certificate certificate) {
            return new CertificateMaker.Identity(
                    new KeyPair(certificate.getPublicKey(), key), certificate);
        }
        throw new IOException(file + " holds no key named '" + alias + "'");
    }

    private static KeyStore open(Path file, String password)
            throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(file)) {
            store.load(in, password.toCharArray());
        }
        return store;
    }

    private static void store(
            Path file,
            String alias,
            CertificateMaker.Identity identity,
            String password,
            Certificate... chain)
            throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(alias, identity.keys().getPrivate(), password.toCharArray(), chain);
        var written = ownerOnly(file.resolveSibling(file.getFileName() + ".new"));
        try (var out = Files.newOutputStream(written)) {
            store.store(out, password.toCharArray());
        }
        Files.move(written, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static String password(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] bytes = new byte[24];
            new SecureRandom().nextBytes(bytes);
            Files.writeString(ownerOnly(file), HexFormat.of().formatHex(bytes));
        }
        return Files.readString(file).strip();
    }

    /// Makes the file, empty, so that nobody else can read what is put into it.
    private static Path ownerOnly(Path file) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file);
        if (Files.getFileAttributeView(file, PosixFileAttributeView.class) != null) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        }
        return file;
    }

    private static String pem(X509Certificate certificate) throws GeneralSecurityException {
        var encoder = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
        return "-----BEGIN CERTIFICATE-----\n"
                + encoder.encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }
}
