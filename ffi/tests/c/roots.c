/* Tokens and sealed records of fixed roots, made without this library: roots DIR, from examples/vector_vaults.rs. */
#include "check.h"
#include "vectors.h"

/* The vault of a name, open until another name is asked for. */
static panveil_vault *vault_of(const char *directory, const char *name) {
  static const char *current = "";
  static panveil_vault *vault = NULL;
  if (strcmp(current, name) == 0) return vault;
  CHECK_OK(panveil_vault_close(vault));
  current = name;
  vault = NULL;
  if (*name == 0) return NULL;
  char path[600];
  snprintf(path, sizeof path, "%s/%s", directory, name);
  panveil_open_options options = open_options();
  options.passphrase = view("vectors");
  CHECK_OK(try_open(path, &options, &vault));
  return vault;
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  size_t made = 0, opened = 0;
  for (; made < sizeof root_tokens / sizeof root_tokens[0]; made++) {
    const struct root_token *row = &root_tokens[made];
    panveil_tokenizer *tokenizer = NULL;
    panveil_token token;
    CHECK_OK(panveil_tokenizer_new(vault_of(argv[1], row->vault), PANVEIL_TEXT("orders"), &tokenizer));
    CHECK_OK(panveil_tokenizer_tokenize(tokenizer, (const uint8_t *)row->pan, strlen(row->pan), PANVEIL_PAN_12_DIGITS,
                                        row->layout, &token));
    CHECK(strcmp(token.handle, row->handle) == 0);
    CHECK_OK(panveil_tokenizer_free(tokenizer));
  }
  panveil_vault *before = NULL;
  panveil_gate *gate = NULL;
  panveil_session *session = NULL;
  for (; opened < sizeof root_sealed / sizeof root_sealed[0]; opened++) {
    const struct root_sealed *row = &root_sealed[opened];
    panveil_vault *vault = vault_of(argv[1], row->vault);
    if (vault != before) {
      before = vault;
      CHECK_OK(panveil_gate_new(vault, &gate));
      session = open_session(vault, gate);
    }
    uint8_t value[2048];
    size_t length = 0;
    panveil_reveal_request request = request_for(row->sealed, row->record, row->field);
    CHECK_OK(panveil_gate_reveal(gate, session, &request, value, sizeof value, &length));
    CHECK(length == strlen(row->value) && memcmp(value, row->value, length) == 0);
    CHECK_OK(panveil_revealed_wipe(value, length));
  }
  CHECK(vault_of(argv[1], "") == NULL);
  printf("roots: %zu tokens made, %zu sealed records opened\n", made, opened);
  return made == 26 && opened == 27 ? 0 : 1;
}
