/* Many cards in one call, in fixed records: batches DIR. */
#include "check.h"

static void batches_are_fixed_records(const panveil_vault *vault) {
  uint8_t pans[3 * PANVEIL_PAN_RECORD] = {0};
  memcpy(pans, "4111111111111111", 16), pans[19] = 16;
  memcpy(pans + 20, "4111111111111112", 16), pans[39] = 16;
  memcpy(pans + 40, "378282246310005", 15), pans[59] = 15;
  uint8_t tokens[3 * PANVEIL_TOKEN_RECORD], hashes[3 * PANVEIL_FINGERPRINT_RECORD];
  uint8_t masks[3 * PANVEIL_MASK_RECORD], sealed[3 * PANVEIL_SEALED_RECORD];
  panveil_tokenizer *tokenizer = NULL;
  panveil_fingerprinter *fingerprinter = NULL;
  panveil_sealer *sealer = NULL;
  panveil_batch_report report = {9, 9};
  CHECK_OK(panveil_tokenizer_new(vault, PANVEIL_TEXT("orders"), &tokenizer));
  CHECK_OK(panveil_fingerprinter_new(vault, PANVEIL_TEXT("orders"), &fingerprinter));
  CHECK_OK(panveil_sealer_new(vault, PANVEIL_TEXT("orders"), PANVEIL_TEXT("pan"), &sealer));

  CHECK_OK(panveil_tokenizer_tokenize_all(tokenizer, pans, 3, PANVEIL_LAYOUT_AUTO, tokens, &report));
  CHECK(report.done == 2 && report.refused == 1);
  panveil_token single = tokenize(vault, "4111111111111111");
  CHECK(memcmp(tokens, single.digits, 16) == 0 && tokens[19] == 16 && tokens[20] == 1 && tokens[22] == 0);
  for (size_t i = 0; i < 22; i++) CHECK(tokens[24 + i] == 0);
  CHECK(tokens[24 + 22] * 256 + tokens[24 + 23] == PANVEIL_PAN_LUHN);
  CHECK(tokens[48 + 19] == 15 && tokens[48 + 20] == 0);
  uint32_t version = 0;
  CHECK_OK(panveil_tokenizer_version(tokenizer, &version));
  CHECK(version == 1);

  CHECK_OK(panveil_fingerprinter_fingerprint_all(fingerprinter, pans, 3, hashes, &report));
  panveil_fingerprint one;
  CHECK_OK(panveil_fingerprinter_fingerprint(fingerprinter, PANVEIL_TEXT("378282246310005"), 0, &one));
  CHECK(memcmp(hashes + 80, one.bytes, 32) == 0 && hashes[80 + 35] == one.version);
  CHECK_OK(panveil_mask_all(pans, 3, 6, 4, masks, &report));
  CHECK(memcmp(masks, "411111******1111", 16) == 0 && report.refused == 1);
  CHECK_OK(panveil_sealer_seal_all(sealer, pans, 3, PANVEIL_TEXT("\x02" "C1" "\x02" "C2" "\x02" "C3"), sealed, &report));
  CHECK(memcmp(sealed, "PV\x01\x01", 4) == 0 && report.done == 2);

  /* A batch that is refused as a whole writes nothing. */
  memset(sealed, 0x55, sizeof sealed);
  report.done = 77;
  CHECK_STATUS(panveil_sealer_seal_all(sealer, pans, 3, PANVEIL_TEXT("\x02" "C1"), sealed, &report), PANVEIL_ARGUMENT);
  CHECK_STATUS(panveil_tokenizer_tokenize_all(tokenizer, pans, 3, 99, sealed, &report), PANVEIL_LAYOUT_UNKNOWN);
  CHECK(report.done == 77 && sealed[0] == 0x55);
  /* Results may overwrite the input. */
  uint8_t both[3 * PANVEIL_TOKEN_RECORD];
  memcpy(both, pans, sizeof pans);
  CHECK_OK(panveil_tokenizer_tokenize_all(tokenizer, both, 3, PANVEIL_LAYOUT_AUTO, both, &report));
  CHECK(memcmp(both, tokens, sizeof tokens) == 0);
  CHECK_OK(panveil_tokenizer_tokenize_all(tokenizer, pans, 0, PANVEIL_LAYOUT_AUTO, tokens, &report));
  CHECK(report.done == 0 && report.refused == 0);
  CHECK_OK(panveil_sealer_free(sealer));
  CHECK_OK(panveil_fingerprinter_free(fingerprinter));
  CHECK_OK(panveil_tokenizer_free(tokenizer));
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  create_vault(argv[1]);
  panveil_vault *vault = open_vault(argv[1]);
  batches_are_fixed_records(vault);
  CHECK_OK(panveil_vault_close(vault));
  return 0;
}
