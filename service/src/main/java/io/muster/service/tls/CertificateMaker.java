package io.muster.service.tls;

import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// Makes keys (P-256) and X.509 certificates; the JDK has no public API for the latter.
final class CertificateMaker {
    private static final X500Name AUTHORITY = new X500Name("CN=Muster local authority,O=Muster");
    private static final Duration AUTHORITY_LIFE = Duration.ofDays(3650);

    /// What browsers and the Apple stacks accept at most.
    private static final Duration SERVER_LIFE = Duration.ofDays(397);

    private final SecureRandom random = new SecureRandom();
    private final Instant now;

    CertificateMaker(Instant now) {
        this.now = now;
    }

    /// A certificate with its private key.
    record Identity(KeyPair keys, X509Certificate certificate) {}

    Identity authority() throws GeneralSecurityException {
        var keys = newKeys();
        try {
            var builder =
                    new JcaX509v3CertificateBuilder(
                            AUTHORITY,
                            serial(),
                            Date.from(now.minus(Duration.ofHours(1))),
                            Date.from(now.plus(AUTHORITY_LIFE)),
                            AUTHORITY,
                            keys.getPublic());
            var utils = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(
                    Extension.keyUsage,
                    true,
                    new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
            builder.addExtension(
                    Extension.subjectKeyIdentifier,
                    false,
                    utils.createSubjectKeyIdentifier(keys.getPublic()));
            return new Identity(keys, sign(builder, keys));
        } catch (CertIOException fault) {
            throw new GeneralSecurityException(fault);
        }
    }

    /// A server certificate for those DNS names and IP addresses.
    Identity server(Identity authority, List<String> dnsNames, List<String> addresses)
            throws GeneralSecurityException {
        var keys = newKeys();
        try {
            var builder =
                    new JcaX509v3CertificateBuilder(
                            AUTHORITY,
                            serial(),
                            Date.from(now.minus(Duration.ofHours(1))),
                            Date.from(now.plus(SERVER_LIFE)),
                            new X500Name("CN=" + dnsNames.getFirst() + ",O=Muster"),
                            keys.getPublic());
            var utils = new JcaX509ExtensionUtils();
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
            var names = new java.util.ArrayList<GeneralName>();
            dnsNames.forEach(n -> names.add(new GeneralName(GeneralName.dNSName, n)));
            addresses.forEach(a -> names.add(new GeneralName(GeneralName.iPAddress, a)));
            builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(names.toArray(GeneralName[]::new)));
            builder.addExtension(
                    Extension.authorityKeyIdentifier,
                    false,
                    utils.createAuthorityKeyIdentifier(authority.certificate()));
            return new Identity(keys, sign(builder, authority.keys()));
        } catch (CertIOException fault) {
            throw new GeneralSecurityException(fault);
        }
    }

    private KeyPair newKeys() throws GeneralSecurityException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), random);
        return generator.generateKeyPair();
    }

    private BigInteger serial() {
        return new BigInteger(127, random).setBit(126);
    }

    private static X509Certificate sign(JcaX509v3CertificateBuilder builder, KeyPair signer)
            throws GeneralSecurityException {
        try {
            var content = new JcaContentSignerBuilder("SHA256withECDSA").build(signer.getPrivate());
            return new JcaX509CertificateConverter().getCertificate(builder.build(content));
        } catch (OperatorCreationException fault) {
            throw new GeneralSecurityException(fault);
        }
    }
}
