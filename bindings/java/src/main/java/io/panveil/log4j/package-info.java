/** Log4j 2 without card numbers. Nothing here is loaded unless Log4j finds it, and nothing else needs Log4j. */
package io.panveil.log4j;
