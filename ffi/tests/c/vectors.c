/* The golden vectors give in C what they give in Rust: vectors DIR, a copy of vectors/vault_v1. */
#include "check.h"
#include "vectors.h"

static void every_card_number_case_ends_as_in_rust(void) {
  for (size_t i = 0; i < sizeof pan_cases / sizeof pan_cases[0]; i++) {
    const struct pan_case *c = &pan_cases[i];
    const uint8_t *text = (const uint8_t *)c->text;
    CHECK_STATUS(panveil_pan_check(text, c->length, PANVEIL_PAN_STRICT), c->strict);
    CHECK_STATUS(panveil_pan_check(text, c->length, PANVEIL_PAN_12_DIGITS), c->with_12);
    CHECK_STATUS(panveil_pan_check(text, c->length, PANVEIL_PAN_WRONG_CHECK_DIGIT), c->for_sealing);
    CHECK_STATUS(panveil_pan_check(text, c->length, PANVEIL_PAN_NORMALIZE), c->normalized);
  }
}

/* Tokens of old and new key versions are among those that a card has. */
static void tokens_are_those_of_rust(const panveil_vault *vault) {
  panveil_tokenizer *tokenizer = NULL;
  CHECK_OK(panveil_tokenizer_new(vault, PANVEIL_TEXT("orders"), &tokenizer));
  size_t found = 0;
  for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
    if (vectors[i].record != NULL) continue;
    const uint8_t *pan = (const uint8_t *)vectors[i].value;
    uint32_t layouts[] = {PANVEIL_LAYOUT_AUTO, PANVEIL_LAYOUT_0_4};
    size_t here = 0;
    for (size_t l = 0; l < 2; l++) {
      panveil_token tokens[8];
      size_t count = 0;
      CHECK_OK(panveil_tokenizer_tokenize_all_versions(tokenizer, pan, strlen(vectors[i].value),
                                                       PANVEIL_PAN_STRICT, layouts[l], tokens, 8, &count));
      CHECK(count == 2);
      panveil_token current;
      CHECK_OK(panveil_tokenizer_tokenize(tokenizer, pan, strlen(vectors[i].value), PANVEIL_PAN_STRICT, layouts[l],
                                          &current));
      CHECK(strcmp(current.handle, tokens[0].handle) == 0);
      for (size_t t = 0; t < count; t++) {
        char joined[64];
        snprintf(joined, sizeof joined, "%s:%s", tokens[t].format, tokens[t].digits);
        CHECK(strcmp(joined, tokens[t].handle) == 0);
        here += strcmp(tokens[t].handle, vectors[i].handle) == 0;
      }
    }
    CHECK(here >= 1);
    found++;
  }
  CHECK(found == 20);
  CHECK_OK(panveil_tokenizer_free(tokenizer));
}

static void everything_opens(const panveil_vault *vault) {
  panveil_gate *gate = NULL;
  CHECK_OK(panveil_gate_new(vault, &gate));
  panveil_session *session = open_session(vault, gate);
  size_t opened = 0;
  for (; opened < sizeof vectors / sizeof vectors[0]; opened++) {
    const struct vector *v = &vectors[opened];
    uint8_t value[128];
    size_t length = 0;
    panveil_reveal_request request = request_for(v->handle, v->record, v->field);
    CHECK_OK(panveil_gate_reveal(gate, session, &request, value, sizeof value, &length));
    CHECK(length == strlen(v->value) && memcmp(value, v->value, length) == 0);
    CHECK_OK(panveil_revealed_wipe(value, length));
    for (size_t b = 0; b < length; b++) CHECK(value[b] == 0);
  }
  CHECK(opened == 40);
  CHECK_OK(panveil_session_free(session));
  CHECK_OK(panveil_gate_free(gate));
}

/* A year of the keys' time must not pass in the world: the clock stands still, a minute later. */
static uint32_t a_minute_later(void *context, panveil_now *now) {
  (*(int *)context)++;
  now->wall_ms = VECTORS_MADE_AT_MS + 60000;
  now->since_boot_ms = 1000;
  memset(now->boot, 7, sizeof now->boot);
  return PANVEIL_OK;
}

static void released(void *context) { *(int *)context = -1; }

int main(int argc, char **argv) {
  CHECK(argc == 2);
  CHECK(PANVEIL_ABI_CHECK());
  every_card_number_case_ends_as_in_rust();
  widen_policy(argv[1]);
  int calls = 0;
  panveil_clock clock = {
      .struct_size = sizeof clock, .context = &calls, .now = a_minute_later, .release = released};
  panveil_open_options options = {.struct_size = sizeof options,
                                  .application = {PANVEIL_TEXT("app-1")},
                                  .passphrase = {PANVEIL_TEXT(VECTORS_PASSPHRASE)},
                                  .clock = &clock};
  panveil_vault *vault = NULL;
  CHECK_OK(try_open(argv[1], &options, &vault));
  uint8_t warning[512];
  size_t length = 0;
  CHECK_OK(panveil_vault_warnings(vault, warning, sizeof warning, &length));
  CHECK(length > 0 && warning[length - 1] == '\n');
  tokens_are_those_of_rust(vault);
  everything_opens(vault);
  CHECK(calls > 40);
  CHECK_OK(panveil_vault_close(vault));
  CHECK(calls == -1);
  return 0;
}
