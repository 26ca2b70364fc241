/*
 * panveil: embeddable card-data protection. How to link, who owns what, threads, fork, errors: docs/c.md.
 *
 * Made from ffi/src by ffi/tests/header.rs; do not edit.
 */

#ifndef PANVEIL_H
#define PANVEIL_H

#include <stddef.h>
#include <stdint.h>
/**
 * Whether the loaded library serves a program that was compiled with this header.
 */
#define PANVEIL_ABI_CHECK() \
  (panveil_abi_version() >> 16 == PANVEIL_ABI_VERSION >> 16 && panveil_abi_version() >= PANVEIL_ABI_VERSION)

/**
 * Whether a panveil_decision allows the reveal. A number that this header does not know is a denial.
 */
#define PANVEIL_ALLOWS(decision_) ((decision_).decision == PANVEIL_ALLOW && (decision_).reason == 0)

/**
 * A zero-terminated text as panveil_bytes members, for initializers: { PANVEIL_TEXT("shop") }.
 */
#define PANVEIL_TEXT(text_) (const uint8_t *)(text_), sizeof(text_) - 1

/**
 * The version of the ABI: the release of the interface in the high 16 bits, what was added to it in the low ones.
 */
#define PANVEIL_ABI_VERSION 65536

/**
 * A record counts as written only when this sink has it too. If it fails or is late, nothing is revealed until
 * panveil_vault_log_reopen succeeds.
 */
#define PANVEIL_SINK_REQUIRED 1

/**
 * Its failure is an alert in the local stream, and the rest goes on.
 */
#define PANVEIL_SINK_BEST_EFFORT 2

/**
 * Bytes of a card number that goes in: 0..19 ASCII digits, then zeros; 19 how many digits, 13 to 19.
 */
#define PANVEIL_PAN_RECORD 20

/**
 * Bytes of a token that comes out: 0..19 ASCII digits, then zeros; 19 how many; 20 layout, 0 = 0+4, 1 = 6+4, 2 = 8+0;
 * 21 zero; 22..24 status, big endian. Tokens of a batch are all of panveil_tokenizer_version.
 */
#define PANVEIL_TOKEN_RECORD 24

/**
 * Bytes of a mask that comes out: 0..19 ASCII, then zeros; 19 how many; 20..22 zero; 22..24 status, big endian.
 */
#define PANVEIL_MASK_RECORD 24

/**
 * Bytes of a fingerprint that comes out: 0..32 the hash; 32..36 version of the key, big endian; 36..38 zero; 38..40
 * status, big endian.
 */
#define PANVEIL_FINGERPRINT_RECORD 40

/**
 * Bytes of a sealed card number that comes out: 0..84 the sealed record; 84..86 zero; 86..88 status, big endian.
 */
#define PANVEIL_SEALED_RECORD 88

/**
 * The most cards of one batch.
 */
#define PANVEIL_BATCH_MAX 1048576

/**
 * A card number: 13 to 19 ASCII digits whose check digit is right.
 */
#define PANVEIL_PAN_STRICT 0

/**
 * Takes 12 digits too, which some Maestro cards have.
 */
#define PANVEIL_PAN_12_DIGITS 1

/**
 * Takes the number as people write it, in UTF-8: single spaces or dashes between digits, full-width digits.
 */
#define PANVEIL_PAN_NORMALIZE 2

/**
 * Takes a wrong check digit too, which some issuers give out. Such a number can be sealed, and nothing else.
 */
#define PANVEIL_PAN_WRONG_CHECK_DIGIT 4

/**
 * ASCII, full-width, Arabic-Indic and URL-encoded digits with any separators, and hex dumps.
 */
#define PANVEIL_SEARCH_USUAL 0

/**
 * ASCII digits with any separators only: the fastest.
 */
#define PANVEIL_SEARCH_ASCII 1

/**
 * What is usual, and base64.
 */
#define PANVEIL_SEARCH_BASE64 2

/**
 * UTF-8 or anything else that contains ASCII: Latin-1, Shift_JIS, EUC-JP, GB 18030, or bytes of any kind.
 */
#define PANVEIL_CHARSET_ASCII_BASED 0

/**
 * UTF-16, the low byte first.
 */
#define PANVEIL_CHARSET_UTF16_LE 1

/**
 * UTF-16, the high byte first.
 */
#define PANVEIL_CHARSET_UTF16_BE 2

/**
 * It may not happen. So is every number that the caller does not know.
 */
#define PANVEIL_DENY 0

/**
 * It may happen, within the budgets.
 */
#define PANVEIL_ALLOW 1

/**
 * It may happen after the person authenticated again.
 */
#define PANVEIL_STEP_UP 2

/**
 * It may happen with the consent of others.
 */
#define PANVEIL_NEED_APPROVAL 3

/**
 * A card number.
 */
#define PANVEIL_KIND_PAN 1

/**
 * Track 1 of a magnetic stripe (ISO/IEC 7813), its card number included.
 */
#define PANVEIL_KIND_TRACK1 2

/**
 * Track 2 of a magnetic stripe or its equivalent in a chip, its card number included.
 */
#define PANVEIL_KIND_TRACK2 3

/**
 * A card security code, beside a card number.
 */
#define PANVEIL_KIND_SECURITY_CODE 4

/**
 * A PIN or PIN block, beside a card number.
 */
#define PANVEIL_KIND_PIN 5

/**
 * Range, length and check digit fit, but something beside it speaks against: one number in thirty would fit.
 */
#define PANVEIL_CONFIDENCE_LOW 1

/**
 * Range, length and check digit fit, and nothing speaks against it.
 */
#define PANVEIL_CONFIDENCE_MEDIUM 2

/**
 * A name, the grouping or track data says so too.
 */
#define PANVEIL_CONFIDENCE_HIGH 3

/**
 * Range, length and check digit of a brand.
 */
#define PANVEIL_REASON_NUMBER 1

/**
 * Likewise, in the groups in which such numbers are written.
 */
#define PANVEIL_REASON_GROUPED 2

/**
 * Likewise, beside a name that says a card number.
 */
#define PANVEIL_REASON_NAMED 3

/**
 * It stands in track data.
 */
#define PANVEIL_REASON_TRACK 4

/**
 * It is spread over two lines.
 */
#define PANVEIL_REASON_SPLIT_OVER_LINES 5

/**
 * A name beside it says another number (an order, a trace id).
 */
#define PANVEIL_REASON_OTHER_NAME 6

/**
 * Letters touch it, as in an identifier.
 */
#define PANVEIL_REASON_TOUCHES_LETTERS 7

/**
 * A length that few cards of the brand have.
 */
#define PANVEIL_REASON_RARE_LENGTH 8

/**
 * A name says a security code or PIN, and a card number stands near.
 */
#define PANVEIL_REASON_BESIDE_NUMBER 9

/**
 * Its groups are a part of a longer chain, as in an IBAN or a tracking number.
 */
#define PANVEIL_REASON_LONGER_CHAIN 10

/**
 * ASCII digits without gaps.
 */
#define PANVEIL_WRITING_PLAIN 1

/**
 * ASCII digits with spaces, dots, dashes, slashes or underscores between groups.
 */
#define PANVEIL_WRITING_SEPARATED 2

/**
 * Full-width, Arabic-Indic or other digits than ASCII, in UTF-8 or an East Asian encoding.
 */
#define PANVEIL_WRITING_OTHER_DIGITS 3

/**
 * Digits or gaps URL-encoded (`%34`, `%20`).
 */
#define PANVEIL_WRITING_PERCENT 4

/**
 * The bytes of its digits as hexadecimal numbers.
 */
#define PANVEIL_WRITING_HEX 5

/**
 * Inside base64.
 */
#define PANVEIL_WRITING_BASE64 6

/**
 * Visa.
 */
#define PANVEIL_BRAND_VISA 1

/**
 * Mastercard, the 2-series included.
 */
#define PANVEIL_BRAND_MASTERCARD 2

/**
 * American Express.
 */
#define PANVEIL_BRAND_AMEX 3

/**
 * JCB.
 */
#define PANVEIL_BRAND_JCB 4

/**
 * UnionPay.
 */
#define PANVEIL_BRAND_UNIONPAY 5

/**
 * Diners Club International.
 */
#define PANVEIL_BRAND_DINERS 6

/**
 * Discover.
 */
#define PANVEIL_BRAND_DISCOVER 7

/**
 * Maestro.
 */
#define PANVEIL_BRAND_MAESTRO 8

/**
 * RuPay.
 */
#define PANVEIL_BRAND_RUPAY 9

/**
 * Mir.
 */
#define PANVEIL_BRAND_MIR 10

/**
 * Troy.
 */
#define PANVEIL_BRAND_TROY 11

/**
 * Made, not yet in use.
 */
#define PANVEIL_KEY_PRE_ACTIVATION 1

/**
 * In use.
 */
#define PANVEIL_KEY_ACTIVE 2

/**
 * Stopped for a while.
 */
#define PANVEIL_KEY_SUSPENDED 3

/**
 * Replaced: opens what it protected, protects nothing more.
 */
#define PANVEIL_KEY_DEACTIVATED 4

/**
 * Known or suspected to be in other hands.
 */
#define PANVEIL_KEY_COMPROMISED 5

/**
 * Wiped; only its description remains.
 */
#define PANVEIL_KEY_DESTROYED 6

/**
 * For a reason that this build does not know.
 */
#define PANVEIL_LOCK_OTHER 0

/**
 * A person went over a budget of their own.
 */
#define PANVEIL_LOCK_BUDGET 1

/**
 * The actor touched a canary.
 */
#define PANVEIL_LOCK_CANARY 2

/**
 * An operator locked the actor.
 */
#define PANVEIL_LOCK_OPERATOR 3

/**
 * A mask of the last four digits.
 */
#define PANVEIL_REPLACE_MASK_0_4 0

/**
 * A mask of the first six and the last four digits, for logs whose readers may see them.
 */
#define PANVEIL_REPLACE_MASK_6_4 1

/**
 * One text for every card number.
 */
#define PANVEIL_REPLACE_FIXED 2

/**
 * The card's token; where none can be made, a mask of the last four digits.
 */
#define PANVEIL_REPLACE_TOKEN 3

/**
 * How many bytes of buffer suffice for any card number.
 */
#define PANVEIL_PAN_CAPACITY 20

/**
 * How many bytes longer a sealed record is than the value in it.
 */
#define PANVEIL_SEALED_OVERHEAD 64

/**
 * How many bytes the sealed record of a card number has, however many digits it has.
 */
#define PANVEIL_SEALED_PAN_LENGTH 84

/**
 * The layout of panveil.toml.
 */
#define PANVEIL_LAYOUT_DEFAULT 0

/**
 * By the length of the card number: 6+4 for 16 to 19 digits, 0+4 below.
 */
#define PANVEIL_LAYOUT_AUTO 1

/**
 * 0+4: the last four digits stay. For 12 to 19 digits.
 */
#define PANVEIL_LAYOUT_0_4 2

/**
 * 6+4: a BIN of six and the last four stay. For 16 to 19 digits.
 */
#define PANVEIL_LAYOUT_6_4 3

/**
 * 8+0: a BIN of eight stays. For 16 digits.
 */
#define PANVEIL_LAYOUT_8_0 4

/**
 * This very stream; PANVEIL_AUDIT_LOCKED if another process writes it.
 */
#define PANVEIL_STREAM_ONLY 0

/**
 * This stream, or the first free one of NAME-2 to NAME-16: for processes of one name that may run at the same time.
 */
#define PANVEIL_STREAM_FIRST_FREE 1

/**
 * For trying out; has a built-in issuer of identity tokens.
 */
#define PANVEIL_DEV 1

/**
 * For live cards.
 */
#define PANVEIL_PRODUCTION 2

/**
 * What a call returns: 0 if it was done, else why not.
 *
 * The numbers are the same in Rust, C and Java and are never reused; later releases add some, so a caller
 * treats a number it does not know as a failure. panveil_status_text gives the text of any of them.
 */
enum panveil_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : uint32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
  /**
   * done.
   */
  PANVEIL_OK = 0,
  /**
   * a card number has 13 to 19 digits.
   */
  PANVEIL_PAN_LENGTH = 101,
  /**
   * a card number has ASCII digits only; use the normalizing parser for separators.
   */
  PANVEIL_PAN_DIGIT = 102,
  /**
   * the check digit of the card number is wrong.
   */
  PANVEIL_PAN_LUHN = 103,
  /**
   * separators in a card number must be single and between digits.
   */
  PANVEIL_PAN_SEPARATOR = 104,
  /**
   * security codes, track data and PINs cannot be stored, sealed or tokenized.
   */
  PANVEIL_SAD_REFUSED = 110,
  /**
   * a security code has 3 or 4 digits.
   */
  PANVEIL_SECURITY_CODE_FORMAT = 111,
  /**
   * an expiry date is MM/YY or MM/YYYY.
   */
  PANVEIL_EXPIRY_FORMAT = 112,
  /**
   * a mask shows at most the BIN and the last four digits.
   */
  PANVEIL_MASK_REFUSED = 120,
  /**
   * this truncation is not permitted for a card number of this length.
   */
  PANVEIL_TRUNCATION_REFUSED = 121,
  /**
   * an id is 1 to 255 bytes of printable ASCII.
   */
  PANVEIL_ID_FORMAT = 130,
  /**
   * a card number stands where none may stand.
   */
  PANVEIL_HOLDS_PAN = 131,
  /**
   * this layout hides too little of a card number of this length; use layout auto or 0+4.
   */
  PANVEIL_LAYOUT_REFUSED = 201,
  /**
   * a layout is auto, 0+4, 6+4 or 8+0.
   */
  PANVEIL_LAYOUT_UNKNOWN = 202,
  /**
   * not a token.
   */
  PANVEIL_NOT_A_TOKEN = 203,
  /**
   * a token format is written like f1.6-4.
   */
  PANVEIL_TOKEN_FORMAT = 204,
  /**
   * a handle is a token with its format, such as f1.6-4:TOKEN, or a sealed record.
   */
  PANVEIL_NOT_A_HANDLE = 205,
  /**
   * the cycle walk found no token within its bound.
   */
  PANVEIL_WALK_EXHAUSTED = 206,
  /**
   * FF1 takes 6 to 19 decimal digits.
   */
  PANVEIL_FF1_LENGTH = 207,
  /**
   * the token has expired.
   */
  PANVEIL_TOKEN_EXPIRED = 208,
  /**
   * nearly all tokens beside these clear digits are in use; use a layout that keeps fewer.
   */
  PANVEIL_TOKEN_SPACE_FULL = 209,
  /**
   * this request id was used for another card number.
   */
  PANVEIL_REQUEST_REUSED = 210,
  /**
   * not a sealed record.
   */
  PANVEIL_NOT_SEALED = 301,
  /**
   * the sealed record has a newer format version; update panveil.
   */
  PANVEIL_SEALED_VERSION = 302,
  /**
   * the sealed record has a suite this build does not open.
   */
  PANVEIL_SEALED_SUITE = 303,
  /**
   * no key with the id of this record for this tenant and field.
   */
  PANVEIL_UNKNOWN_KEY = 304,
  /**
   * the sealed record is not authentic in this context.
   */
  PANVEIL_NOT_AUTHENTIC = 305,
  /**
   * the seal key reached its message limit; run keys rotate.
   */
  PANVEIL_SEAL_LIMIT = 306,
  /**
   * a value to seal has 1 to 65536 bytes.
   */
  PANVEIL_VALUE_LENGTH = 307,
  /**
   * the keyring is damaged or was edited; restore it from a backup.
   */
  PANVEIL_KEYRING_DAMAGED = 401,
  /**
   * the keyring has a newer format version; update panveil.
   */
  PANVEIL_KEYRING_VERSION = 402,
  /**
   * wrong passphrase or key-encryption key for this keyring.
   */
  PANVEIL_WRONG_KEK = 403,
  /**
   * the keyring is older than the last one used here; restore the newest.
   */
  PANVEIL_KEYRING_ROLLBACK = 404,
  /**
   * the keyring belongs to another environment (dev or production).
   */
  PANVEIL_ENVIRONMENT_MISMATCH = 405,
  /**
   * the state of the key does not permit this operation.
   */
  PANVEIL_KEY_STATE = 406,
  /**
   * the key is outside its usage period; run keys rotate.
   */
  PANVEIL_KEY_PERIOD = 407,
  /**
   * no such key version in the keyring.
   */
  PANVEIL_NO_SUCH_KEY = 408,
  /**
   * the operating system gave no randomness.
   */
  PANVEIL_RANDOM = 409,
  /**
   * the process was forked; open the vault again in the child.
   */
  PANVEIL_FORKED = 410,
  /**
   * the key-encryption key is weaker than the keys it wraps.
   */
  PANVEIL_KEK_TOO_WEAK = 411,
  /**
   * the key-encryption key cannot be reached.
   */
  PANVEIL_KEK_UNAVAILABLE = 412,
  /**
   * no rule of the policy allows this reveal.
   */
  PANVEIL_DENIED = 501,
  /**
   * the identity token is not valid here.
   */
  PANVEIL_IDENTITY_REFUSED = 502,
  /**
   * the identity token has expired or is not yet valid.
   */
  PANVEIL_IDENTITY_EXPIRED = 503,
  /**
   * the identity token was first used from another origin.
   */
  PANVEIL_IDENTITY_REPLAYED = 504,
  /**
   * shared and generic ids may not reveal.
   */
  PANVEIL_SHARED_IDENTITY = 505,
  /**
   * authenticate again with a second factor.
   */
  PANVEIL_STEP_UP_NEEDED = 506,
  /**
   * another person must approve this request.
   */
  PANVEIL_APPROVAL_NEEDED = 507,
  /**
   * the role may not reveal for this purpose.
   */
  PANVEIL_PURPOSE_DENIED = 508,
  /**
   * the case reference is missing or not of the form the policy asks for.
   */
  PANVEIL_CASE_REFUSED = 509,
  /**
   * the origin of the request is missing.
   */
  PANVEIL_ORIGIN_MISSING = 510,
  /**
   * the role may not reveal this field.
   */
  PANVEIL_FIELD_DENIED = 511,
  /**
   * the actor is locked; two others must release the lock.
   */
  PANVEIL_LOCKED = 512,
  /**
   * the reveal budget is used up.
   */
  PANVEIL_BUDGET_EXCEEDED = 513,
  /**
   * reveals are stopped.
   */
  PANVEIL_STOPPED = 514,
  /**
   * no role of the identity may reveal.
   */
  PANVEIL_ROLE_DENIED = 515,
  /**
   * the session has ended; start a new one.
   */
  PANVEIL_SESSION_ENDED = 516,
  /**
   * the purpose of the request is missing.
   */
  PANVEIL_PURPOSE_MISSING = 517,
  /**
   * this card cannot be revealed.
   */
  PANVEIL_CANARY = 518,
  /**
   * the role may not reveal for this tenant.
   */
  PANVEIL_TENANT_DENIED = 519,
  /**
   * the role may not do this operation.
   */
  PANVEIL_OPERATION_DENIED = 520,
  /**
   * the audit log cannot be written, so nothing is revealed.
   */
  PANVEIL_AUDIT_UNAVAILABLE = 601,
  /**
   * the audit log is damaged or was edited.
   */
  PANVEIL_AUDIT_DAMAGED = 602,
  /**
   * another process writes this audit stream.
   */
  PANVEIL_AUDIT_LOCKED = 603,
  /**
   * the audit stream is not in the vault's list of streams.
   */
  PANVEIL_STREAM_UNKNOWN = 604,
  /**
   * the audit log did not become durable in time, so nothing is revealed.
   */
  PANVEIL_AUDIT_TIMEOUT = 605,
  /**
   * the audit file was removed, replaced or cut while in use.
   */
  PANVEIL_AUDIT_REPLACED = 606,
  /**
   * a required audit sink failed, so nothing is revealed; mend it and open the log again.
   */
  PANVEIL_SINK_FAILED = 607,
  /**
   * a required audit sink did not answer in time, so nothing is revealed.
   */
  PANVEIL_SINK_TIMEOUT = 608,
  /**
   * the state store cannot be reached.
   */
  PANVEIL_STORE_UNAVAILABLE = 701,
  /**
   * the state store is damaged or was edited; restore it from a backup.
   */
  PANVEIL_STORE_DAMAGED = 702,
  /**
   * the state store is older than the last audit checkpoint.
   */
  PANVEIL_STORE_ROLLBACK = 703,
  /**
   * the state store has a newer format version; update panveil.
   */
  PANVEIL_STORE_VERSION = 704,
  /**
   * the configuration is not valid.
   */
  PANVEIL_CONFIG_INVALID = 801,
  /**
   * the policy is not valid.
   */
  PANVEIL_POLICY_INVALID = 802,
  /**
   * the configuration differs from its manifest; run config apply.
   */
  PANVEIL_CONFIG_CHANGED = 803,
  /**
   * the manifest is damaged or was edited; restore it from a backup.
   */
  PANVEIL_MANIFEST_DAMAGED = 804,
  /**
   * the configuration is older than the last one used here.
   */
  PANVEIL_CONFIG_ROLLBACK = 805,
  /**
   * the directory holds no vault; run init.
   */
  PANVEIL_NOT_A_VAULT = 806,
  /**
   * the directory holds a vault or other files already.
   */
  PANVEIL_VAULT_EXISTS = 807,
  /**
   * the key set of the identity provider is not valid.
   */
  PANVEIL_JWKS_INVALID = 808,
  /**
   * internal error.
   */
  PANVEIL_INTERNAL = 901,
  /**
   * a file could not be read or written.
   */
  PANVEIL_IO = 902,
  /**
   * no space is left on the device; free some and run again.
   */
  PANVEIL_DISK_FULL = 903,
  /**
   * an argument is out of range.
   */
  PANVEIL_ARGUMENT = 904,
  /**
   * a null pointer was given where a value must stand.
   */
  PANVEIL_NULL_POINTER = 921,
  /**
   * the handle was closed, or never was one of this kind.
   */
  PANVEIL_STALE_HANDLE = 922,
  /**
   * the buffer is too small for the result.
   */
  PANVEIL_BUFFER_TOO_SMALL = 923,
  /**
   * a callback of the host failed.
   */
  PANVEIL_CALLBACK_FAILED = 924,
  /**
   * a callback of the host did not return in time.
   */
  PANVEIL_CALLBACK_TIMEOUT = 925,
  /**
   * too many handles are open; close those that are no longer used.
   */
  PANVEIL_TOO_MANY_HANDLES = 926,
  /**
   * a call on another thread still uses the object; it ends with that call.
   */
  PANVEIL_IN_USE = 927,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum panveil_status panveil_status;
#else
typedef uint32_t panveil_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/**
 * Makes keyed hashes of card numbers, on behalf of one named caller.
 */
typedef struct panveil_fingerprinter panveil_fingerprinter;

/**
 * The only way from a handle to a value: decides, limits and records every reveal.
 */
typedef struct panveil_gate panveil_gate;

/**
 * Takes card data out of texts.
 */
typedef struct panveil_redactor panveil_redactor;

/**
 * Seals values of one field. It cannot open them.
 */
typedef struct panveil_sealer panveil_sealer;

/**
 * A verified identity, bound to the origin it came from.
 */
typedef struct panveil_session panveil_session;

/**
 * Makes tokens of card numbers, on behalf of one named caller. It cannot turn a token back.
 */
typedef struct panveil_tokenizer panveil_tokenizer;

/**
 * An open vault. Handles are not addresses: one that was freed, or never was one, is refused with
 * PANVEIL_STALE_HANDLE.
 */
typedef struct panveil_vault panveil_vault;

/**
 * How a batch ended.
 */
typedef struct panveil_batch_report {
  /**
   * Records whose status is 0.
   */
  size_t done;
  /**
   * Records with another status; all their other bytes are zero.
   */
  size_t refused;
} panveil_batch_report;

/**
 * What a person may see of a card number, or what may be stored in place of it: its length in characters, hidden digits
 * as `*`, zero-terminated.
 */
typedef struct panveil_masked {
  /**
   * The text.
   */
  char text[20];
} panveil_masked;

/**
 * Bytes that the caller lends for the time of a call. `data` is NULL where an optional value is absent.
 */
typedef struct panveil_bytes {
  /**
   * The first byte.
   */
  const uint8_t *data;
  /**
   * How many bytes there are.
   */
  size_t length;
} panveil_bytes;

/**
 * What a wrapped root is bound to. Everything is lent for the time of the callback.
 */
typedef struct panveil_wrap_context {
  /**
   * All that follows, as unambiguous bytes: the associated data of an authenticated cipher.
   */
  struct panveil_bytes associated_data;
  /**
   * The vault.
   */
  struct panveil_bytes vault;
  /**
   * `dev` or `production`.
   */
  struct panveil_bytes environment;
  /**
   * What the root is for.
   */
  struct panveil_bytes purpose;
  /**
   * Whose it is; `*` for the roots, from which each tenant's keys are derived.
   */
  struct panveil_bytes tenant;
  /**
   * The root's id.
   */
  struct panveil_bytes key_id;
  /**
   * What is done with the root.
   */
  struct panveil_bytes algorithm;
  /**
   * The version of the root.
   */
  uint32_t version;
} panveil_wrap_context;

/**
 * Wraps the 32 bytes of `root`: writes up to `capacity` bytes to `wrapped` and their number to `length`.
 */
typedef uint32_t (*panveil_wrap)(void *context,
                                 const uint8_t *root,
                                 const struct panveil_wrap_context *bound_to,
                                 uint8_t *wrapped,
                                 size_t capacity,
                                 size_t *length);

/**
 * Writes the 32 bytes of the root that `wrapped` holds to `root`, if it was wrapped for the same context.
 */
typedef uint32_t (*panveil_unwrap)(void *context,
                                   const uint8_t *wrapped,
                                   size_t length,
                                   const struct panveil_wrap_context *bound_to,
                                   uint8_t *root);

/**
 * Gives a context back to the host.
 */
typedef void (*panveil_release)(void *context);

/**
 * A key-encryption key of the host, in place of a passphrase.
 *
 * It is called on the thread that creates or opens a vault, during that call and never later, some dozen times; there
 * is no deadline, so the callbacks bring their own. They must not throw. They must authenticate the associated data
 * with the key, so that a wrapped root cannot take another one's place. They return PANVEIL_OK,
 * PANVEIL_KEK_UNAVAILABLE, PANVEIL_WRONG_KEK or PANVEIL_KEYRING_DAMAGED; any number that is no status of this library
 * becomes PANVEIL_CALLBACK_FAILED.
 */
typedef struct panveil_kek {
  /**
   * sizeof(panveil_kek).
   */
  uint32_t struct_size;
  /**
   * Given to the callbacks.
   */
  void *context;
  /**
   * The name of the provider, such as `pkcs11`: printable ASCII, not `passphrase`.
   */
  struct panveil_bytes provider;
  /**
   * A public name of the key that commits to it: lower-case hexadecimal.
   */
  struct panveil_bytes id;
  /**
   * Wraps a root of a new vault.
   */
  panveil_wrap wrap;
  /**
   * Unwraps a root.
   */
  panveil_unwrap unwrap;
  /**
   * Called once, when the library no longer needs the key, also when opening fails; may be NULL.
   */
  panveil_release release;
} panveil_kek;

/**
 * How a new vault is to be. Everything is lent for the time of the call, but for the context of the KEK, which is the
 * library's until it calls its `release`.
 */
typedef struct panveil_create_options {
  /**
   * sizeof(panveil_create_options).
   */
  uint32_t struct_size;
  /**
   * PANVEIL_DEV or PANVEIL_PRODUCTION.
   */
  uint32_t environment;
  /**
   * A folder with panveil.toml, policy.toml and trust/ to begin with; the shipped ones if absent.
   */
  struct panveil_bytes configuration;
  /**
   * What will unlock the keyring: this passphrase, of 12 bytes or more for production ...
   */
  struct panveil_bytes passphrase;
  /**
   * ... or this key-encryption key of the host; exactly one of the two.
   */
  const struct panveil_kek *kek;
} panveil_create_options;

/**
 * What is looked for.
 */
typedef struct panveil_find_options {
  /**
   * sizeof(panveil_find_options).
   */
  uint32_t struct_size;
  /**
   * Hits of this confidence and above: PANVEIL_CONFIDENCE_...; 0 is medium.
   */
  uint32_t confidence;
  /**
   * Which writings: PANVEIL_SEARCH_...
   */
  uint32_t search;
  /**
   * How the text is encoded: PANVEIL_CHARSET_...
   */
  uint32_t charset;
} panveil_find_options;

/**
 * One place where card data lies. It holds no digit beyond the last four, so it may be printed and sent. A number that the
 * header does not know is one of a later release.
 */
typedef struct panveil_hit {
  /**
   * Where it begins, in bytes from the start of the text.
   */
  uint64_t offset;
  /**
   * How long it is, in bytes.
   */
  uint64_t length;
  /**
   * What it is: PANVEIL_KIND_...
   */
  uint32_t kind;
  /**
   * How sure that is: PANVEIL_CONFIDENCE_..., the higher the surer.
   */
  uint32_t confidence;
  /**
   * Why: PANVEIL_REASON_...
   */
  uint32_t reason;
  /**
   * How it is written: PANVEIL_WRITING_...
   */
  uint32_t writing;
  /**
   * Whose number it is: PANVEIL_BRAND_...; 0 for security codes and PINs.
   */
  uint32_t brand;
  /**
   * The last four digits, the others as `*`, zero-terminated; empty for security codes and PINs.
   */
  char masked[20];
} panveil_hit;

/**
 * Takes a hit, which is lent for the time of the call. It is called on the thread that calls the library.
 */
typedef void (*panveil_on_hit)(void *context,
                               const struct panveil_hit *hit);

/**
 * A keyed hash of a whole card number. It never goes into a table beside a mask, a truncation or a token.
 */
typedef struct panveil_fingerprint {
  /**
   * HMAC-SHA-256 over the digits.
   */
  uint8_t bytes[32];
  /**
   * The version of the key. Fingerprints of different versions never match.
   */
  uint32_t version;
} panveil_fingerprint;

/**
 * What is asked of the gate. Texts are UTF-8, lent for the time of the call; one with NULL and 0 is absent.
 *
 * A text that is missing, no id, or holds a card number does not make the call fail early: the gate denies the request
 * and records the denial.
 */
typedef struct panveil_reveal_request {
  /**
   * sizeof(panveil_reveal_request).
   */
  uint32_t struct_size;
  /**
   * A token with its format (`handle` of panveil_token), or the text of a sealed record. Never a mask.
   */
  struct panveil_bytes handle;
  /**
   * The record id that a sealed value was sealed for; absent for a token.
   */
  struct panveil_bytes record;
  /**
   * What it is for, as the policy names it.
   */
  struct panveil_bytes purpose;
  /**
   * The ticket or case it belongs to.
   */
  struct panveil_bytes case_reference;
  /**
   * Where it comes from, as the host vouches for it.
   */
  struct panveil_bytes origin;
  /**
   * Another tenant than the vault's own.
   */
  struct panveil_bytes tenant;
  /**
   * Another field than `pan`.
   */
  struct panveil_bytes field;
} panveil_reveal_request;

/**
 * What the policy says to a request. Ask PANVEIL_ALLOWS, which takes a number it does not know for a denial.
 */
typedef struct panveil_decision {
  /**
   * PANVEIL_DENY, PANVEIL_ALLOW, PANVEIL_STEP_UP, PANVEIL_NEED_APPROVAL; later releases add some.
   */
  uint32_t decision;
  /**
   * What reveal would return: PANVEIL_OK only with PANVEIL_ALLOW.
   */
  uint32_t reason;
  /**
   * For PANVEIL_STEP_UP: how many seconds ago the authentication may be.
   */
  uint64_t max_age_s;
  /**
   * Zero; room for later releases.
   */
  uint64_t reserved[2];
} panveil_decision;

/**
 * What may be known of a key by everyone. Moments are milliseconds since 1970-01-01T00:00:00Z.
 */
typedef struct panveil_key {
  /**
   * What it is for, such as `token`, zero-terminated.
   */
  char purpose[24];
  /**
   * A public name that commits to the key: hexadecimal, zero-terminated.
   */
  char id[72];
  /**
   * Counted from 1 within the purpose.
   */
  uint32_t version;
  /**
   * PANVEIL_KEY_PRE_ACTIVATION to PANVEIL_KEY_DESTROYED (NIST SP 800-57).
   */
  uint32_t state;
  /**
   * When it was made.
   */
  int64_t created_ms;
  /**
   * When it was put to use.
   */
  int64_t activated_ms;
  /**
   * It protects nothing from then on.
   */
  int64_t protect_until_ms;
  /**
   * It opens nothing from then on.
   */
  int64_t process_until_ms;
} panveil_key;

/**
 * A locked actor.
 */
typedef struct panveil_lock {
  /**
   * Issuer and subject of the identity, joined by `|`, zero-terminated.
   */
  char actor[256];
  /**
   * PANVEIL_LOCK_BUDGET, PANVEIL_LOCK_CANARY, PANVEIL_LOCK_OPERATOR; later releases add some.
   */
  uint32_t reason;
  /**
   * Since when: milliseconds since 1970-01-01T00:00:00Z.
   */
  int64_t since_ms;
} panveil_lock;

/**
 * What is looked for, and what takes its place. All zeros but the size: masks of the last four digits for what is usual.
 */
typedef struct panveil_redactor_options {
  /**
   * sizeof(panveil_redactor_options).
   */
  uint32_t struct_size;
  /**
   * What takes the place of a card number: PANVEIL_REPLACE_... Security codes, PINs and track data are always hidden.
   */
  uint32_t replacement;
  /**
   * For PANVEIL_REPLACE_FIXED: a text in square brackets, of at most 100 bytes of UTF-8, without digits, stars, other brackets
   * and control characters.
   */
  struct panveil_bytes fixed;
  /**
   * For PANVEIL_REPLACE_TOKEN: who makes the tokens. The redactor ends with its vault, not with the tokenizer.
   */
  const struct panveil_tokenizer *tokenizer;
  /**
   * For PANVEIL_REPLACE_TOKEN: PANVEIL_LAYOUT_...
   */
  uint32_t layout;
  /**
   * Not 0: what is replaced keeps its length and gaps, so that offsets in the text stay right.
   */
  uint32_t keep_length;
  /**
   * As in panveil_find_options.
   */
  uint32_t confidence;
  /**
   * As in panveil_find_options.
   */
  uint32_t search;
  /**
   * As in panveil_find_options.
   */
  uint32_t charset;
  /**
   * Given to `on_hit`.
   */
  void *context;
  /**
   * Called for each hit, on the thread that calls the redactor; may be NULL.
   */
  panveil_on_hit on_hit;
  /**
   * Called once, when the redactor no longer needs the context, also when making it fails; may be NULL.
   */
  panveil_release release;
} panveil_redactor_options;

/**
 * Takes a piece of redacted text, which is lent for the time of the call; returns PANVEIL_OK, or another status if it could
 * not take it.
 */
typedef uint32_t (*panveil_write)(void *context,
                                  const uint8_t *text,
                                  size_t length);

/**
 * What the test issuer is to vouch for.
 */
typedef struct panveil_test_identity {
  /**
   * sizeof(panveil_test_identity).
   */
  uint32_t struct_size;
  /**
   * 1 if the person authenticated with a second factor, else 0.
   */
  uint32_t mfa;
  /**
   * Who.
   */
  struct panveil_bytes subject;
  /**
   * The roles.
   */
  const struct panveil_bytes *roles;
  /**
   * How many roles there are, at most 64.
   */
  size_t role_count;
  /**
   * How many seconds ago the person authenticated.
   */
  int64_t auth_age_s;
} panveil_test_identity;

/**
 * What stands for a card number in the application's tables. All texts are zero-terminated ASCII. It is no card data and
 * may be printed.
 */
typedef struct panveil_token {
  /**
   * The digits. They can begin with zero, so they belong in a text column.
   */
  char digits[20];
  /**
   * How the token was made, such as `f1.6-4`; it stands in a column beside the digits.
   */
  char format[16];
  /**
   * Both, joined by a colon: what reveal takes.
   */
  char handle[36];
} panveil_token;

/**
 * One reading of the clocks.
 */
typedef struct panveil_now {
  /**
   * The wall clock: milliseconds since 1970-01-01T00:00:00Z.
   */
  int64_t wall_ms;
  /**
   * Milliseconds since the machine started; it only moves forward, while the machine sleeps too.
   */
  uint64_t since_boot_ms;
  /**
   * Which start of the machine that is: 16 bytes, the same until the machine starts again.
   */
  uint8_t boot[16];
} panveil_now;

/**
 * A clock of the host, in place of the operating system's.
 *
 * `now` is called from any thread, several at a time, also from the library's own; it must return at once, must not
 * call this library and must not throw. If it fails, the call it was needed for returns PANVEIL_CALLBACK_FAILED and
 * gives nothing out; the library's own threads go by the last good reading.
 */
typedef struct panveil_clock {
  /**
   * sizeof(panveil_clock).
   */
  uint32_t struct_size;
  /**
   * Given to the callbacks.
   */
  void *context;
  /**
   * Writes one reading; returns PANVEIL_OK or another status.
   */
  uint32_t (*now)(void *context,
                  struct panveil_now *now);
  /**
   * Called once, when the vault no longer needs the clock, also when opening fails; may be NULL.
   */
  panveil_release release;
} panveil_clock;

/**
 * Where audit records go besides the local stream: a log server, a queue.
 *
 * The callbacks are called one at a time, on a thread of the library's that only this sink has, and must not throw. A call
 * that is not back at the deadline has failed; the library does not wait for it any longer, and does not call `release`
 * before it is back.
 */
typedef struct panveil_sink {
  /**
   * sizeof(panveil_sink).
   */
  uint32_t struct_size;
  /**
   * PANVEIL_SINK_REQUIRED or PANVEIL_SINK_BEST_EFFORT.
   */
  uint32_t duty;
  /**
   * How many milliseconds a delivery may take; 5,000 if 0.
   */
  uint64_t deadline_ms;
  /**
   * Its name in records of its failure: 1 to 64 letters, digits and `._:/-`.
   */
  struct panveil_bytes name;
  /**
   * Given to the callbacks.
   */
  void *context;
  /**
   * Takes one or more records, each a line of JSON with its newline, in order, and on disk in the local stream already.
   * Returns PANVEIL_OK if it has them; after anything else they come again before those that follow.
   */
  uint32_t (*deliver)(void *context,
                      const uint8_t *records,
                      size_t length);
  /**
   * Told that the local stream has failed, and why (a status), which the stream cannot say itself; may be NULL.
   */
  void (*log_failed)(void *context,
                     uint32_t reason);
  /**
   * Called once, when the vault no longer needs the sink, also when opening fails; may be NULL.
   */
  panveil_release release;
} panveil_sink;

/**
 * How a process opens a vault. Everything is lent for the time of the call, but for the contexts of callbacks, which are
 * the library's until it calls their `release`. Views with NULL and 0, and NULL pointers, are absent.
 */
typedef struct panveil_open_options {
  /**
   * sizeof(panveil_open_options).
   */
  uint32_t struct_size;
  /**
   * PANVEIL_STREAM_ONLY or PANVEIL_STREAM_FIRST_FREE.
   */
  uint32_t stream_choice;
  /**
   * The group of processes this one belongs to: 1 to 255 bytes of printable ASCII.
   */
  struct panveil_bytes application;
  /**
   * The audit stream it writes; the application's name if absent.
   */
  struct panveil_bytes stream;
  /**
   * What unlocks the keyring: this passphrase ...
   */
  struct panveil_bytes passphrase;
  /**
   * ... or this key-encryption key of the host; exactly one of the two.
   */
  const struct panveil_kek *kek;
  /**
   * A clock in place of the operating system's.
   */
  const struct panveil_clock *clock;
  /**
   * Where audit records go besides the stream.
   */
  const struct panveil_sink *const *sinks;
  /**
   * How many sinks there are, at most 16.
   */
  size_t sink_count;
} panveil_open_options;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Returns the version of the ABI that the loaded library has, to be compared with PANVEIL_ABI_VERSION of the header:
 * see PANVEIL_ABI_CHECK.
 */
uint32_t panveil_abi_version(void);

/**
 * Returns the fixed English text of a status, in lower case without a full stop, zero-terminated, never NULL. It is the
 * library's, and stays. It holds no card data and may be logged.
 */
const char *panveil_status_text(uint32_t status);

/**
 * Writes the version of the key that a tokenizer makes tokens under: what stands in the token format, `f1.6-4` for
 * version 1.
 *
 * Returns PANVEIL_OK; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 *
 * # Safety
 * - `version` is NULL or may be written.
 */
panveil_status panveil_tokenizer_version(const struct panveil_tokenizer *tokenizer,
                                         uint32_t *version);

/**
 * Makes the tokens of `count` cards: PANVEIL_PAN_RECORD bytes of `pans` for each, PANVEIL_TOKEN_RECORD bytes of `tokens`.
 * A bad record costs nobody else anything: its own status says why.
 *
 * Returns PANVEIL_OK if every record has its status, also if all were refused; PANVEIL_ARGUMENT for more than
 * PANVEIL_BATCH_MAX cards, PANVEIL_LAYOUT_UNKNOWN; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED. Then
 * nothing was written.
 *
 * # Safety
 * - `pans` is NULL or points to `count` readable records.
 * - `tokens` is NULL or has room for `count` records.
 * - `report` is NULL or may be written.
 */
panveil_status panveil_tokenizer_tokenize_all(const struct panveil_tokenizer *tokenizer,
                                              const uint8_t *pans,
                                              size_t count,
                                              uint32_t layout,
                                              uint8_t *tokens,
                                              struct panveil_batch_report *report);

/**
 * Makes the fingerprints of `count` cards, PANVEIL_FINGERPRINT_RECORD bytes each; else as panveil_tokenizer_tokenize_all.
 *
 * Returns PANVEIL_OK, PANVEIL_ARGUMENT; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 *
 * # Safety
 * - `pans` is NULL or points to `count` readable records.
 * - `fingerprints` is NULL or has room for `count` records.
 * - `report` is NULL or may be written.
 */
panveil_status panveil_fingerprinter_fingerprint_all(const struct panveil_fingerprinter *fingerprinter,
                                                     const uint8_t *pans,
                                                     size_t count,
                                                     uint8_t *fingerprints,
                                                     struct panveil_batch_report *report);

/**
 * Seals `count` card numbers, PANVEIL_SEALED_RECORD bytes each; else as panveil_tokenizer_tokenize_all. `records` holds
 * the record ids, packed: for each card one byte of length, then that many bytes.
 *
 * Returns PANVEIL_OK; PANVEIL_ARGUMENT if `records` does not hold exactly `count` ids or the sealer's field is not `pan`;
 * PANVEIL_KEY_PERIOD; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED, PANVEIL_CALLBACK_FAILED.
 *
 * # Safety
 * - `pans` is NULL or points to `count` readable records.
 * - `records` is NULL or points to `records_length` readable bytes.
 * - `sealed` is NULL or has room for `count` records.
 * - `report` is NULL or may be written.
 */
panveil_status panveil_sealer_seal_all(const struct panveil_sealer *sealer,
                                       const uint8_t *pans,
                                       size_t count,
                                       const uint8_t *records,
                                       size_t records_length,
                                       uint8_t *sealed,
                                       struct panveil_batch_report *report);

/**
 * Masks `count` card numbers, PANVEIL_MASK_RECORD bytes each; `bin` and `last` as in panveil_mask, else as
 * panveil_tokenizer_tokenize_all.
 *
 * Returns PANVEIL_OK, PANVEIL_ARGUMENT, PANVEIL_MASK_REFUSED; PANVEIL_NULL_POINTER.
 *
 * # Safety
 * - `pans` is NULL or points to `count` readable records.
 * - `masks` is NULL or has room for `count` records.
 * - `report` is NULL or may be written.
 */
panveil_status panveil_mask_all(const uint8_t *pans,
                                size_t count,
                                uint32_t bin,
                                uint32_t last,
                                uint8_t *masks,
                                struct panveil_batch_report *report);

/**
 * Says whether the bytes are a card number by the rules (PANVEIL_PAN_... joined by `|`, or 0).
 *
 * Returns PANVEIL_OK, PANVEIL_PAN_LENGTH, PANVEIL_PAN_DIGIT, PANVEIL_PAN_LUHN, PANVEIL_PAN_SEPARATOR;
 * PANVEIL_NULL_POINTER; PANVEIL_ARGUMENT for an unknown rule.
 *
 * # Safety
 * - `pan` is NULL or points to `length` readable bytes.
 */
panveil_status panveil_pan_check(const uint8_t *pan,
                                 size_t length,
                                 uint32_t rules);

/**
 * Masks a card number for people to see: `bin` digits (0, 6 or 8) at its start and `last` (0 to 4) at its end stay. The
 * mask of everyone is 0 and 4; more needs a role that may see it. A mask is always safe to print.
 *
 * Returns PANVEIL_OK, the statuses of panveil_pan_check, PANVEIL_MASK_REFUSED if that would show more than may be shown.
 *
 * # Safety
 * - `pan` is NULL or points to `length` readable bytes.
 * - `masked` is NULL or may be written.
 */
panveil_status panveil_mask(const uint8_t *pan,
                            size_t length,
                            uint32_t rules,
                            uint32_t bin,
                            uint32_t last,
                            struct panveil_masked *masked);

/**
 * Truncates a card number for storing in place of it (PCI DSS 3.5.1, FAQ 1091): `bin` digits (0, 6 or 8) at its start and
 * `last` (0 to 4) at its end stay. Store one form only, and never beside a fingerprint.
 *
 * Returns PANVEIL_OK, the statuses of panveil_pan_check, PANVEIL_MASK_REFUSED or PANVEIL_TRUNCATION_REFUSED if that is no
 * permitted truncation for this number.
 *
 * # Safety
 * - `pan` is NULL or points to `length` readable bytes.
 * - `truncated` is NULL or may be written.
 */
panveil_status panveil_truncate(const uint8_t *pan,
                                size_t length,
                                uint32_t rules,
                                uint32_t bin,
                                uint32_t last,
                                struct panveil_masked *truncated);

/**
 * Makes a vault in a directory, which must not exist or be empty: whole or not at all. `problem` is as in
 * panveil_vault_open.
 *
 * Returns PANVEIL_OK, PANVEIL_VAULT_EXISTS, PANVEIL_KEK_TOO_WEAK for a short passphrase of a production vault;
 * PANVEIL_CONFIG_INVALID, PANVEIL_POLICY_INVALID, PANVEIL_JWKS_INVALID for the given configuration; PANVEIL_IO,
 * PANVEIL_DISK_FULL, PANVEIL_RANDOM; PANVEIL_ARGUMENT if not exactly one of passphrase and KEK is given or for options of
 * a later release; PANVEIL_NULL_POINTER, PANVEIL_CALLBACK_FAILED.
 *
 * # Safety
 * - `directory` is NULL or points to `directory_length` readable bytes.
 * - `options` is NULL or points to options as their members say.
 * - `problem` is NULL or has room for `problem_capacity` bytes.
 * - `problem_length` is NULL or may be written.
 */
panveil_status panveil_vault_create(const uint8_t *directory,
                                    size_t directory_length,
                                    const struct panveil_create_options *options,
                                    uint8_t *problem,
                                    size_t problem_capacity,
                                    size_t *problem_length);

/**
 * Finds card numbers, track data, and the security codes and PINs beside them. Calls `on_hit`, which may be NULL, for each
 * hit in order, and writes how many there are. Takes no memory beyond a few kilobytes, however long the text is.
 *
 * Returns PANVEIL_OK, also if nothing was found; PANVEIL_NULL_POINTER; PANVEIL_ARGUMENT for an option that is none.
 *
 * # Safety
 * - `options` is NULL or points to as many bytes as its first member says.
 * - `text` is NULL or points to `length` readable bytes.
 * - `on_hit` is NULL or may be called with `context` until this call returns; it does not unwind.
 * - `hits` is NULL or may be written.
 */
panveil_status panveil_find(const struct panveil_find_options *options,
                            const uint8_t *text,
                            size_t length,
                            panveil_on_hit on_hit,
                            void *context,
                            uint64_t *hits);

/**
 * Makes a fingerprinter for a caller, whose uses are counted in the audit log under its name. It belongs to the vault,
 * ends with it at the latest, and is freed with panveil_fingerprinter_free.
 *
 * Returns as panveil_tokenizer_new.
 *
 * # Safety
 * - `caller` is NULL or points to `caller_length` readable bytes.
 * - `fingerprinter` is NULL or may be written.
 */
panveil_status panveil_fingerprinter_new(const struct panveil_vault *vault,
                                         const uint8_t *caller,
                                         size_t caller_length,
                                         struct panveil_fingerprinter **fingerprinter);

/**
 * Frees a fingerprinter; NULL does nothing.
 *
 * Returns PANVEIL_OK, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 */
panveil_status panveil_fingerprinter_free(struct panveil_fingerprinter *fingerprinter);

/**
 * Makes the fingerprint of a card number.
 *
 * Returns PANVEIL_OK, the statuses of panveil_pan_check; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 *
 * # Safety
 * - `pan` is NULL or points to `pan_length` readable bytes.
 * - `fingerprint` is NULL or may be written.
 */
panveil_status panveil_fingerprinter_fingerprint(const struct panveil_fingerprinter *fingerprinter,
                                                 const uint8_t *pan,
                                                 size_t pan_length,
                                                 uint32_t rules,
                                                 struct panveil_fingerprint *fingerprint);

/**
 * Makes the vault's gate. It belongs to the vault, ends with it at the latest, and is freed with panveil_gate_free.
 *
 * Returns PANVEIL_OK; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED, PANVEIL_TOO_MANY_HANDLES.
 *
 * # Safety
 * - `gate` is NULL or may be written.
 */
panveil_status panveil_gate_new(const struct panveil_vault *vault,
                                struct panveil_gate **gate);

/**
 * Frees a gate; NULL does nothing. Its sessions stay until they are freed, and serve another gate of the same vault.
 *
 * Returns PANVEIL_OK, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 */
panveil_status panveil_gate_free(struct panveil_gate *gate);

/**
 * Writes what the policy says to a request. Nothing is revealed, counted or recorded; budgets, locks and the handle itself
 * are looked at only by panveil_gate_reveal.
 *
 * Returns PANVEIL_OK if there is a decision, which is seldom to allow; PANVEIL_ID_FORMAT or PANVEIL_HOLDS_PAN if tenant
 * or field is no id, PANVEIL_IDENTITY_REFUSED for a session of another vault; PANVEIL_ARGUMENT for options of a later
 * release; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED, PANVEIL_CALLBACK_FAILED.
 *
 * # Safety
 * - `asked` is NULL or points to a request as its members say.
 * - `decision` is NULL or may be written.
 */
panveil_status panveil_gate_decide(const struct panveil_gate *gate,
                                   const struct panveil_session *session,
                                   const struct panveil_reveal_request *asked,
                                   struct panveil_decision *decision);

/**
 * Writes what the policy says to a request as English text for operators: the decision, and for each rule the first
 * condition that fails. It holds names from the policy only.
 *
 * Returns as panveil_gate_decide; PANVEIL_BUFFER_TOO_SMALL with the length that is needed in `text_length`.
 *
 * # Safety
 * - `asked` is NULL or points to a request as its members say.
 * - `text` is NULL or has room for `capacity` bytes.
 * - `text_length` is NULL or may be written.
 */
panveil_status panveil_gate_explain(const struct panveil_gate *gate,
                                    const struct panveil_session *session,
                                    const struct panveil_reveal_request *asked,
                                    uint8_t *text,
                                    size_t capacity,
                                    size_t *text_length);

/**
 * Lists all keys with their states: writes at most `capacity` of them, and their number to `count`.
 *
 * Returns PANVEIL_OK; PANVEIL_BUFFER_TOO_SMALL with the number that is needed in `count`; PANVEIL_NULL_POINTER,
 * PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 *
 * # Safety
 * - `keys` is NULL or has room for `capacity` keys.
 * - `count` is NULL or may be written.
 */
panveil_status panveil_vault_keys(const struct panveil_vault *vault,
                                  struct panveil_key *keys,
                                  size_t capacity,
                                  size_t *count);

/**
 * Lists the actors that are locked: writes at most `capacity` of them, and their number to `count`.
 *
 * Returns PANVEIL_OK; PANVEIL_BUFFER_TOO_SMALL with the number that is needed in `count`; PANVEIL_NULL_POINTER,
 * PANVEIL_STALE_HANDLE, PANVEIL_FORKED; 7xx statuses if the store cannot be read or was edited.
 *
 * # Safety
 * - `locks` is NULL or has room for `capacity` locks.
 * - `count` is NULL or may be written.
 */
panveil_status panveil_vault_locks(const struct panveil_vault *vault,
                                   struct panveil_lock *locks,
                                   size_t capacity,
                                   size_t *count);

/**
 * Writes 1 if the audit log has failed, so that nothing is revealed until panveil_vault_log_reopen succeeds, else 0.
 *
 * Returns PANVEIL_OK; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 *
 * # Safety
 * - `failed` is NULL or may be written.
 */
panveil_status panveil_vault_log_failed(const struct panveil_vault *vault,
                                        uint32_t *failed);

/**
 * Opens a failed audit log again, as a new process would.
 *
 * Returns PANVEIL_OK; 6xx statuses if it still cannot be written, and it stays failed then; PANVEIL_NULL_POINTER,
 * PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 */
panveil_status panveil_vault_log_reopen(const struct panveil_vault *vault);

/**
 * Makes a redactor. It belongs to the vault of its tokenizer, if it has one, and is freed with panveil_redactor_free.
 *
 * Returns PANVEIL_OK; PANVEIL_ARGUMENT for an option that is none, or a fixed text that could make a number or a line with
 * what stands beside it; PANVEIL_LAYOUT_UNKNOWN; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED,
 * PANVEIL_TOO_MANY_HANDLES.
 *
 * # Safety
 * - `options` is NULL or points to as many bytes as its first member says; what these point to may be read, and `on_hit`
 *   may be called until `release` is, from any thread that calls the redactor; they do not unwind.
 * - `redactor` is NULL or may be written.
 */
panveil_status panveil_redactor_new(const struct panveil_redactor_options *options,
                                    struct panveil_redactor **redactor);

/**
 * Frees a redactor; NULL does nothing. What was pushed and not finished is wiped.
 *
 * Returns PANVEIL_OK, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 */
panveil_status panveil_redactor_free(struct panveil_redactor *redactor);

/**
 * Redacts a whole text, such as a line of a log. May be called from many threads, and beside a stream.
 *
 * Returns PANVEIL_OK; PANVEIL_BUFFER_TOO_SMALL with the length that is needed, and then `on_hit` was not called;
 * PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED; PANVEIL_ARGUMENT for a length that no text has.
 *
 * # Safety
 * - `text` is NULL or points to `length` readable bytes.
 * - `redacted` is NULL or has room for `capacity` bytes; it may be the text's own place.
 * - `redacted_length` is NULL or may be written.
 */
panveil_status panveil_redactor_redact(const struct panveil_redactor *redactor,
                                       const uint8_t *text,
                                       size_t length,
                                       uint8_t *redacted,
                                       size_t capacity,
                                       size_t *redacted_length);

/**
 * Pushes the next piece of a text: `write` gets what is certain by now, redacted, in pieces of any length. Where pieces begin
 * and end makes no difference; up to 2 KiB are held back until the next piece or panveil_redactor_finish.
 *
 * After a failure the stream is broken, because a part of the text may be lost: from then on PANVEIL_CALLBACK_FAILED, until
 * the redactor is freed. Nothing that was not redacted has come out.
 *
 * Returns PANVEIL_OK; the status of `write` if that is one of this library, else PANVEIL_CALLBACK_FAILED; PANVEIL_IN_USE
 * from within `write` or `on_hit`, or while another thread pushes; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE,
 * PANVEIL_FORKED; PANVEIL_ARGUMENT for a length that no text has.
 *
 * # Safety
 * - `text` is NULL or points to `length` readable bytes.
 * - `write` is NULL or may be called with `context` until this call returns; it does not unwind.
 */
panveil_status panveil_redactor_push(const struct panveil_redactor *redactor,
                                     const uint8_t *text,
                                     size_t length,
                                     panveil_write write,
                                     void *context);

/**
 * Ends the text: `write` gets what was held back. The next piece begins another text.
 *
 * Returns as panveil_redactor_push.
 *
 * # Safety
 * - `write` is NULL or may be called with `context` until this call returns; it does not unwind.
 */
panveil_status panveil_redactor_finish(const struct panveil_redactor *redactor,
                                       panveil_write write,
                                       void *context);

/**
 * Reveals one value into the caller's buffer, which the caller wipes with panveil_revealed_wipe as soon as it can.
 *
 * The gate decides, counts and records the intent durably before anything is opened. Every call leaves at least one
 * record, a denial or an intent; but for those refused before the gate: PANVEIL_BUFFER_TOO_SMALL, PANVEIL_NULL_POINTER,
 * PANVEIL_STALE_HANDLE, PANVEIL_ARGUMENT, PANVEIL_FORKED.
 *
 * `capacity` must have room for the longest value that can be behind the handle, which is found out before anything is
 * opened: PANVEIL_PAN_CAPACITY suffices for card numbers, the length of the sealed record for anything else.
 *
 * Returns PANVEIL_OK; a 5xx status if the request is denied; a 2xx or 3xx status if the handle opens nothing; a 4xx status
 * if the key may not be used; a 6xx status if the audit log and a 7xx status if the store cannot be written, and nothing is
 * given out then; PANVEIL_BUFFER_TOO_SMALL with the capacity that is needed in `value_length`; PANVEIL_CALLBACK_FAILED if
 * the host's clock failed.
 *
 * # Safety
 * - `asked` is NULL or points to a request as its members say.
 * - `value` is NULL or has room for `capacity` bytes.
 * - `value_length` is NULL or may be written.
 */
panveil_status panveil_gate_reveal(const struct panveil_gate *gate,
                                   const struct panveil_session *session,
                                   const struct panveil_reveal_request *asked,
                                   uint8_t *value,
                                   size_t capacity,
                                   size_t *value_length);

/**
 * Wipes what panveil_gate_reveal wrote: overwrites `length` bytes with zeros, in a way that no compiler leaves out.
 *
 * Returns PANVEIL_OK; PANVEIL_NULL_POINTER; PANVEIL_ARGUMENT for more than 65,536 bytes, which no value has.
 *
 * # Safety
 * - `value` is NULL or points to `length` bytes that may be written.
 */
panveil_status panveil_revealed_wipe(uint8_t *value,
                                     size_t length);

/**
 * Makes a sealer for one field of the vault's tenant. `caller` is counted in the audit log; the field `pan` is the card
 * number, any other a value of the application's. It belongs to the vault, ends with it at the latest, and is freed with
 * panveil_sealer_free.
 *
 * Returns PANVEIL_OK, PANVEIL_ID_FORMAT, PANVEIL_SAD_REFUSED for a field name that denotes a security code, track data or
 * a PIN; PANVEIL_KEY_STATE or PANVEIL_KEY_PERIOD if no seal key may protect; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE,
 * PANVEIL_FORKED, PANVEIL_TOO_MANY_HANDLES; 7xx statuses of the store.
 *
 * # Safety
 * - `caller` is NULL or points to `caller_length` readable bytes.
 * - `field` is NULL or points to `field_length` readable bytes.
 * - `sealer` is NULL or may be written.
 */
panveil_status panveil_sealer_new(const struct panveil_vault *vault,
                                  const uint8_t *caller,
                                  size_t caller_length,
                                  const uint8_t *field,
                                  size_t field_length,
                                  struct panveil_sealer **sealer);

/**
 * Frees a sealer; NULL does nothing. Message numbers that it leased and did not use go back to the store.
 *
 * Returns PANVEIL_OK, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 */
panveil_status panveil_sealer_free(struct panveil_sealer *sealer);

/**
 * Seals a card number for a record id (1 to 255 bytes of printable ASCII): writes PANVEIL_SEALED_PAN_LENGTH bytes.
 *
 * Returns PANVEIL_OK, the statuses of panveil_pan_check, PANVEIL_ARGUMENT if the sealer's field is not `pan`,
 * PANVEIL_ID_FORMAT, PANVEIL_HOLDS_PAN if the record id holds a card number, PANVEIL_SEAL_LIMIT, PANVEIL_KEY_PERIOD,
 * PANVEIL_RANDOM; PANVEIL_BUFFER_TOO_SMALL with the length that is needed in `sealed_length`; PANVEIL_NULL_POINTER,
 * PANVEIL_STALE_HANDLE, PANVEIL_FORKED; 7xx statuses of the store.
 *
 * # Safety
 * - `pan` is NULL or points to `pan_length` readable bytes.
 * - `record` is NULL or points to `record_length` readable bytes.
 * - `sealed` is NULL or has room for `capacity` bytes.
 * - `sealed_length` is NULL or may be written.
 */
panveil_status panveil_sealer_seal_pan(const struct panveil_sealer *sealer,
                                       const uint8_t *pan,
                                       size_t pan_length,
                                       uint32_t rules,
                                       const uint8_t *record,
                                       size_t record_length,
                                       uint8_t *sealed,
                                       size_t capacity,
                                       size_t *sealed_length);

/**
 * Seals any other value, 1 to 65,536 bytes, for a record id: writes PANVEIL_SEALED_OVERHEAD bytes more than it has.
 *
 * Returns as panveil_sealer_seal_pan, PANVEIL_ARGUMENT if the sealer's field is `pan`, PANVEIL_VALUE_LENGTH, and
 * PANVEIL_SAD_REFUSED for a value that is track data.
 *
 * # Safety
 * - `value` is NULL or points to `value_length` readable bytes.
 * - `record` is NULL or points to `record_length` readable bytes.
 * - `sealed` is NULL or has room for `capacity` bytes.
 * - `sealed_length` is NULL or may be written.
 */
panveil_status panveil_sealer_seal(const struct panveil_sealer *sealer,
                                   const uint8_t *value,
                                   size_t value_length,
                                   const uint8_t *record,
                                   size_t record_length,
                                   uint8_t *sealed,
                                   size_t capacity,
                                   size_t *sealed_length);

/**
 * Writes the text form of a sealed record, base64url without padding: what stands in a text column, and what reveal takes.
 *
 * Returns PANVEIL_OK, PANVEIL_NOT_SEALED, PANVEIL_SEALED_VERSION or PANVEIL_SEALED_SUITE for records of later releases;
 * PANVEIL_BUFFER_TOO_SMALL with the length that is needed in `text_length`; PANVEIL_NULL_POINTER.
 *
 * # Safety
 * - `sealed` is NULL or points to `sealed_length` readable bytes.
 * - `text` is NULL or has room for `capacity` bytes.
 * - `text_length` is NULL or may be written.
 */
panveil_status panveil_sealed_text(const uint8_t *sealed,
                                   size_t sealed_length,
                                   uint8_t *text,
                                   size_t capacity,
                                   size_t *text_length);

/**
 * Verifies an identity token (a signed JWT of an identity provider that the vault trusts) and binds it to the origin it
 * came from, which the host vouches for: an address or a host name. A refusal is recorded. The session belongs to the
 * vault, ends with it at the latest, and is freed with panveil_session_free.
 *
 * Returns PANVEIL_OK, PANVEIL_IDENTITY_REFUSED, PANVEIL_IDENTITY_EXPIRED, PANVEIL_SHARED_IDENTITY, PANVEIL_HOLDS_PAN,
 * PANVEIL_ORIGIN_MISSING; 6xx statuses if the refusal cannot be recorded; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE,
 * PANVEIL_FORKED, PANVEIL_TOO_MANY_HANDLES, PANVEIL_CALLBACK_FAILED if the host's clock failed.
 *
 * # Safety
 * - `identity` is NULL or points to `identity_length` readable bytes.
 * - `origin` is NULL or points to `origin_length` readable bytes.
 * - `session` is NULL or may be written.
 */
panveil_status panveil_gate_session(const struct panveil_gate *gate,
                                    const uint8_t *identity,
                                    size_t identity_length,
                                    const uint8_t *origin,
                                    size_t origin_length,
                                    struct panveil_session **session);

/**
 * Frees a session; NULL does nothing.
 *
 * Returns PANVEIL_OK, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 */
panveil_status panveil_session_free(struct panveil_session *session);

/**
 * Writes who it is: issuer and subject of the identity, joined by `|`, at most 255 bytes.
 *
 * Returns PANVEIL_OK; PANVEIL_BUFFER_TOO_SMALL with the length that is needed in `actor_length`; PANVEIL_NULL_POINTER,
 * PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 *
 * # Safety
 * - `actor` is NULL or has room for `capacity` bytes.
 * - `actor_length` is NULL or may be written.
 */
panveil_status panveil_session_actor(const struct panveil_session *session,
                                     uint8_t *actor,
                                     size_t capacity,
                                     size_t *actor_length);

/**
 * Writes when the session ends at the latest: milliseconds since 1970-01-01T00:00:00Z.
 *
 * Returns PANVEIL_OK; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 *
 * # Safety
 * - `ends_ms` is NULL or may be written.
 */
panveil_status panveil_session_ends(const struct panveil_session *session,
                                    int64_t *ends_ms);

/**
 * Writes an identity token of the test issuer that is built into dev vaults. It lives ten minutes.
 *
 * Returns PANVEIL_OK; PANVEIL_ENVIRONMENT_MISMATCH in a production vault; PANVEIL_ARGUMENT for a text that is not UTF-8
 * or too long; PANVEIL_BUFFER_TOO_SMALL with the length that is needed in `token_length`; PANVEIL_NULL_POINTER,
 * PANVEIL_STALE_HANDLE, PANVEIL_FORKED, PANVEIL_CALLBACK_FAILED.
 *
 * # Safety
 * - `identity` is NULL or points to an identity as its members say.
 * - `token` is NULL or has room for `capacity` bytes.
 * - `token_length` is NULL or may be written.
 */
panveil_status panveil_vault_test_identity(const struct panveil_vault *vault,
                                           const struct panveil_test_identity *identity,
                                           uint8_t *token,
                                           size_t capacity,
                                           size_t *token_length);

/**
 * Makes a tokenizer for a caller, whose uses are counted in the audit log under its name: 1 to 255 bytes of printable
 * ASCII. It belongs to the vault, ends with it at the latest, and is freed with panveil_tokenizer_free.
 *
 * Returns PANVEIL_OK, PANVEIL_ID_FORMAT, PANVEIL_KEY_STATE or PANVEIL_KEY_PERIOD if no token key may protect;
 * PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED, PANVEIL_TOO_MANY_HANDLES.
 *
 * # Safety
 * - `caller` is NULL or points to `caller_length` readable bytes.
 * - `tokenizer` is NULL or may be written.
 */
panveil_status panveil_tokenizer_new(const struct panveil_vault *vault,
                                     const uint8_t *caller,
                                     size_t caller_length,
                                     struct panveil_tokenizer **tokenizer);

/**
 * Frees a tokenizer; NULL does nothing.
 *
 * Returns PANVEIL_OK, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 */
panveil_status panveil_tokenizer_free(struct panveil_tokenizer *tokenizer);

/**
 * Makes the token of a card number. The same number and layout give the same token.
 *
 * Returns PANVEIL_OK, the statuses of panveil_pan_check, PANVEIL_LAYOUT_REFUSED if the layout is not for this length,
 * PANVEIL_LAYOUT_UNKNOWN; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 *
 * # Safety
 * - `pan` is NULL or points to `pan_length` readable bytes.
 * - `token` is NULL or may be written.
 */
panveil_status panveil_tokenizer_tokenize(const struct panveil_tokenizer *tokenizer,
                                          const uint8_t *pan,
                                          size_t pan_length,
                                          uint32_t rules,
                                          uint32_t layout,
                                          struct panveil_token *token);

/**
 * Makes the tokens of a card number under every version of the key, the current one first, then from new to old: to
 * find a card in tables that were written under older keys. Writes at most `capacity` tokens, and their number to
 * `count`.
 *
 * Returns as panveil_tokenizer_tokenize; PANVEIL_BUFFER_TOO_SMALL with the number that is needed in `count`.
 *
 * # Safety
 * - `pan` is NULL or points to `pan_length` readable bytes.
 * - `tokens` is NULL or has room for `capacity` tokens.
 * - `count` is NULL or may be written.
 */
panveil_status panveil_tokenizer_tokenize_all_versions(const struct panveil_tokenizer *tokenizer,
                                                       const uint8_t *pan,
                                                       size_t pan_length,
                                                       uint32_t rules,
                                                       uint32_t layout,
                                                       struct panveil_token *tokens,
                                                       size_t capacity,
                                                       size_t *count);

/**
 * Opens the vault in a directory and writes its handle, which panveil_vault_close frees. It may be used from many threads.
 *
 * Everything is checked before: the keyring, the manifest with every file it names, that nothing is older than the last
 * checkpoint, the store, and the end of the audit stream. If it fails, an English text that names the file, and the line
 * where there is one, is written to `problem`, as much of it as has room, and its length to `problem_length`: the only
 * output that is written on failure. It holds no card data. `problem` may be NULL with a capacity of 0.
 *
 * Returns PANVEIL_OK, PANVEIL_NOT_A_VAULT, PANVEIL_WRONG_KEK, PANVEIL_AUDIT_LOCKED if another process writes the stream;
 * 4xx, 6xx, 7xx and 8xx statuses of damage, rollback and mismatch; PANVEIL_ID_FORMAT, PANVEIL_ARGUMENT if not exactly one
 * of passphrase and KEK is given or for options of a later release; PANVEIL_NULL_POINTER, PANVEIL_CALLBACK_FAILED. A child
 * after fork() may open a vault, with a stream of its own.
 *
 * # Safety
 * - `directory` is NULL or points to `directory_length` readable bytes.
 * - `options` is NULL or points to options as their members say.
 * - `vault` is NULL or may be written.
 * - `problem` is NULL or has room for `problem_capacity` bytes.
 * - `problem_length` is NULL or may be written.
 */
panveil_status panveil_vault_open(const uint8_t *directory,
                                  size_t directory_length,
                                  const struct panveil_open_options *options,
                                  struct panveil_vault **vault,
                                  uint8_t *problem,
                                  size_t problem_capacity,
                                  size_t *problem_length);

/**
 * Closes a vault: what was made from it ends, the last counts are recorded, a checkpoint is signed, and the stream is
 * free. Its handle, and those of all that was made from it, are refused from then on, whatever this returns. NULL does
 * nothing.
 *
 * Returns PANVEIL_OK; PANVEIL_IN_USE if calls on other threads still use it, and it closes when the last of them returns;
 * 6xx statuses if the end of the log could not be written; PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 */
panveil_status panveil_vault_close(struct panveil_vault *vault);

/**
 * Writes PANVEIL_DEV or PANVEIL_PRODUCTION.
 *
 * Returns PANVEIL_OK; PANVEIL_NULL_POINTER, PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 *
 * # Safety
 * - `environment` is NULL or may be written.
 */
panveil_status panveil_vault_environment(const struct panveil_vault *vault,
                                         uint32_t *environment);

/**
 * Writes what a person should know about the opening, one line each; nothing for most: in a dev vault, the changes of its
 * configuration that were applied.
 *
 * Returns PANVEIL_OK; PANVEIL_BUFFER_TOO_SMALL with the length that is needed in `text_length`; PANVEIL_NULL_POINTER,
 * PANVEIL_STALE_HANDLE, PANVEIL_FORKED.
 *
 * # Safety
 * - `text` is NULL or has room for `capacity` bytes.
 * - `text_length` is NULL or may be written.
 */
panveil_status panveil_vault_warnings(const struct panveil_vault *vault,
                                      uint8_t *text,
                                      size_t capacity,
                                      size_t *text_length);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* PANVEIL_H */

#ifdef __cplusplus
#define PANVEIL_SIZE(type_, size_) static_assert(sizeof(type_) == size_, "size of " #type_)
#else
#define PANVEIL_SIZE(type_, size_) _Static_assert(sizeof(type_) == size_, "size of " #type_)
#endif
PANVEIL_SIZE(panveil_bytes, 16);
PANVEIL_SIZE(panveil_batch_report, 16);
PANVEIL_SIZE(panveil_masked, 20);
PANVEIL_SIZE(panveil_now, 32);
PANVEIL_SIZE(panveil_clock, 32);
PANVEIL_SIZE(panveil_create_options, 48);
PANVEIL_SIZE(panveil_find_options, 16);
PANVEIL_SIZE(panveil_fingerprint, 36);
PANVEIL_SIZE(panveil_decision, 32);
PANVEIL_SIZE(panveil_hit, 56);
PANVEIL_SIZE(panveil_wrap_context, 120);
PANVEIL_SIZE(panveil_kek, 72);
PANVEIL_SIZE(panveil_key, 136);
PANVEIL_SIZE(panveil_lock, 272);
PANVEIL_SIZE(panveil_redactor_options, 80);
PANVEIL_SIZE(panveil_reveal_request, 120);
PANVEIL_SIZE(panveil_sink, 64);
PANVEIL_SIZE(panveil_test_identity, 48);
PANVEIL_SIZE(panveil_token, 72);
PANVEIL_SIZE(panveil_open_options, 88);
#undef PANVEIL_SIZE
