package io.muster.inventory.vm;

/// The errors of VM Applications, one method a condition. Texts are those of Microsoft's
/// troubleshooting table, blanks and all; statuses and codes are Azure's usual ones, as the table
/// gives none.
public final class VmApplicationErrors {
    private static final String PROFILE = "galleryApplicationVersion.properties.publishingProfile.";

    private VmApplicationErrors() {}

    /// The version is past its end of life and a setting says that this blocks.
    public static AzureError deprecated(String name, String date) {
        return invalid(
                "Current VM Application Version " + name + " was deprecated at " + date + ".");
    }

    public static AzureError operatingSystemMismatch(
            String name, OperatingSystem supported, OperatingSystem current) {
        return invalid(
                "Current VM Application Version "
                        + name
                        + " supports OS "
                        + supported.wireName()
                        + ", while current OSDisk's OS is "
                        + current.wireName()
                        + ".");
    }

    public static AzureError tooManyApplications(int max, int current) {
        return invalid(
                "The maximum number of VM applications (max="
                        + max
                        + ", current="
                        + current
                        + ") has been exceeded. Use fewer applications and retry the request.");
    }

    public static AzureError samePackageTwice() {
        return invalid(
                "More than one VM Application was specified with the same packageReferenceId.");
    }

    /// Two versions of one application: Azure publishes no text, so the one for identical ids names
    /// the application.
    public static AzureError sameApplicationTwice(String application) {
        return invalid(
                "More than one VM Application was specified with the same packageReferenceId."
                        + " Application: "
                        + application
                        + ".");
    }

    /// The id is no reference to a gallery application version.
    public static AzureError malformedReference(String packageReferenceId) {
        return invalid(
                "The packageReferenceId '"
                        + packageReferenceId
                        + "' is not a valid reference to a gallery application version.");
    }

    public static AzureError notAuthorized() {
        return new AzureError(
                403, "AuthorizationFailed", "Subscription not authorized to access this image.");
    }

    /// The subscription has no storage account that the arguments name.
    public static AzureError noStorageAccount() {
        return new AzureError(404, "NotFound", "Storage account in the arguments doesn't exist.");
    }

    public static AzureError applicationMissing(String image) {
        return new AzureError(
                404,
                "PlatformImageNotFound",
                "The platform image "
                        + image
                        + " isn't available. Verify that all fields in the storage profile are"
                        + " correct. For more details about storage profile information, see"
                        + " https://aka.ms/storageprofile.");
    }

    public static AzureError notReplicated(String image, String region) {
        return new AzureError(
                404,
                "GalleryImageNotFound",
                "The gallery image "
                        + image
                        + " isn't available in "
                        + region
                        + " region. Contact image owner to replicate to this region, or change your"
                        + " requested region.");
    }

    /// Storage answered Forbidden, or the SAS is of no use.
    public static AzureError invalidSas(String uri) {
        return invalid("The SAS isn't valid for source uri " + uri + ".");
    }

    public static AzureError blobMissing(String uri) {
        return invalid("The blob referenced by source uri " + uri + " doesn't exist.");
    }

    public static AzureError blobUnreachable(String url) {
        return blobError(url, "remote name not found");
    }

    /// Any other answer of storage.
    public static AzureError blobError(String url, String description) {
        return invalid(
                "The gallery application version url "
                        + url
                        + " can't be accessed due to the following error: "
                        + description
                        + ". Ensure that the blob exists and that it's either publicly accessible or"
                        + " is a SAS url with read privileges.");
    }

    public static AzureError markedForDeletion(String operation, String application) {
        return new AzureError(
                409,
                "OperationNotAllowed",
                "Operation "
                        + operation
                        + " isn't allowed on "
                        + application
                        + " since it's marked for deletion. You can only retry the Delete operation"
                        + " (or wait for an ongoing one to complete).");
    }

    public static AzureError replicaCountOutOfRange(long value) {
        return invalid(
                "The value "
                        + value
                        + " of parameter '"
                        + PROFILE
                        + "replicaCount' is out of range. The value must be between one and three,"
                        + " inclusive.");
    }

    /// @param action `install`, `update` or `remove`
    public static AzureError actionChanged(String action) {
        return new AzureError(
                409,
                "PropertyChangeNotAllowed",
                "Changing property '" + PROFILE + "manageActions." + action + "' isn't allowed.");
    }

    /// The blanks inside the quotes are Azure's.
    ///
    /// @param setting `packageFileName` or `configFileName`
    public static AzureError fileNameChanged(String setting) {
        return new AzureError(
                409,
                "PropertyChangeNotAllowed",
                "Changing property ' " + PROFILE + "settings." + setting + " ' isn't allowed.");
    }

    public static AzureError blobTooLarge(String uri, long size, String maximum) {
        return invalid(
                "The blob referenced by source uri "
                        + uri
                        + " is too large: size = "
                        + size
                        + ". The maximum blob size allowed is '"
                        + maximum
                        + "'.");
    }

    public static AzureError blobEmpty(String uri) {
        return invalid("The blob referenced by source uri " + uri + " is empty.");
    }

    public static AzureError wrongBlobKind(String type, String operation) {
        return invalid(
                type
                        + " blob type isn't supported for "
                        + operation
                        + " operation. Only page blobs and block blobs are supported.");
    }

    public static AzureError regionFeatureMissing(String region, String feature) {
        return invalid(
                "Can't specify "
                        + region
                        + " in target regions because the subscription is missing required feature "
                        + feature
                        + ". Either register your subscription with the required feature or remove"
                        + " the region from the target region list.");
    }

    public static AzureError homeRegionMissing(String regions, String location) {
        return invalid(
                "Gallery image version publishing profile regions "
                        + regions
                        + " must contain the location of image version "
                        + location
                        + ".");
    }

    public static AzureError duplicateRegion() {
        return invalid("Duplicate regions aren't allowed in target publishing regions.");
    }

    public static AzureError encryptionNotSupported() {
        return invalid("Gallery application version resources currently don't support encryption.");
    }

    public static AzureError nameMismatch() {
        return invalid("Entity name doesn't match the name in the request URL.");
    }

    public static AzureError invalidVersionName() {
        return invalid(
                "The gallery application version name is invalid. The application version name"
                        + " should follow Major(int32). Minor(int32). Patch(int32) format, where int"
                        + " is between 0 and 2,147,483,647 (inclusive). for example, 1.0.0,"
                        + " 2018.12.1 etc.");
    }

    private static AzureError invalid(String message) {
        return new AzureError(400, "InvalidParameter", message);
    }
}
