package io.muster.simulator.storage;

/// What storage says to a reader of a link.
public sealed interface BlobAnswer {
    record Found(Blob blob) implements BlobAnswer {}

    /// The link is to no account that the simulated Azure keeps.
    record Elsewhere() implements BlobAnswer {}

    /// 403: the SAS is expired, not yet valid, or gives no right to read.
    record Forbidden() implements BlobAnswer {}

    /// The container is there, the blob is not.
    record Missing() implements BlobAnswer {}

    /// Any other refusal, in storage's words.
    record Refused(String description) implements BlobAnswer {}
}
