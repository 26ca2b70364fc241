/* What the test programs share: checks that name their line, a fresh vault, a wide policy, a revealing session. */
#ifndef CHECK_H
#define CHECK_H

#include <panveil.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition_)                                                                 \
  do {                                                                                    \
    if (!(condition_)) {                                                                  \
      fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition_);            \
      exit(1);                                                                            \
    }                                                                                     \
  } while (0)

#define CHECK_STATUS(call_, wanted_)                                                      \
  do {                                                                                    \
    uint32_t got_ = (call_);                                                              \
    if (got_ != (uint32_t)(wanted_)) {                                                    \
      fprintf(stderr, "%s:%d: %u (%s) in place of %s\n  %s\n", __FILE__, __LINE__, got_,  \
              panveil_status_text(got_), #wanted_, #call_);                               \
      exit(1);                                                                            \
    }                                                                                     \
  } while (0)

#define CHECK_OK(call_) CHECK_STATUS(call_, PANVEIL_OK)

#define PASSPHRASE "a passphrase for tests"

static inline panveil_bytes view(const char *text) {
  panveil_bytes bytes = {(const uint8_t *)text, strlen(text)};
  return bytes;
}

static inline void create_vault(const char *directory) {
  panveil_create_options options = {
      .struct_size = sizeof options, .environment = PANVEIL_DEV, .passphrase = {PANVEIL_TEXT(PASSPHRASE)}};
  char problem[256] = "";
  size_t length = 0;
  uint32_t status = panveil_vault_create((const uint8_t *)directory, strlen(directory), &options,
                                         (uint8_t *)problem, sizeof problem - 1, &length);
  if (status != PANVEIL_OK) fprintf(stderr, "create: %s\n", problem);
  CHECK_OK(status);
}

/* Lets everybody at the desk have names too, without a budget that a test would exhaust. */
static inline void widen_policy(const char *directory) {
  char path[600];
  snprintf(path, sizeof path, "%s/policy.toml", directory);
  FILE *file = fopen(path, "w");
  CHECK(file != NULL);
  fputs("version = 1\n[[rule]]\nname = \"all\"\nkind = \"person\"\nroles = [\"chargeback\"]\n"
        "purposes = [\"chargeback\"]\nfields = [\"pan\", \"name\"]\n"
        "budget = { handles = 1000, calls = 1000000, window = \"10m\" }\n",
        file);
  CHECK(fclose(file) == 0);
}

static inline panveil_open_options open_options(void) {
  panveil_open_options options = {.struct_size = sizeof options,
                                  .application = {PANVEIL_TEXT("c-tests")},
                                  .passphrase = {PANVEIL_TEXT(PASSPHRASE)}};
  return options;
}

static inline uint32_t try_open(const char *directory, const panveil_open_options *options,
                                panveil_vault **vault) {
  char problem[512] = "";
  size_t length = 0;
  return panveil_vault_open((const uint8_t *)directory, strlen(directory), options, vault, (uint8_t *)problem,
                            sizeof problem - 1, &length);
}

static inline panveil_vault *open_vault(const char *directory) {
  panveil_open_options options = open_options();
  panveil_vault *vault = NULL;
  CHECK_OK(try_open(directory, &options, &vault));
  CHECK(vault != NULL);
  return vault;
}

/* A session of a person whom the shipped dev policy lets reveal for chargebacks. */
static inline panveil_session *open_session(const panveil_vault *vault, const panveil_gate *gate) {
  panveil_bytes roles[] = {{PANVEIL_TEXT("chargeback")}};
  panveil_test_identity identity = {.struct_size = sizeof identity,
                                    .mfa = 1,
                                    .subject = {PANVEIL_TEXT("alice")},
                                    .roles = roles,
                                    .role_count = 1};
  uint8_t token[4096];
  size_t length = 0;
  CHECK_OK(panveil_vault_test_identity(vault, &identity, token, sizeof token, &length));
  panveil_session *session = NULL;
  CHECK_OK(panveil_gate_session(gate, token, length, PANVEIL_TEXT("10.0.0.5"), &session));
  return session;
}

static inline panveil_reveal_request request_for(const char *handle, const char *record, const char *field) {
  panveil_reveal_request request = {.struct_size = sizeof request,
                                    .handle = view(handle),
                                    .purpose = {PANVEIL_TEXT("chargeback")},
                                    .case_reference = {PANVEIL_TEXT("CB-1042")},
                                    .origin = {PANVEIL_TEXT("10.0.0.5")}};
  if (record != NULL) request.record = view(record);
  if (field != NULL) request.field = view(field);
  return request;
}

static inline panveil_token tokenize(const panveil_vault *vault, const char *pan) {
  panveil_tokenizer *tokenizer = NULL;
  panveil_token token;
  CHECK_OK(panveil_tokenizer_new(vault, PANVEIL_TEXT("orders"), &tokenizer));
  CHECK_OK(panveil_tokenizer_tokenize(tokenizer, (const uint8_t *)pan, strlen(pan), PANVEIL_PAN_STRICT,
                                      PANVEIL_LAYOUT_AUTO, &token));
  CHECK_OK(panveil_tokenizer_free(tokenizer));
  return token;
}

#endif
