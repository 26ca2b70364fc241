package shop;

import java.util.concurrent.atomic.AtomicInteger;

/** Stands for the line to the acquirer, who asks the card's issuer: a real one gets the same four values. */
final class Acquirer {
    private final AtomicInteger approvals = new AtomicInteger();

    /** An approval code; empty if the card was declined. */
    String authorize(String pan, String expiry, String securityCode, int amount) {
        boolean good = pan.matches("[0-9]{12,19}") && passesLuhn(pan) && expiry.matches("(0[1-9]|1[0-2])/[0-9]{2}")
            && securityCode.matches("[0-9]{3,4}") && amount > 0;
        return good ? String.format("A%06d", approvals.incrementAndGet()) : "";
    }

    static boolean passesLuhn(String digits) {
        int sum = 0;
        for (int at = 0; at < digits.length(); at++) {
            int digit = digits.charAt(digits.length() - 1 - at) - '0';
            int value = at % 2 == 0 ? digit : 2 * digit;
            sum += value > 9 ? value - 9 : value;
        }
        return sum % 10 == 0;
    }
}
