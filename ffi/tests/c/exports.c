/*
 * Every exported function stops a panic inside, says PANVEIL_INTERNAL and prints nothing: exports LIBRARY NAME...
 * LIBRARY is built with the feature `faults`; the names are all symbols that it exports.
 *
 * Each function is called with zeros for all parameters. Without a fault that is a status too, never a crash.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <panveil.h>

/* More parameters than any function has; the calling conventions of the supported machines ignore the rest. */
typedef uint32_t (*any_function)(void *, void *, void *, void *, void *, void *, void *, void *, void *, void *,
                                 void *, void *);

static uint32_t call(any_function function) {
  return function(NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
}

static int fail(const char *name, const char *what, uint32_t status) {
  printf("exports: %s: %s (status %u)\n", name, what, status);
  return 1;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  void *library = dlopen(argv[1], RTLD_NOW);
  if (library == NULL) return fail(argv[1], dlerror(), 0);
  void (*fault_next)(void);
  *(void **)&fault_next = dlsym(library, "panveil_fault_next");
  if (fault_next == NULL) return fail(argv[1], "built without the feature `faults`", 0);

  /* What is printed must be nothing, so it goes where it can be measured. */
  char place[] = "/tmp/panveil-exports-XXXXXX";
  int printed = mkstemp(place);
  if (printed < 0 || unlink(place) != 0 || dup2(printed, STDERR_FILENO) < 0) return 2;

  int checked = 0, bad = 0;
  for (int i = 2; i < argc; i++) {
    const char *name = argv[i];
    if (strncmp(name, "panveil_", 8) != 0) {
      bad |= fail(name, "a symbol that is no function of this library", 0);
      continue;
    }
    /* These return a constant; ffi/tests/boundary.rs looks at their source. */
    if (strcmp(name, "panveil_abi_version") == 0 || strcmp(name, "panveil_status_text") == 0 ||
        strcmp(name, "panveil_fault_next") == 0)
      continue;
    any_function function;
    *(void **)&function = dlsym(library, name);
    if (function == NULL) return fail(name, "cannot be loaded", 0);
    fault_next();
    uint32_t status = call(function);
    if (status != PANVEIL_INTERNAL) bad |= fail(name, "let a panic pass, or never asked its boundary", status);
    status = call(function);
    size_t length = strlen(name);
    int frees = strcmp(name + length - 5, "_free") == 0 || strcmp(name + length - 6, "_close") == 0;
    if (status != (frees ? PANVEIL_OK : PANVEIL_NULL_POINTER)) bad |= fail(name, "has a default answer for NULL", status);
    checked++;
  }
  if (lseek(printed, 0, SEEK_END) != 0) bad |= fail("stderr", "a panic was printed", 0);
  if (checked < 30) bad |= fail(argv[1], "too few functions", (uint32_t)checked);
  if (!bad) printf("exports: %d functions stop a panic and print nothing\n", checked);
  return bad;
}
