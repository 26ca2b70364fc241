package io.panveil;

import java.util.logging.Logger;

/** Tells leaks to the application, or to the log if it did not ask for them. */
final class Leaks implements LeakListener {
    static final Logger LOG = Logger.getLogger("io.panveil");

    @Override
    public void leaked(String what) {
        LOG.warning(what + " was not closed; use try-with-resources");
    }
}
