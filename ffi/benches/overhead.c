/* What a call through the C ABI costs beside the work it does: overhead DIR. See scripts/bench-ffi.sh. */
#include <panveil.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PAN "4111111111111111"
#define BATCH 1000

static panveil_tokenizer *tokenizer;
static panveil_token token;
static uint8_t pans[BATCH * PANVEIL_PAN_RECORD], tokens[BATCH * PANVEIL_TOKEN_RECORD];

static void must(panveil_status status) {
  if (status != PANVEIL_OK) fprintf(stderr, "overhead: %s\n", panveil_status_text(status)), exit(1);
}

static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* The cheapest call there is: boundary, fork check, look-up, one number out. */
static void version(void) {
  uint32_t number;
  must(panveil_tokenizer_version(tokenizer, &number));
}

static void tokenize(void) {
  must(panveil_tokenizer_tokenize(tokenizer, (const uint8_t *)PAN, 16, 0, PANVEIL_LAYOUT_AUTO, &token));
}

static void check(void) { must(panveil_pan_check((const uint8_t *)PAN, 16, 0)); }

static void batch(void) {
  panveil_batch_report report;
  must(panveil_tokenizer_tokenize_all(tokenizer, pans, BATCH, PANVEIL_LAYOUT_AUTO, tokens, &report));
}

/* The median of eleven rounds, in nanoseconds for each item. */
static double measure(void (*work)(void), int calls, int items) {
  double rounds[11];
  for (int r = 0; r < 11; r++) {
    double began = now_ns();
    for (int i = 0; i < calls; i++) work();
    rounds[r] = (now_ns() - began) / calls / items;
  }
  for (int i = 0; i < 11; i++)
    for (int j = i + 1; j < 11; j++)
      if (rounds[j] < rounds[i]) {
        double swap = rounds[i];
        rounds[i] = rounds[j], rounds[j] = swap;
      }
  return rounds[5];
}

static void *many_versions(void *ignored) {
  (void)ignored;
  for (int i = 0; i < 2000000; i++) version();
  return NULL;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  const uint8_t *place = (const uint8_t *)argv[1];
  size_t length = 0;
  panveil_create_options create = {
      .struct_size = sizeof create, .environment = PANVEIL_DEV, .passphrase = {PANVEIL_TEXT("bench")}};
  must(panveil_vault_create(place, strlen(argv[1]), &create, NULL, 0, &length));
  panveil_open_options open = {
      .struct_size = sizeof open, .application = {PANVEIL_TEXT("bench")}, .passphrase = {PANVEIL_TEXT("bench")}};
  panveil_vault *vault = NULL;
  must(panveil_vault_open(place, strlen(argv[1]), &open, &vault, NULL, 0, &length));
  must(panveil_tokenizer_new(vault, PANVEIL_TEXT("bench"), &tokenizer));
  for (int i = 0; i < BATCH; i++) memcpy(pans + i * 20, PAN, 16), pans[i * 20 + 19] = 16;

  printf("a call that does nothing   %6.1f ns\n", measure(version, 1000000, 1));
  printf("check a card number        %6.1f ns\n", measure(check, 1000000, 1));
  printf("tokenize one               %6.1f ns\n", measure(tokenize, 200000, 1));
  printf("tokenize %d at a time    %6.1f ns each\n", BATCH, measure(batch, 200, BATCH));
  for (int threads = 1; threads <= 4; threads *= 2) {
    pthread_t all[4];
    double began = now_ns();
    for (int i = 0; i < threads; i++) pthread_create(&all[i], NULL, many_versions, NULL);
    for (int i = 0; i < threads; i++) pthread_join(all[i], NULL);
    printf("nothing, %d threads         %6.1f ns of wall time for each call of one thread\n", threads,
           (now_ns() - began) / 2000000);
  }
  must(panveil_vault_close(vault));
  return 0;
}
