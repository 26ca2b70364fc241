// Made from `src/error.rs` by ffi/tests/statuses.rs; do not edit.
package io.panveil;

/**
 * Why a call was refused or failed: a number and a fixed text, the same in Rust, C and Java.
 *
 * <p>It carries no payload, so it never carries card data: it is safe to log, to print and to send. Numbers are never
 * reused; later releases add some.
 */
public enum Status {
    /** Done. */
    OK(0, "done"),
    /** A card number has 13 to 19 digits. */
    PAN_LENGTH(101, "a card number has 13 to 19 digits"),
    /** A card number has ASCII digits only; use the normalizing parser for separators. */
    PAN_DIGIT(102, "a card number has ASCII digits only; use the normalizing parser for separators"),
    /** The check digit of the card number is wrong. */
    PAN_LUHN(103, "the check digit of the card number is wrong"),
    /** Separators in a card number must be single and between digits. */
    PAN_SEPARATOR(104, "separators in a card number must be single and between digits"),
    /** Security codes, track data and PINs cannot be stored, sealed or tokenized. */
    SAD_REFUSED(110, "security codes, track data and PINs cannot be stored, sealed or tokenized"),
    /** A security code has 3 or 4 digits. */
    SECURITY_CODE_FORMAT(111, "a security code has 3 or 4 digits"),
    /** An expiry date is MM/YY or MM/YYYY. */
    EXPIRY_FORMAT(112, "an expiry date is MM/YY or MM/YYYY"),
    /** A mask shows at most the BIN and the last four digits. */
    MASK_REFUSED(120, "a mask shows at most the BIN and the last four digits"),
    /** This truncation is not permitted for a card number of this length. */
    TRUNCATION_REFUSED(121, "this truncation is not permitted for a card number of this length"),
    /** An id is 1 to 255 bytes of printable ASCII. */
    ID_FORMAT(130, "an id is 1 to 255 bytes of printable ASCII"),
    /** A card number stands where none may stand. */
    HOLDS_PAN(131, "a card number stands where none may stand"),
    /** This layout hides too little of a card number of this length; use layout auto or 0+4. */
    LAYOUT_REFUSED(201, "this layout hides too little of a card number of this length; use layout auto or 0+4"),
    /** A layout is auto, 0+4, 6+4 or 8+0. */
    LAYOUT_UNKNOWN(202, "a layout is auto, 0+4, 6+4 or 8+0"),
    /** Not a token. */
    NOT_A_TOKEN(203, "not a token"),
    /** A token format is written like f1.6-4. */
    TOKEN_FORMAT(204, "a token format is written like f1.6-4"),
    /** A handle is a token with its format, such as f1.6-4:TOKEN, or a sealed record. */
    NOT_A_HANDLE(205, "a handle is a token with its format, such as f1.6-4:TOKEN, or a sealed record"),
    /** The cycle walk found no token within its bound. */
    WALK_EXHAUSTED(206, "the cycle walk found no token within its bound"),
    /** FF1 takes 6 to 19 decimal digits. */
    FF1_LENGTH(207, "FF1 takes 6 to 19 decimal digits"),
    /** The token has expired. */
    TOKEN_EXPIRED(208, "the token has expired"),
    /** Nearly all tokens beside these clear digits are in use; use a layout that keeps fewer. */
    TOKEN_SPACE_FULL(209, "nearly all tokens beside these clear digits are in use; use a layout that keeps fewer"),
    /** This request id was used for another card number. */
    REQUEST_REUSED(210, "this request id was used for another card number"),
    /** Not a sealed record. */
    NOT_SEALED(301, "not a sealed record"),
    /** The sealed record has a newer format version; update panveil. */
    SEALED_VERSION(302, "the sealed record has a newer format version; update panveil"),
    /** The sealed record has a suite this build does not open. */
    SEALED_SUITE(303, "the sealed record has a suite this build does not open"),
    /** No key with the id of this record for this tenant and field. */
    UNKNOWN_KEY(304, "no key with the id of this record for this tenant and field"),
    /** The sealed record is not authentic in this context. */
    NOT_AUTHENTIC(305, "the sealed record is not authentic in this context"),
    /** The seal key reached its message limit; run keys rotate. */
    SEAL_LIMIT(306, "the seal key reached its message limit; run keys rotate"),
    /** A value to seal has 1 to 65536 bytes. */
    VALUE_LENGTH(307, "a value to seal has 1 to 65536 bytes"),
    /** The keyring is damaged or was edited; restore it from a backup. */
    KEYRING_DAMAGED(401, "the keyring is damaged or was edited; restore it from a backup"),
    /** The keyring has a newer format version; update panveil. */
    KEYRING_VERSION(402, "the keyring has a newer format version; update panveil"),
    /** Wrong passphrase or key-encryption key for this keyring. */
    WRONG_KEK(403, "wrong passphrase or key-encryption key for this keyring"),
    /** The keyring is older than the last one used here; restore the newest. */
    KEYRING_ROLLBACK(404, "the keyring is older than the last one used here; restore the newest"),
    /** The keyring belongs to another environment (dev or production). */
    ENVIRONMENT_MISMATCH(405, "the keyring belongs to another environment (dev or production)"),
    /** The state of the key does not permit this operation. */
    KEY_STATE(406, "the state of the key does not permit this operation"),
    /** The key is outside its usage period; run keys rotate. */
    KEY_PERIOD(407, "the key is outside its usage period; run keys rotate"),
    /** No such key version in the keyring. */
    NO_SUCH_KEY(408, "no such key version in the keyring"),
    /** The operating system gave no randomness. */
    RANDOM(409, "the operating system gave no randomness"),
    /** The process was forked; open the vault again in the child. */
    FORKED(410, "the process was forked; open the vault again in the child"),
    /** The key-encryption key is weaker than the keys it wraps. */
    KEK_TOO_WEAK(411, "the key-encryption key is weaker than the keys it wraps"),
    /** The key-encryption key cannot be reached. */
    KEK_UNAVAILABLE(412, "the key-encryption key cannot be reached"),
    /** No rule of the policy allows this reveal. */
    DENIED(501, "no rule of the policy allows this reveal"),
    /** The identity token is not valid here. */
    IDENTITY_REFUSED(502, "the identity token is not valid here"),
    /** The identity token has expired or is not yet valid. */
    IDENTITY_EXPIRED(503, "the identity token has expired or is not yet valid"),
    /** The identity token was first used from another origin. */
    IDENTITY_REPLAYED(504, "the identity token was first used from another origin"),
    /** Shared and generic ids may not reveal. */
    SHARED_IDENTITY(505, "shared and generic ids may not reveal"),
    /** Authenticate again with a second factor. */
    STEP_UP_NEEDED(506, "authenticate again with a second factor"),
    /** Another person must approve this request. */
    APPROVAL_NEEDED(507, "another person must approve this request"),
    /** The role may not reveal for this purpose. */
    PURPOSE_DENIED(508, "the role may not reveal for this purpose"),
    /** The case reference is missing or not of the form the policy asks for. */
    CASE_REFUSED(509, "the case reference is missing or not of the form the policy asks for"),
    /** The origin of the request is missing. */
    ORIGIN_MISSING(510, "the origin of the request is missing"),
    /** The role may not reveal this field. */
    FIELD_DENIED(511, "the role may not reveal this field"),
    /** The actor is locked; two others must release the lock. */
    LOCKED(512, "the actor is locked; two others must release the lock"),
    /** The reveal budget is used up. */
    BUDGET_EXCEEDED(513, "the reveal budget is used up"),
    /** Reveals are stopped. */
    STOPPED(514, "reveals are stopped"),
    /** No role of the identity may reveal. */
    ROLE_DENIED(515, "no role of the identity may reveal"),
    /** The session has ended; start a new one. */
    SESSION_ENDED(516, "the session has ended; start a new one"),
    /** The purpose of the request is missing. */
    PURPOSE_MISSING(517, "the purpose of the request is missing"),
    /** This card cannot be revealed. */
    CANARY(518, "this card cannot be revealed"),
    /** The role may not reveal for this tenant. */
    TENANT_DENIED(519, "the role may not reveal for this tenant"),
    /** The role may not do this operation. */
    OPERATION_DENIED(520, "the role may not do this operation"),
    /** The audit log cannot be written, so nothing is revealed. */
    AUDIT_UNAVAILABLE(601, "the audit log cannot be written, so nothing is revealed"),
    /** The audit log is damaged or was edited. */
    AUDIT_DAMAGED(602, "the audit log is damaged or was edited"),
    /** Another process writes this audit stream. */
    AUDIT_LOCKED(603, "another process writes this audit stream"),
    /** The audit stream is not in the vault's list of streams. */
    STREAM_UNKNOWN(604, "the audit stream is not in the vault's list of streams"),
    /** The audit log did not become durable in time, so nothing is revealed. */
    AUDIT_TIMEOUT(605, "the audit log did not become durable in time, so nothing is revealed"),
    /** The audit file was removed, replaced or cut while in use. */
    AUDIT_REPLACED(606, "the audit file was removed, replaced or cut while in use"),
    /** A required audit sink failed, so nothing is revealed; mend it and open the log again. */
    SINK_FAILED(607, "a required audit sink failed, so nothing is revealed; mend it and open the log again"),
    /** A required audit sink did not answer in time, so nothing is revealed. */
    SINK_TIMEOUT(608, "a required audit sink did not answer in time, so nothing is revealed"),
    /** The state store cannot be reached. */
    STORE_UNAVAILABLE(701, "the state store cannot be reached"),
    /** The state store is damaged or was edited; restore it from a backup. */
    STORE_DAMAGED(702, "the state store is damaged or was edited; restore it from a backup"),
    /** The state store is older than the last audit checkpoint. */
    STORE_ROLLBACK(703, "the state store is older than the last audit checkpoint"),
    /** The state store has a newer format version; update panveil. */
    STORE_VERSION(704, "the state store has a newer format version; update panveil"),
    /** The configuration is not valid. */
    CONFIG_INVALID(801, "the configuration is not valid"),
    /** The policy is not valid. */
    POLICY_INVALID(802, "the policy is not valid"),
    /** The configuration differs from its manifest; run config apply. */
    CONFIG_CHANGED(803, "the configuration differs from its manifest; run config apply"),
    /** The manifest is damaged or was edited; restore it from a backup. */
    MANIFEST_DAMAGED(804, "the manifest is damaged or was edited; restore it from a backup"),
    /** The configuration is older than the last one used here. */
    CONFIG_ROLLBACK(805, "the configuration is older than the last one used here"),
    /** The directory holds no vault; run init. */
    NOT_A_VAULT(806, "the directory holds no vault; run init"),
    /** The directory holds a vault or other files already. */
    VAULT_EXISTS(807, "the directory holds a vault or other files already"),
    /** The key set of the identity provider is not valid. */
    JWKS_INVALID(808, "the key set of the identity provider is not valid"),
    /** Internal error. */
    INTERNAL(901, "internal error"),
    /** A file could not be read or written. */
    IO(902, "a file could not be read or written"),
    /** No space is left on the device; free some and run again. */
    DISK_FULL(903, "no space is left on the device; free some and run again"),
    /** An argument is out of range. */
    ARGUMENT(904, "an argument is out of range"),
    /** A null pointer was given where a value must stand. */
    NULL_POINTER(921, "a null pointer was given where a value must stand"),
    /** The handle was closed, or never was one of this kind. */
    STALE_HANDLE(922, "the handle was closed, or never was one of this kind"),
    /** The buffer is too small for the result. */
    BUFFER_TOO_SMALL(923, "the buffer is too small for the result"),
    /** A callback of the host failed. */
    CALLBACK_FAILED(924, "a callback of the host failed"),
    /** A callback of the host did not return in time. */
    CALLBACK_TIMEOUT(925, "a callback of the host did not return in time"),
    /** Too many handles are open; close those that are no longer used. */
    TOO_MANY_HANDLES(926, "too many handles are open; close those that are no longer used"),
    /** A call on another thread still uses the object; it ends with that call. */
    IN_USE(927, "a call on another thread still uses the object; it ends with that call"),
    /** A number that this release does not know. */
    UNKNOWN(-1, "a status of a later release");

    private final int number;
    private final String text;

    Status(int number, String text) {
        this.number = number;
        this.text = text;
    }

    /**
     * The stable number.
     *
     * @return the number, -1 for {@link #UNKNOWN}
     */
    public int number() {
        return number;
    }

    /**
     * The fixed text.
     *
     * @return the text, without a full stop
     */
    public String text() {
        return text;
    }

    /**
     * The status of a number.
     *
     * @param number a number from this library
     * @return its status, {@link #UNKNOWN} if this release does not know it
     */
    public static Status of(int number) {
        for (Status status : values()) {
            if (status.number == number) {
                return status;
            }
        }
        return UNKNOWN;
    }
}
