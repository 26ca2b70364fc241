package io.panveil;

import java.util.Objects;

/**
 * A request to reveal one value. What must be there is asked for by types, in this order: handle, purpose, case reference,
 * origin.
 *
 * <pre>{@code
 * RevealRequest request = RevealRequest.handle("f1.6-4:4111110394821111")
 *         .purpose("chargeback").caseReference("CB-1042").origin("10.0.0.5").build();
 * }</pre>
 *
 * <p>A text that is no id, or holds a card number, is no error here: the gate denies the request, and records the denial.
 */
public final class RevealRequest {
    private final Builder parts;

    private RevealRequest(Builder parts) {
        this.parts = new Builder(parts);
    }

    /**
     * Begins a request.
     *
     * @param handle a token with its format ({@link Token#handle}), or the text of a sealed record ({@link Sealed#toText}),
     *     which needs its record id too; never a mask
     * @return what asks for the purpose
     */
    public static NeedsPurpose handle(String handle) {
        Builder builder = new Builder(null);
        builder.handle = Objects.requireNonNull(handle, "handle");
        return builder;
    }

    /** Asks for the purpose. */
    public interface NeedsPurpose {
        /**
         * What it is for.
         *
         * @param purpose as the policy names it
         * @return what asks for the case reference
         */
        NeedsCase purpose(String purpose);
    }

    /** Asks for the case reference. */
    public interface NeedsCase {
        /**
         * The ticket or case it belongs to.
         *
         * @param caseReference of the form the policy asks for
         * @return what asks for the origin
         */
        NeedsOrigin caseReference(String caseReference);
    }

    /** Asks for the origin. */
    public interface NeedsOrigin {
        /**
         * Where the request comes from, as the host vouches for it.
         *
         * @param origin an address or a host name
         * @return what takes the rest
         */
        Builder origin(String origin);
    }

    /** Takes what may be left out. */
    public static final class Builder implements NeedsPurpose, NeedsCase, NeedsOrigin {
        private String handle;
        private String purpose;
        private String caseReference;
        private String origin;
        private String record;
        private String tenant;
        private String field;

        private Builder(Builder from) {
            if (from != null) {
                handle = from.handle;
                purpose = from.purpose;
                caseReference = from.caseReference;
                origin = from.origin;
                record = from.record;
                tenant = from.tenant;
                field = from.field;
            }
        }

        @Override
        public NeedsCase purpose(String purpose) {
            this.purpose = Objects.requireNonNull(purpose, "purpose");
            return this;
        }

        @Override
        public NeedsOrigin caseReference(String caseReference) {
            this.caseReference = Objects.requireNonNull(caseReference, "caseReference");
            return this;
        }

        @Override
        public Builder origin(String origin) {
            this.origin = Objects.requireNonNull(origin, "origin");
            return this;
        }

        /**
         * The record id of a sealed handle; refused for a token.
         *
         * @param record the id it was sealed for
         * @return this builder
         */
        public Builder record(String record) {
            this.record = Objects.requireNonNull(record, "record");
            return this;
        }

        /**
         * Another tenant than the vault's own.
         *
         * @param tenant the tenant
         * @return this builder
         */
        public Builder tenant(String tenant) {
            this.tenant = Objects.requireNonNull(tenant, "tenant");
            return this;
        }

        /**
         * Another field than {@code pan}.
         *
         * @param field the field
         * @return this builder
         */
        public Builder field(String field) {
            this.field = Objects.requireNonNull(field, "field");
            return this;
        }

        /**
         * The request.
         *
         * @return a request, which further calls on this builder do not change
         */
        public RevealRequest build() {
            return new RevealRequest(this);
        }
    }

    /** As {@code reveal.rs} reads it. */
    byte[] toBytes() {
        return new Fields()
                .text(parts.handle, "handle")
                .optional(parts.record)
                .text(parts.purpose, "purpose")
                .text(parts.caseReference, "caseReference")
                .text(parts.origin, "origin")
                .optional(parts.tenant)
                .optional(parts.field)
                .toBytes();
    }

    /**
     * Nothing of the request: somebody may have put a card number into it.
     *
     * @return a constant
     */
    @Override
    public String toString() {
        return "RevealRequest(..)";
    }
}
