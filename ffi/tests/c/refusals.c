/* What is no handle, no pointer, no length, no option is refused with a status, and writes nothing. */
#include "check.h"

#define PAN "4111111111111111"

static const char *directory;

static void null_is_never_a_default(const panveil_vault *vault) {
  panveil_token token;
  panveil_masked masked;
  size_t length = 7;
  CHECK_STATUS(panveil_pan_check(NULL, 0, 0), PANVEIL_NULL_POINTER);
  CHECK_STATUS(panveil_mask(PANVEIL_TEXT(PAN), 0, 0, 4, NULL), PANVEIL_NULL_POINTER);
  CHECK_STATUS(panveil_mask(NULL, 16, 0, 0, 4, &masked), PANVEIL_NULL_POINTER);
  CHECK_STATUS(panveil_tokenizer_tokenize(NULL, PANVEIL_TEXT(PAN), 0, 0, &token), PANVEIL_NULL_POINTER);
  CHECK_STATUS(panveil_tokenizer_new(vault, NULL, 3, NULL), PANVEIL_NULL_POINTER);
  CHECK_STATUS(panveil_vault_open(NULL, 0, NULL, NULL, NULL, 0, NULL), PANVEIL_NULL_POINTER);
  CHECK_STATUS(panveil_vault_locks(vault, NULL, 1, &length), PANVEIL_NULL_POINTER);
  CHECK_STATUS(panveil_vault_locks(vault, NULL, 0, NULL), PANVEIL_NULL_POINTER);
  CHECK_STATUS(panveil_revealed_wipe(NULL, 0), PANVEIL_NULL_POINTER);
  CHECK(length == 7);
  CHECK_OK(panveil_vault_close(NULL));
  CHECK_OK(panveil_tokenizer_free(NULL));
  CHECK_OK(panveil_session_free(NULL));
}

static void stale_and_forged_handles_are_refused(const panveil_vault *vault) {
  panveil_tokenizer *tokenizer = NULL;
  panveil_gate *gate = NULL;
  panveil_token token;
  memset(&token, 0x55, sizeof token);
  CHECK_OK(panveil_tokenizer_new(vault, PANVEIL_TEXT("orders"), &tokenizer));
  CHECK_OK(panveil_gate_new(vault, &gate));
  panveil_session *session = open_session(vault, gate);

  /* A handle of another kind, neighbours of a true one, addresses of anything. */
  uintptr_t forged[] = {(uintptr_t)vault, (uintptr_t)gate, (uintptr_t)session, (uintptr_t)&token, (uintptr_t)&directory,
                        1, UINTPTR_MAX, (uintptr_t)tokenizer + 1, (uintptr_t)tokenizer - 1};
  for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
    const panveil_tokenizer *other = (const panveil_tokenizer *)forged[i];
    CHECK_STATUS(panveil_tokenizer_tokenize(other, PANVEIL_TEXT(PAN), 0, 0, &token), PANVEIL_STALE_HANDLE);
    CHECK_STATUS(panveil_tokenizer_free((panveil_tokenizer *)forged[i]), PANVEIL_STALE_HANDLE);
  }
  for (unsigned bit = 0; bit < 64; bit++) {
    uintptr_t flipped = (uintptr_t)tokenizer ^ ((uintptr_t)1 << bit);
    CHECK_STATUS(panveil_tokenizer_tokenize((const panveil_tokenizer *)flipped, PANVEIL_TEXT(PAN), 0, 0, &token),
                 PANVEIL_STALE_HANDLE);
  }
  for (size_t i = 0; i < sizeof token; i++) CHECK(((uint8_t *)&token)[i] == 0x55);

  CHECK_OK(panveil_tokenizer_tokenize(tokenizer, PANVEIL_TEXT(PAN), 0, 0, &token));
  CHECK_OK(panveil_tokenizer_free(tokenizer));
  CHECK_STATUS(panveil_tokenizer_free(tokenizer), PANVEIL_STALE_HANDLE);
  CHECK_STATUS(panveil_tokenizer_tokenize(tokenizer, PANVEIL_TEXT(PAN), 0, 0, &token), PANVEIL_STALE_HANDLE);

  /* AC-40: what is closed reveals nothing. */
  uint8_t value[32];
  memset(value, 0x55, sizeof value);
  size_t length = 7;
  panveil_reveal_request request = request_for(token.handle, NULL, NULL);
  CHECK_OK(panveil_session_free(session));
  CHECK_STATUS(panveil_gate_reveal(gate, session, &request, value, sizeof value, &length), PANVEIL_STALE_HANDLE);
  CHECK_OK(panveil_gate_free(gate));
  CHECK_STATUS(panveil_gate_reveal(gate, session, &request, value, sizeof value, &length), PANVEIL_STALE_HANDLE);
  CHECK(length == 7 && value[0] == 0x55 && value[31] == 0x55);
}

static void what_was_made_from_a_vault_ends_with_it(void) {
  panveil_vault *vault = open_vault(directory);
  panveil_tokenizer *tokenizer = NULL;
  panveil_sealer *sealer = NULL;
  panveil_fingerprinter *fingerprinter = NULL;
  panveil_gate *gate = NULL;
  CHECK_OK(panveil_tokenizer_new(vault, PANVEIL_TEXT("orders"), &tokenizer));
  CHECK_OK(panveil_sealer_new(vault, PANVEIL_TEXT("orders"), PANVEIL_TEXT("pan"), &sealer));
  CHECK_OK(panveil_fingerprinter_new(vault, PANVEIL_TEXT("orders"), &fingerprinter));
  CHECK_OK(panveil_gate_new(vault, &gate));
  panveil_session *session = open_session(vault, gate);
  panveil_token token = tokenize(vault, PAN);
  CHECK_OK(panveil_vault_close(vault));

  panveil_fingerprint fingerprint;
  panveil_reveal_request request = request_for(token.handle, NULL, NULL);
  uint8_t bytes[128];
  size_t length;
  CHECK_STATUS(panveil_vault_close(vault), PANVEIL_STALE_HANDLE);
  CHECK_STATUS(panveil_gate_new(vault, &gate), PANVEIL_STALE_HANDLE);
  CHECK_STATUS(panveil_tokenizer_tokenize(tokenizer, PANVEIL_TEXT(PAN), 0, 0, &token), PANVEIL_STALE_HANDLE);
  CHECK_STATUS(panveil_sealer_seal_pan(sealer, PANVEIL_TEXT(PAN), 0, PANVEIL_TEXT("C1"), bytes, 128, &length),
               PANVEIL_STALE_HANDLE);
  CHECK_STATUS(panveil_fingerprinter_fingerprint(fingerprinter, PANVEIL_TEXT(PAN), 0, &fingerprint),
               PANVEIL_STALE_HANDLE);
  CHECK_STATUS(panveil_gate_reveal(gate, session, &request, bytes, 128, &length), PANVEIL_STALE_HANDLE);
  CHECK_STATUS(panveil_session_actor(session, bytes, 128, &length), PANVEIL_STALE_HANDLE);
  CHECK_STATUS(panveil_gate_free(gate), PANVEIL_STALE_HANDLE);
  /* The stream is free again at once. */
  vault = open_vault(directory);
  CHECK_OK(panveil_vault_close(vault));
}

static void buffers_that_are_too_small_say_so_before_anything_happens(const panveil_vault *vault) {
  panveil_sealer *sealer = NULL;
  panveil_gate *gate = NULL;
  uint8_t bytes[256];
  size_t length = 0;
  CHECK_OK(panveil_sealer_new(vault, PANVEIL_TEXT("orders"), PANVEIL_TEXT("pan"), &sealer));
  memset(bytes, 0x55, sizeof bytes);
  CHECK_STATUS(panveil_sealer_seal_pan(sealer, PANVEIL_TEXT(PAN), 0, PANVEIL_TEXT("C1"), bytes, 83, &length),
               PANVEIL_BUFFER_TOO_SMALL);
  CHECK(length == PANVEIL_SEALED_PAN_LENGTH && bytes[0] == 0x55);
  CHECK_OK(panveil_sealer_seal_pan(sealer, PANVEIL_TEXT(PAN), 0, PANVEIL_TEXT("C1"), bytes, 84, &length));
  CHECK(length == 84 && bytes[84] == 0x55);
  uint8_t text[113];
  size_t text_length = 0;
  CHECK_STATUS(panveil_sealed_text(bytes, 84, NULL, 0, &text_length), PANVEIL_BUFFER_TOO_SMALL);
  CHECK(text_length == 112);
  CHECK_OK(panveil_sealed_text(bytes, 84, text, 112, &text_length));
  text[112] = 0;
  CHECK(memcmp(text, "UFYB", 4) == 0);

  CHECK_OK(panveil_gate_new(vault, &gate));
  panveil_session *session = open_session(vault, gate);
  panveil_reveal_request request = request_for((const char *)text, "C1", NULL);
  uint8_t value[PANVEIL_PAN_CAPACITY];
  memset(value, 0x55, sizeof value);
  CHECK_STATUS(panveil_gate_reveal(gate, session, &request, value, 16, &length), PANVEIL_BUFFER_TOO_SMALL);
  CHECK(length == PANVEIL_PAN_CAPACITY && value[0] == 0x55);
  CHECK_OK(panveil_gate_reveal(gate, session, &request, value, sizeof value, &length));
  CHECK(length == 16 && memcmp(value, PAN, 16) == 0 && value[16] == 0x55);
  CHECK_OK(panveil_revealed_wipe(value, sizeof value));
  for (size_t i = 0; i < sizeof value; i++) CHECK(value[i] == 0);

  /* A record of another context opens nothing. */
  request = request_for((const char *)text, "C2", NULL);
  CHECK_STATUS(panveil_gate_reveal(gate, session, &request, value, sizeof value, &length), PANVEIL_NOT_AUTHENTIC);
  CHECK(value[0] == 0);

  panveil_token tokens[1];
  panveil_tokenizer *tokenizer = NULL;
  CHECK_OK(panveil_tokenizer_new(vault, PANVEIL_TEXT("orders"), &tokenizer));
  CHECK_STATUS(panveil_tokenizer_tokenize_all_versions(tokenizer, PANVEIL_TEXT(PAN), 0, 0, tokens, 0, &length),
               PANVEIL_BUFFER_TOO_SMALL);
  CHECK(length == 1);
  panveil_key keys[64];
  size_t count = 0;
  CHECK_STATUS(panveil_vault_keys(vault, keys, 2, &count), PANVEIL_BUFFER_TOO_SMALL);
  CHECK(count == 11);
  CHECK_OK(panveil_vault_keys(vault, keys, 64, &count));
  for (size_t i = 0; i < count; i++) CHECK(keys[i].state == PANVEIL_KEY_ACTIVE && strlen(keys[i].id) == 32);
  panveil_lock locks[4];
  CHECK_OK(panveil_vault_locks(vault, locks, 4, &count));
  CHECK(count == 0);
  CHECK_OK(panveil_session_free(session));
  CHECK_OK(panveil_gate_free(gate));
  CHECK_OK(panveil_sealer_free(sealer));
}

static void lengths_beyond_reason_are_refused_before_a_byte_is_read(const panveil_vault *vault) {
  size_t lengths[] = {256, 1 << 20, SIZE_MAX / 2 + 1, SIZE_MAX};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    size_t huge = lengths[i];
    const uint8_t *one = (const uint8_t *)"4";
    panveil_tokenizer *tokenizer = NULL;
    panveil_masked masked;
    panveil_batch_report report;
    uint8_t out[32];
    CHECK_STATUS(panveil_pan_check(one, huge, 0), PANVEIL_PAN_LENGTH);
    CHECK_STATUS(panveil_mask(one, huge, 0, 0, 4, &masked), PANVEIL_PAN_LENGTH);
    CHECK_STATUS(panveil_tokenizer_new(vault, one, huge, &tokenizer), PANVEIL_ID_FORMAT);
    if (huge > PANVEIL_BATCH_MAX) {
      CHECK_STATUS(panveil_mask_all(one, huge, 0, 4, out, &report), PANVEIL_ARGUMENT);
      CHECK_STATUS(panveil_revealed_wipe(out, huge), PANVEIL_ARGUMENT);
      CHECK_STATUS(panveil_sealed_text(one, huge, NULL, 0, &huge), PANVEIL_NOT_SEALED);
    }
  }
}

static void options_of_another_release_are_refused_unless_they_are_zero(void) {
  struct {
    panveil_open_options known;
    uint8_t later[64];
  } options = {.known = open_options()};
  panveil_vault *vault = NULL;
  options.known.struct_size = sizeof options;
  options.later[10] = 1;
  CHECK_STATUS(try_open(directory, &options.known, &vault), PANVEIL_ARGUMENT);
  uint32_t sizes[] = {0, 1, 4, sizeof(panveil_open_options) - 1, 4097, UINT32_MAX};
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    options.known.struct_size = sizes[i];
    CHECK_STATUS(try_open(directory, &options.known, &vault), PANVEIL_ARGUMENT);
  }
  CHECK(vault == NULL);
  options.known.struct_size = sizeof options;
  options.later[10] = 0;
  CHECK_OK(try_open(directory, &options.known, &vault));
  CHECK_OK(panveil_vault_close(vault));

  panveil_open_options two = open_options();
  two.passphrase.data = NULL;
  two.passphrase.length = 0;
  CHECK_STATUS(try_open(directory, &two, &vault), PANVEIL_ARGUMENT);
  two = open_options();
  two.stream_choice = 9;
  CHECK_STATUS(try_open(directory, &two, &vault), PANVEIL_ARGUMENT);
  two = open_options();
  two.passphrase.length--;
  CHECK_STATUS(try_open(directory, &two, &vault), PANVEIL_WRONG_KEK);
  panveil_token token;
  CHECK_STATUS(panveil_mask(PANVEIL_TEXT(PAN), 8, 0, 4, (panveil_masked *)&token), PANVEIL_ARGUMENT);
}

static void a_problem_names_the_place(void) {
  panveil_open_options options = open_options();
  panveil_vault *vault = NULL;
  char problem[256] = "", shorter[4] = "...";
  size_t length = 0;
  const char *nowhere = "/nonexistent/vault";
  CHECK_STATUS(panveil_vault_open((const uint8_t *)nowhere, strlen(nowhere), &options, &vault,
                                  (uint8_t *)problem, sizeof problem - 1, &length),
               PANVEIL_NOT_A_VAULT);
  CHECK(strstr(problem, nowhere) != NULL && length == strlen(problem));
  size_t full = length;
  CHECK_STATUS(panveil_vault_open((const uint8_t *)nowhere, strlen(nowhere), &options, &vault,
                                  (uint8_t *)shorter, 2, &length),
               PANVEIL_NOT_A_VAULT);
  CHECK(memcmp(shorter, "/n.", 3) == 0 && length == full);
  CHECK_STATUS(panveil_vault_open((const uint8_t *)nowhere, strlen(nowhere), &options, &vault, NULL, 0, &length),
               PANVEIL_NOT_A_VAULT);
  CHECK(strcmp(panveil_status_text(PANVEIL_NOT_A_VAULT), "the directory holds no vault; run init") == 0);
  CHECK(strlen(panveil_status_text(123456)) > 0);
}

static void the_gate_decides_and_refuses(const panveil_vault *vault) {
  panveil_gate *gate = NULL;
  CHECK_OK(panveil_gate_new(vault, &gate));
  panveil_session *session = open_session(vault, gate);
  panveil_token token = tokenize(vault, "5555555555554444");
  panveil_reveal_request request = request_for(token.handle, NULL, NULL);
  panveil_decision decision;
  memset(&decision, 0x55, sizeof decision);
  CHECK_OK(panveil_gate_decide(gate, session, &request, &decision));
  CHECK(PANVEIL_ALLOWS(decision) && decision.reserved[0] == 0 && decision.reserved[1] == 0);
  decision.decision = 77; /* of a later release */
  CHECK(!PANVEIL_ALLOWS(decision));
  request.case_reference = view("none");
  CHECK_OK(panveil_gate_decide(gate, session, &request, &decision));
  CHECK(!PANVEIL_ALLOWS(decision) && decision.decision == PANVEIL_DENY);
  CHECK(decision.reason == PANVEIL_CASE_REFUSED);
  uint8_t text[2048];
  size_t length = 0;
  CHECK_OK(panveil_gate_explain(gate, session, &request, text, sizeof text, &length));
  text[length] = 0;
  CHECK(strstr((char *)text, "chargeback desk") != NULL);

  /* Texts that are none, or hold a card number, reach the gate, which denies and records; nothing repeats them. */
  uint8_t value[PANVEIL_PAN_CAPACITY] = {0};
  struct {
    panveil_bytes *member;
    panveil_bytes bad;
    uint32_t status;
  } rows[] = {
      {&request.purpose, view("\xff\xfe"), PANVEIL_PURPOSE_MISSING},
      {&request.purpose, view("4111 1111 1111 1111"), PANVEIL_HOLDS_PAN},
      {&request.handle, view("411111******1111"), PANVEIL_NOT_A_HANDLE},
      {&request.handle, view("4111111111111111"), PANVEIL_NOT_A_HANDLE},
      {&request.case_reference, view("CB-4111111111111111"), PANVEIL_HOLDS_PAN},
      {&request.tenant, view("4111111111111111"), PANVEIL_HOLDS_PAN},
      {&request.record, view("C1"), PANVEIL_NOT_A_HANDLE},
      {&request.origin, view("10.9.9.9"), PANVEIL_IDENTITY_REPLAYED},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    panveil_bytes good;
    request = request_for(token.handle, NULL, NULL);
    good = *rows[i].member;
    *rows[i].member = rows[i].bad;
    CHECK_STATUS(panveil_gate_reveal(gate, session, &request, value, sizeof value, &length), rows[i].status);
    CHECK(value[0] == 0);
    *rows[i].member = good;
  }
  panveil_session *none = NULL;
  CHECK_STATUS(panveil_gate_session(gate, PANVEIL_TEXT("no.token.at-all"), PANVEIL_TEXT("10.0.0.5"), &none),
               PANVEIL_IDENTITY_REFUSED);
  CHECK_STATUS(panveil_gate_session(gate, PANVEIL_TEXT("\xff"), PANVEIL_TEXT("10.0.0.5"), &none),
               PANVEIL_IDENTITY_REFUSED);
  CHECK(none == NULL);
  CHECK_OK(panveil_gate_reveal(gate, session, &request, value, sizeof value, &length));
  CHECK(length == 16 && memcmp(value, "5555555555554444", 16) == 0);
  CHECK_OK(panveil_revealed_wipe(value, sizeof value));
}

/* AC-05: whatever a call says about a card number, no digit of it is in what it says. */
static void no_text_repeats_a_digit(const panveil_vault *vault) {
  uint64_t chance = 1;
  panveil_tokenizer *tokenizer = NULL;
  CHECK_OK(panveil_tokenizer_new(vault, PANVEIL_TEXT("orders"), &tokenizer));
  size_t refused = 0;
  const char *fewer = getenv("PANVEIL_TEST_ROUNDS"); /* under valgrind a call takes fifty times as long */
  size_t rounds = fewer != NULL ? strtoul(fewer, NULL, 10) : 1000000;
  for (size_t i = 0; i < rounds; i++) {
    char pan[24];
    chance = chance * 6364136223846793005u + 1442695040888963407u;
    snprintf(pan, sizeof pan, "4%015llu", (unsigned long long)(chance >> 16) % 1000000000000000u);
    if (i % 3 == 1) pan[chance >> 61] = 'x';
    if (i % 3 == 2) pan[8] = 0;
    panveil_token token;
    memset(&token, 0x55, sizeof token);
    uint32_t status = panveil_tokenizer_tokenize(tokenizer, (const uint8_t *)pan, strlen(pan), 0, 0, &token);
    if (status == PANVEIL_OK) continue;
    refused++;
    char window[7] = "";
    memcpy(window, pan + 1, 6);
    CHECK(strstr(panveil_status_text(status), window) == NULL && token.digits[0] == 0x55);
  }
  CHECK(refused > rounds / 10 * 9);
  CHECK_OK(panveil_tokenizer_free(tokenizer));

  /* Not even a path that somebody mistook for one. */
  panveil_open_options options = open_options();
  panveil_vault *none = NULL;
  char problem[256] = "";
  size_t length = 0;
  CHECK_STATUS(panveil_vault_open(PANVEIL_TEXT("/4111111111111111/vault"), &options, &none, (uint8_t *)problem,
                                  sizeof problem - 1, &length),
               PANVEIL_NOT_A_VAULT);
  CHECK(length > 0 && strstr(problem, "1111") == NULL);
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  directory = argv[1];
  create_vault(directory);
  a_problem_names_the_place();
  options_of_another_release_are_refused_unless_they_are_zero();
  panveil_vault *vault = open_vault(directory);
  uint32_t environment = 0, failed = 9;
  CHECK_OK(panveil_vault_environment(vault, &environment));
  CHECK(environment == PANVEIL_DEV);
  CHECK_OK(panveil_vault_log_failed(vault, &failed));
  CHECK(failed == 0);
  null_is_never_a_default(vault);
  stale_and_forged_handles_are_refused(vault);
  buffers_that_are_too_small_say_so_before_anything_happens(vault);
  lengths_beyond_reason_are_refused_before_a_byte_is_read(vault);
  the_gate_decides_and_refuses(vault);
  no_text_repeats_a_digit(vault);
  CHECK_OK(panveil_vault_close(vault));
  what_was_made_from_a_vault_ends_with_it();
  return 0;
}
