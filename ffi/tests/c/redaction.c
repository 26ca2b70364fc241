/* Card data in texts is found, and taken out of them: redaction DIR. */
#include "check.h"

#define TEXT "card 4111 1111 1111 1111, cvv=123, order 20261126"
#define REDACTED "card ************1111, cvv=***, order 20261126"

struct seen {
  panveil_hit hits[16];
  size_t count;
  int released;
};

static void see(void *context, const panveil_hit *hit) {
  struct seen *seen = context;
  CHECK(seen->count < 16);
  seen->hits[seen->count++] = *hit;
}

static void release(void *context) { ((struct seen *)context)->released++; }

struct text {
  char bytes[512];
  size_t length;
  uint32_t answer;
  panveil_redactor *redactor; /* called again from within, if not NULL */
};

static uint32_t append(void *context, const uint8_t *data, size_t length) {
  struct text *text = context;
  if (text->answer != 0) return text->answer;
  if (text->redactor != NULL) {
    CHECK_STATUS(panveil_redactor_push(text->redactor, data, length, append, text), PANVEIL_IN_USE);
    CHECK_STATUS(panveil_redactor_finish(text->redactor, append, text), PANVEIL_IN_USE);
  }
  CHECK(text->length + length < sizeof text->bytes);
  memcpy(text->bytes + text->length, data, length);
  text->length += length;
  return PANVEIL_OK;
}

static void hits_are_numbers_and_a_mask(void) {
  panveil_find_options options = {.struct_size = sizeof options};
  struct seen seen = {.count = 0};
  uint64_t hits = 77;
  CHECK_OK(panveil_find(&options, PANVEIL_TEXT(TEXT), see, &seen, &hits));
  CHECK(hits == 2 && seen.count == 2);
  const panveil_hit *pan = &seen.hits[0], *code = &seen.hits[1];
  CHECK(pan->offset == 5 && pan->length == 19 && pan->kind == PANVEIL_KIND_PAN && pan->brand == PANVEIL_BRAND_VISA);
  CHECK(pan->confidence == PANVEIL_CONFIDENCE_HIGH && pan->reason == PANVEIL_REASON_GROUPED);
  CHECK(pan->writing == PANVEIL_WRITING_SEPARATED && strcmp(pan->masked, "************1111") == 0);
  CHECK(code->offset == 30 && code->length == 3 && code->kind == PANVEIL_KIND_SECURITY_CODE);
  CHECK(code->brand == 0 && code->masked[0] == 0 && code->reason == PANVEIL_REASON_BESIDE_NUMBER);

  CHECK_OK(panveil_find(&options, PANVEIL_TEXT("nothing 4111111111111112"), NULL, NULL, &hits));
  CHECK(hits == 0);
  CHECK_OK(panveil_find(&options, PANVEIL_TEXT(""), NULL, NULL, &hits));
  CHECK_OK(panveil_find(&options, PANVEIL_TEXT("order=4111111111111111"), NULL, NULL, &hits));
  CHECK(hits == 0);
  options.confidence = PANVEIL_CONFIDENCE_LOW;
  CHECK_OK(panveil_find(&options, PANVEIL_TEXT("order=4111111111111111"), NULL, NULL, &hits));
  CHECK(hits == 1);

  /* Refusals write nothing. */
  hits = 77;
  CHECK_STATUS(panveil_find(NULL, PANVEIL_TEXT(TEXT), NULL, NULL, &hits), PANVEIL_NULL_POINTER);
  CHECK_STATUS(panveil_find(&options, NULL, 0, NULL, NULL, &hits), PANVEIL_NULL_POINTER);
  CHECK_STATUS(panveil_find(&options, PANVEIL_TEXT(TEXT), NULL, NULL, NULL), PANVEIL_NULL_POINTER);
  CHECK_STATUS(panveil_find(&options, (const uint8_t *)TEXT, SIZE_MAX, NULL, NULL, &hits), PANVEIL_ARGUMENT);
  panveil_find_options wrong[] = {{sizeof *wrong, 4, 0, 0}, {sizeof *wrong, 0, 3, 0}, {sizeof *wrong, 0, 0, 3}, {3, 0, 0, 0}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    CHECK_STATUS(panveil_find(&wrong[i], PANVEIL_TEXT(TEXT), NULL, NULL, &hits), PANVEIL_ARGUMENT);
  CHECK(hits == 77);
}

static void check_redacts(const panveil_redactor *redactor, const char *text, const char *wanted) {
  uint8_t room[256];
  size_t length = 0;
  CHECK_OK(panveil_redactor_redact(redactor, (const uint8_t *)text, strlen(text), room, sizeof room, &length));
  if (length != strlen(wanted) || memcmp(room, wanted, length) != 0) {
    fprintf(stderr, "%.*s in place of %s\n", (int)length, room, wanted);
    exit(1);
  }
}

static void a_line_is_redacted(void) {
  struct seen seen = {.count = 0};
  panveil_redactor_options options = {
      .struct_size = sizeof options, .context = &seen, .on_hit = see, .release = release};
  panveil_redactor *redactor = NULL;
  CHECK_OK(panveil_redactor_new(&options, &redactor));
  uint8_t room[64];
  size_t length = 0;
  memset(room, 0x55, sizeof room);
  CHECK_STATUS(panveil_redactor_redact(redactor, PANVEIL_TEXT(TEXT), room, 5, &length), PANVEIL_BUFFER_TOO_SMALL);
  CHECK(length == strlen(REDACTED) && room[0] == 0x55 && seen.count == 0);
  CHECK_OK(panveil_redactor_redact(redactor, PANVEIL_TEXT(TEXT), room, sizeof room, &length));
  CHECK(length == strlen(REDACTED) && memcmp(room, REDACTED, length) == 0 && seen.count == 2);
  /* In place. */
  memcpy(room, "n 4111111111111111", 18);
  CHECK_OK(panveil_redactor_redact(redactor, room, 18, room, sizeof room, &length));
  CHECK(length == 18 && memcmp(room, "n ************1111", 18) == 0);
  CHECK(seen.released == 0);
  CHECK_OK(panveil_redactor_free(redactor));
  CHECK(seen.released == 1);
  CHECK_STATUS(panveil_redactor_redact(redactor, room, 18, room, sizeof room, &length), PANVEIL_STALE_HANDLE);
  CHECK_STATUS(panveil_redactor_free(redactor), PANVEIL_STALE_HANDLE);
  CHECK(seen.released == 1);
}

static void replacements_are_what_the_options_say(const panveil_vault *vault) {
  panveil_tokenizer *tokenizer = NULL;
  panveil_token token = tokenize(vault, "4111111111111111");
  CHECK_OK(panveil_tokenizer_new(vault, PANVEIL_TEXT("logs"), &tokenizer));
  const struct {
    panveil_redactor_options options;
    const char *text, *wanted;
  } rows[] = {
      {{.replacement = PANVEIL_REPLACE_MASK_0_4}, "4111-1111-1111-1111", "************1111"},
      {{.replacement = PANVEIL_REPLACE_MASK_6_4}, "4111-1111-1111-1111", "411111******1111"},
      {{.replacement = PANVEIL_REPLACE_MASK_0_4, .keep_length = 1}, "4111-1111-1111-1111", "****-****-****-1111"},
      {{.replacement = PANVEIL_REPLACE_FIXED, .fixed = {PANVEIL_TEXT("[card]")}}, "4111-1111-1111-1111", "[card]"},
      {{.replacement = PANVEIL_REPLACE_TOKEN, .tokenizer = tokenizer, .layout = PANVEIL_LAYOUT_AUTO},
       "4111-1111-1111-1111", token.digits},
      {{.confidence = PANVEIL_CONFIDENCE_LOW}, "order=4111111111111111", "order=************1111"},
      {{.search = PANVEIL_SEARCH_ASCII}, "4111111111111111", "************1111"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    panveil_redactor_options options = rows[i].options;
    options.struct_size = sizeof options;
    panveil_redactor *redactor = NULL;
    CHECK_OK(panveil_redactor_new(&options, &redactor));
    check_redacts(redactor, rows[i].text, rows[i].wanted);
    CHECK_OK(panveil_redactor_free(redactor));
  }
  struct seen seen = {.count = 0};
  const panveil_redactor_options wrong[] = {
      {.replacement = 4},
      {.confidence = 4},
      {.search = 3},
      {.charset = 3},
      {.replacement = PANVEIL_REPLACE_FIXED, .fixed = {PANVEIL_TEXT("card 1")}},
      {.replacement = PANVEIL_REPLACE_FIXED, .fixed = {PANVEIL_TEXT("\xff")}},
  };
  panveil_redactor *redactor = NULL;
  int refused = 0;
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    panveil_redactor_options options = wrong[i];
    options.struct_size = sizeof options;
    options.context = &seen, options.release = release;
    CHECK_STATUS(panveil_redactor_new(&options, &redactor), PANVEIL_ARGUMENT);
    CHECK(seen.released == ++refused);
  }
  panveil_redactor_options token_options = {.struct_size = sizeof token_options, .replacement = PANVEIL_REPLACE_TOKEN};
  CHECK_STATUS(panveil_redactor_new(&token_options, &redactor), PANVEIL_NULL_POINTER);
  token_options.tokenizer = tokenizer, token_options.layout = 99;
  CHECK_STATUS(panveil_redactor_new(&token_options, &redactor), PANVEIL_LAYOUT_UNKNOWN);
  CHECK_OK(panveil_tokenizer_free(tokenizer));
  token_options.layout = PANVEIL_LAYOUT_AUTO;
  CHECK_STATUS(panveil_redactor_new(&token_options, &redactor), PANVEIL_STALE_HANDLE);
  CHECK(redactor == NULL);
}

static void pieces_make_no_difference(void) {
  struct seen seen = {.count = 0};
  panveil_redactor_options options = {.struct_size = sizeof options, .context = &seen, .on_hit = see};
  panveil_redactor *redactor = NULL;
  CHECK_OK(panveil_redactor_new(&options, &redactor));
  for (size_t size = 1; size <= strlen(TEXT); size++) {
    struct text out = {.length = 0, .redactor = redactor};
    seen.count = 0;
    for (size_t at = 0; at < strlen(TEXT); at += size) {
      size_t length = strlen(TEXT) - at < size ? strlen(TEXT) - at : size;
      CHECK_OK(panveil_redactor_push(redactor, (const uint8_t *)TEXT + at, length, append, &out));
    }
    CHECK_OK(panveil_redactor_finish(redactor, append, &out));
    CHECK(out.length == strlen(REDACTED) && memcmp(out.bytes, REDACTED, out.length) == 0 && seen.count == 2);
  }
  CHECK_OK(panveil_redactor_free(redactor));
}

static void a_stream_that_lost_text_is_broken(void) {
  const uint32_t rows[][2] = {{PANVEIL_STORE_UNAVAILABLE, PANVEIL_STORE_UNAVAILABLE}, {12345, PANVEIL_CALLBACK_FAILED}};
  for (size_t i = 0; i < 2; i++) {
    panveil_redactor_options options = {.struct_size = sizeof options};
    panveil_redactor *redactor = NULL;
    CHECK_OK(panveil_redactor_new(&options, &redactor));
    struct text out = {.length = 0, .answer = rows[i][0]};
    CHECK_OK(panveil_redactor_push(redactor, PANVEIL_TEXT("4111 1111 "), append, &out));
    CHECK_STATUS(panveil_redactor_finish(redactor, append, &out), rows[i][1]);
    out.answer = 0;
    CHECK_STATUS(panveil_redactor_push(redactor, PANVEIL_TEXT("1111 1111"), append, &out), PANVEIL_CALLBACK_FAILED);
    CHECK_STATUS(panveil_redactor_finish(redactor, append, &out), PANVEIL_CALLBACK_FAILED);
    CHECK(out.length == 0);
    check_redacts(redactor, TEXT, REDACTED); /* whole texts do not need the stream */
    CHECK_STATUS(panveil_redactor_push(redactor, PANVEIL_TEXT("x"), NULL, NULL), PANVEIL_NULL_POINTER);
    CHECK_OK(panveil_redactor_free(redactor));
  }
}

/* ASCII as UTF-16, into room for it. */
static size_t wide(const char *text, uint32_t charset, uint8_t *room, size_t capacity) {
  CHECK(strlen(text) * 2 <= capacity);
  for (size_t i = 0; i < strlen(text); i++) {
    room[2 * i + (charset == PANVEIL_CHARSET_UTF16_BE)] = (uint8_t)text[i];
    room[2 * i + (charset == PANVEIL_CHARSET_UTF16_LE)] = 0;
  }
  return strlen(text) * 2;
}

static void utf16_is_found_and_stays_utf16(void) {
  const uint32_t charsets[] = {PANVEIL_CHARSET_UTF16_LE, PANVEIL_CHARSET_UTF16_BE};
  for (size_t i = 0; i < 2; i++) {
    uint8_t text[128], wanted[128], room[256];
    size_t length = wide(TEXT, charsets[i], text, sizeof text);
    size_t wanted_length = wide(REDACTED, charsets[i], wanted, sizeof wanted);
    uint64_t hits = 0;
    struct seen seen = {.count = 0};
    panveil_find_options find = {.struct_size = sizeof find, .charset = charsets[i]};
    CHECK_OK(panveil_find(&find, text, length, see, &seen, &hits));
    /* Bytes, not characters. */
    CHECK(hits == 2 && seen.hits[0].offset == 10 && seen.hits[0].length == 38 && seen.hits[1].offset == 60);
    CHECK(seen.hits[0].brand == PANVEIL_BRAND_VISA && strcmp(seen.hits[0].masked, "************1111") == 0);
    find.charset = charsets[1 - i];
    CHECK_OK(panveil_find(&find, text, length, NULL, NULL, &hits));
    CHECK(hits == 0);

    panveil_redactor_options options = {.struct_size = sizeof options, .charset = charsets[i]};
    panveil_redactor *redactor = NULL;
    CHECK_OK(panveil_redactor_new(&options, &redactor));
    size_t redacted = 0;
    CHECK_OK(panveil_redactor_redact(redactor, text, length, room, sizeof room, &redacted));
    CHECK(redacted == wanted_length && memcmp(room, wanted, redacted) == 0);
    for (size_t size = 1; size <= 9; size++) {
      struct text out = {.length = 0};
      for (size_t at = 0; at < length; at += size)
        CHECK_OK(panveil_redactor_push(redactor, text + at, length - at < size ? length - at : size, append, &out));
      CHECK_OK(panveil_redactor_finish(redactor, append, &out));
      CHECK(out.length == wanted_length && memcmp(out.bytes, wanted, out.length) == 0);
    }
    CHECK_OK(panveil_redactor_free(redactor));
  }
}

static void writings_are_looked_for_as_the_options_say(void) {
  /* 4111111111111111 plain; in base64; in full-width digits of UTF-8 and of Shift_JIS; URL-encoded. */
  const struct {
    const char *text;
    int usual, ascii, base64;
    uint32_t writing;
  } rows[] = {
      {"n 4111111111111111.", 1, 1, 1, PANVEIL_WRITING_PLAIN},
      {"n NDExMTExMTExMTExMTExMQ==.", 0, 0, 1, PANVEIL_WRITING_BASE64},
      {"n \xef\xbc\x94\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91"
       "\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91\xef\xbc\x91.",
       1, 0, 1, PANVEIL_WRITING_OTHER_DIGITS},
      {"n \x82\x53\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50\x82\x50"
       "\x82\x50\x82\x50\x82\x50.",
       1, 0, 1, PANVEIL_WRITING_OTHER_DIGITS},
      {"n 4111%201111%201111%201111.", 1, 0, 1, PANVEIL_WRITING_PERCENT},
  };
  const uint32_t searches[] = {PANVEIL_SEARCH_USUAL, PANVEIL_SEARCH_ASCII, PANVEIL_SEARCH_BASE64};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    const int wanted[] = {rows[i].usual, rows[i].ascii, rows[i].base64};
    for (size_t j = 0; j < 3; j++) {
      size_t length = strlen(rows[i].text), redacted = 0;
      uint64_t hits = 77;
      struct seen seen = {.count = 0};
      panveil_find_options find = {.struct_size = sizeof find, .search = searches[j]};
      CHECK_OK(panveil_find(&find, (const uint8_t *)rows[i].text, length, see, &seen, &hits));
      CHECK(hits == (uint64_t)wanted[j] && seen.count == hits);
      if (hits == 1) CHECK(seen.hits[0].writing == rows[i].writing && seen.hits[0].offset == 2);
      panveil_redactor_options options = {
          .struct_size = sizeof options, .search = searches[j], .replacement = PANVEIL_REPLACE_FIXED, .fixed = {PANVEIL_TEXT("[card]")}};
      panveil_redactor *redactor = NULL;
      CHECK_OK(panveil_redactor_new(&options, &redactor));
      uint8_t room[256];
      CHECK_OK(panveil_redactor_redact(redactor, (const uint8_t *)rows[i].text, length, room, sizeof room, &redacted));
      if (hits == 0) {
        CHECK(redacted == length && memcmp(room, rows[i].text, length) == 0);
      } else if (rows[i].writing != PANVEIL_WRITING_BASE64) {
        CHECK(redacted == 9 && memcmp(room, "n [card].", 9) == 0);
      } else {
        CHECK(memmem(room, redacted, "NDEx", 4) == NULL);
      }
      CHECK_OK(panveil_redactor_free(redactor));
    }
  }
}

static void a_large_text_takes_no_large_pieces(void) {
  size_t length = 1 << 20;
  char *large = malloc(length);
  CHECK(large != NULL);
  memset(large, 'x', length);
  memcpy(large + 65530, " 4111 1111 1111 1111 ", 21); /* over the seam of two pieces */
  panveil_find_options find = {.struct_size = sizeof find};
  struct seen seen = {.count = 0};
  uint64_t hits = 0;
  CHECK_OK(panveil_find(&find, (const uint8_t *)large, length, see, &seen, &hits));
  CHECK(hits == 1 && seen.hits[0].offset == 65531);
  panveil_redactor_options options = {.struct_size = sizeof options, .keep_length = 1};
  panveil_redactor *redactor = NULL;
  CHECK_OK(panveil_redactor_new(&options, &redactor));
  size_t redacted = 0;
  CHECK_OK(panveil_redactor_redact(redactor, (const uint8_t *)large, length, (uint8_t *)large, length, &redacted));
  CHECK(redacted == length && memcmp(large + 65530, " **** **** **** 1111 ", 21) == 0);
  CHECK_OK(panveil_redactor_free(redactor));
  free(large);
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  hits_are_numbers_and_a_mask();
  a_line_is_redacted();
  pieces_make_no_difference();
  a_stream_that_lost_text_is_broken();
  a_large_text_takes_no_large_pieces();
  utf16_is_found_and_stays_utf16();
  writings_are_looked_for_as_the_options_say();

  create_vault(argv[1]);
  panveil_vault *vault = open_vault(argv[1]);
  replacements_are_what_the_options_say(vault);
  /* A redactor with tokens ends with its vault, one without does not. */
  panveil_tokenizer *tokenizer = NULL;
  CHECK_OK(panveil_tokenizer_new(vault, PANVEIL_TEXT("logs"), &tokenizer));
  panveil_redactor_options options = {
      .struct_size = sizeof options, .replacement = PANVEIL_REPLACE_TOKEN, .tokenizer = tokenizer};
  panveil_redactor *with_tokens = NULL, *with_masks = NULL;
  CHECK_OK(panveil_redactor_new(&options, &with_tokens));
  options.replacement = PANVEIL_REPLACE_MASK_0_4;
  CHECK_OK(panveil_redactor_new(&options, &with_masks));
  CHECK_OK(panveil_tokenizer_free(tokenizer));
  panveil_token token = tokenize(vault, "4111111111111111");
  check_redacts(with_tokens, "4111111111111111", token.digits);
  CHECK_OK(panveil_vault_close(vault));
  uint8_t room[64];
  size_t length = 0;
  CHECK_STATUS(panveil_redactor_redact(with_tokens, PANVEIL_TEXT("x"), room, sizeof room, &length), PANVEIL_STALE_HANDLE);
  CHECK_STATUS(panveil_redactor_free(with_tokens), PANVEIL_STALE_HANDLE);
  check_redacts(with_masks, TEXT, REDACTED);
  CHECK_OK(panveil_redactor_free(with_masks));
  CHECK_OK(panveil_redactor_free(NULL));
  return 0;
}
