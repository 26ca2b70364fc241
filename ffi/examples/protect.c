/*
 * The way in: a card number becomes a token for the tables, a mask for people, a sealed record.
 *
 *   cc protect.c $(pkg-config --cflags --libs panveil) -o protect && ./protect DIR
 *
 * Makes a vault for trying out in DIR, which must not exist.
 */
#include <panveil.h>
#include <stdio.h>
#include <string.h>

static int failed(const char *what, panveil_status status) {
  /* Texts and numbers of statuses hold no card data and may be logged. */
  fprintf(stderr, "%s: %s (%u)\n", what, panveil_status_text(status), (unsigned)status);
  return 1;
}

static int protect(const panveil_vault *vault, const char *pan, const char *record) {
  panveil_tokenizer *tokenizer = NULL;
  panveil_sealer *sealer = NULL;
  panveil_token token;
  panveil_masked masked;
  uint8_t sealed[PANVEIL_SEALED_PAN_LENGTH], text[112];
  size_t length = 0, text_length = 0;
  panveil_status status;

  /* Uses are counted in the audit log under the caller's name. Both are made once and shared between threads. */
  if ((status = panveil_tokenizer_new(vault, PANVEIL_TEXT("orders"), &tokenizer))) return failed("tokenizer", status);
  if ((status = panveil_sealer_new(vault, PANVEIL_TEXT("orders"), PANVEIL_TEXT("pan"), &sealer)))
    return failed("sealer", status);

  const uint8_t *digits = (const uint8_t *)pan;
  if ((status = panveil_tokenizer_tokenize(tokenizer, digits, strlen(pan), PANVEIL_PAN_STRICT,
                                           PANVEIL_LAYOUT_DEFAULT, &token)))
    return failed("tokenize", status);
  if ((status = panveil_mask(digits, strlen(pan), PANVEIL_PAN_STRICT, 6, 4, &masked))) return failed("mask", status);
  if ((status = panveil_sealer_seal_pan(sealer, digits, strlen(pan), PANVEIL_PAN_STRICT, (const uint8_t *)record,
                                        strlen(record), sealed, sizeof sealed, &length)))
    return failed("seal", status);
  if ((status = panveil_sealed_text(sealed, length, text, sizeof text, &text_length)))
    return failed("sealed text", status);
  printf("%s %s %s %.*s\n", token.digits, token.format, masked.text, (int)text_length, (const char *)text);

  panveil_sealer_free(sealer);
  panveil_tokenizer_free(tokenizer);
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 2) return fprintf(stderr, "usage: protect DIR\n"), 2;
  if (!PANVEIL_ABI_CHECK()) return fprintf(stderr, "another release of panveil is loaded\n"), 1;
  const uint8_t *directory = (const uint8_t *)argv[1];
  char problem[512];
  size_t length = 0;
  panveil_status status;

  panveil_create_options create = {
      .struct_size = sizeof create, .environment = PANVEIL_DEV, .passphrase = {PANVEIL_TEXT("for trying out only")}};
  status = panveil_vault_create(directory, strlen(argv[1]), &create, (uint8_t *)problem, sizeof problem, &length);
  if (status) return fprintf(stderr, "%.*s\n", (int)length, problem), 1;

  panveil_open_options open = {.struct_size = sizeof open,
                               .application = {PANVEIL_TEXT("shop")},
                               .passphrase = {PANVEIL_TEXT("for trying out only")}};
  panveil_vault *vault = NULL;
  status = panveil_vault_open(directory, strlen(argv[1]), &open, &vault, (uint8_t *)problem, sizeof problem, &length);
  if (status) return fprintf(stderr, "%.*s\n", (int)length, problem), 1;

  int bad = protect(vault, "4111111111111111", "C00000001") || protect(vault, "378282246310005", "C00000002");
  if ((status = panveil_vault_close(vault))) return failed("close", status);
  return bad;
}
