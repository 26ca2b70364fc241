/** Logback without card numbers. Nothing here is loaded unless a configuration names it, and nothing else needs Logback. */
package io.panveil.logback;
